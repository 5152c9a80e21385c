// The map: points on a canvas that one can move, enlarge, point at, and fade but for some clusters.
(() => {
  "use strict";
  const canvas = document.getElementById("map");
  if (!canvas) return;
  const data = JSON.parse(document.getElementById("map-data").textContent);
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const xs = new Uint16Array(bytes(data.x).buffer);
  const ys = new Uint16Array(bytes(data.y).buffer);
  const clusters = new Uint16Array(bytes(data.cluster).buffer);
  const confidence = bytes(data.confidence);
  const rows = new Uint32Array(bytes(data.row).buffer);
  const items = new Map(data.items.map(([point, place, words]) => [point, { place, words }]));
  const n = xs.length;

  const stage = canvas.parentElement;
  const ring = stage.querySelector(".ring");
  const context = canvas.getContext("2d");
  const buttons = [...document.querySelectorAll(".legend button")];
  const names = buttons.map((button) => button.querySelector(".name").textContent);
  const by = document.getElementById("map-by");
  const chosen = new Set();
  const view = { zoom: 1, x: data.width / 2, y: data.height / 2 }; // the middle of what is seen, in units of the data
  let width = 0, height = 0, unit = 1; // unit: pixels of the screen a unit of the data at zoom 1
  let colours = [], ramp = [], faint = "";
  let asked = false;

  // Colours are variables of the style, which is light or dark: the browser says what they are.
  const readColours = () => {
    colours = buttons.map((button) => getComputedStyle(button.querySelector(".swatch")).backgroundColor);
    faint = getComputedStyle(canvas).getPropertyValue("color");
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark" ||
      (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
    // From unsure to sure: orange, grey, blue.
    ramp = Array.from({ length: 16 }, (_, i) => `hsl(${i < 8 ? 28 : 212} ${Math.abs(i - 7.5) * 12}% ${dark ? 62 : 48}%)`);
  };
  const screenX = (i) => (xs[i] - view.x) * unit * view.zoom + width / 2;
  const screenY = (i) => (view.y - ys[i]) * unit * view.zoom + height / 2;
  const isChosen = (i) => chosen.size === 0 || chosen.has(clusters[i]);
  const size = () => (n > 8000 ? 1.4 : n > 2000 ? 2 : n > 400 ? 3 : 4.5) * Math.min(3.5, Math.sqrt(view.zoom));

  const draw = () => {
    asked = false;
    const pixels = window.devicePixelRatio || 1;
    context.setTransform(pixels, 0, 0, pixels, 0, 0);
    context.clearRect(0, 0, width, height);
    const sure = by && by.value === "confidence";
    const r = size();
    const paint = (i) => {
      const [x, y] = [screenX(i), screenY(i)];
      if (x < -r || y < -r || x > width + r || y > height + r) return;
      if (r < 2.5) {
        context.fillRect(x - r, y - r, 2 * r, 2 * r);
      } else {
        context.beginPath();
        context.arc(x, y, r, 0, 7);
        context.fill();
      }
    };
    if (chosen.size > 0) {
      context.globalAlpha = 1;
      context.fillStyle = faint;
      for (let i = 0; i < n; i++) if (!isChosen(i)) paint(i);
    }
    context.globalAlpha = 0.8;
    // In the order of the rows, so that no cluster lies on top of all others.
    for (let i = 0; i < n; i++) {
      if (!isChosen(i)) continue;
      context.fillStyle = sure ? ramp[confidence[i] >> 4] : colours[clusters[i]];
      paint(i);
    }
  };
  const redraw = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(draw);
  };

  const resize = () => {
    const box = canvas.getBoundingClientRect();
    if (box.width === 0) return;
    [width, height] = [box.width, box.height];
    const pixels = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * pixels);
    canvas.height = Math.round(height * pixels);
    unit = 0.93 * Math.min(width / Math.max(data.width, 1), height / Math.max(data.height, 1));
    draw();
  };

  // A row with something to show is found within 14 pixels, else any row within 8.
  const find = (x, y) => {
    let best = -1, least = 64, seen = -1, near = 196;
    for (let i = 0; i < n; i++) {
      const [dx, dy] = [screenX(i) - x, screenY(i) - y];
      const distance = dx * dx + dy * dy;
      if (distance >= near || !isChosen(i)) continue;
      if (distance < least) [best, least] = [i, distance];
      if (items.has(i)) [seen, near] = [i, distance];
    }
    return seen >= 0 ? seen : best;
  };

  const leave = () => {
    ring.hidden = true;
    hideTip();
  };
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    const i = find(event.clientX - box.left, event.clientY - box.top);
    if (i < 0) return leave();
    ring.hidden = false;
    ring.style.left = `${screenX(i)}px`;
    ring.style.top = `${screenY(i)}px`;
    const item = items.get(i);
    showTip(event, (tip) => {
      if (item && item.place.length === 2) {
        const picture = add(tip, "span");
        picture.className = "pic seen";
        picture.style.setProperty("--x", item.place[0]);
        picture.style.setProperty("--y", item.place[1]);
      }
      add(tip, "strong", names[clusters[i]]);
      const sure = confidence.length > 0 ? `, confidence ${(confidence[i] / 255).toFixed(2)}` : "";
      add(tip, "div", `row ${rows[i]}${sure}`);
      if (!item || item.words.length === 0) return;
      const table = add(tip, "table");
      item.words.forEach((word, column) => {
        const row = add(table, "tr");
        add(row, "th", data.columns[column]);
        add(row, "td", word);
      });
    });
  };

  // Larger by a factor, with the point of the screen kept where it is.
  const enlarge = (factor, x = width / 2, y = height / 2) => {
    const zoom = Math.min(200, Math.max(0.5, view.zoom * factor));
    const change = 1 / (unit * view.zoom) - 1 / (unit * zoom);
    view.x += (x - width / 2) * change;
    view.y -= (y - height / 2) * change;
    view.zoom = zoom;
    leave();
    redraw();
  };
  const move = (dx, dy) => {
    view.x -= dx / (unit * view.zoom);
    view.y += dy / (unit * view.zoom);
    leave();
    redraw();
  };
  const reset = () => {
    Object.assign(view, { zoom: 1, x: data.width / 2, y: data.height / 2 });
    leave();
    redraw();
  };

  const held = new Map(); // pointers that are down
  canvas.addEventListener("pointerdown", (event) => {
    held.set(event.pointerId, { x: event.clientX, y: event.clientY });
    canvas.setPointerCapture(event.pointerId);
    point(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    const last = held.get(event.pointerId);
    if (!last) return point(event);
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    if (held.size === 2) {
      const [other] = [...held].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
      const apart = (place) => Math.hypot(place.x - other.x, place.y - other.y) || 1;
      const box = canvas.getBoundingClientRect();
      const factor = apart({ x: event.clientX, y: event.clientY }) / apart(last);
      move(dx / 2, dy / 2);
      enlarge(factor, (event.clientX + other.x) / 2 - box.left, (event.clientY + other.y) / 2 - box.top);
    } else if (dx !== 0 || dy !== 0) {
      move(dx, dy);
    }
    held.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => held.delete(event.pointerId));
  canvas.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") leave(); });
  // A wheel over the map moves the page until the map was clicked.
  canvas.addEventListener("wheel", (event) => {
    if (document.activeElement !== canvas && !event.ctrlKey) return;
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    enlarge(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  canvas.addEventListener("dblclick", (event) => {
    const box = canvas.getBoundingClientRect();
    enlarge(2, event.clientX - box.left, event.clientY - box.top);
  });
  canvas.addEventListener("keydown", (event) => {
    const act = {
      "+": () => enlarge(1.4), "-": () => enlarge(1 / 1.4), 0: reset, Escape: () => canvas.blur(),
      ArrowLeft: () => move(40, 0), ArrowRight: () => move(-40, 0), ArrowUp: () => move(0, 40), ArrowDown: () => move(0, -40),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  const tools = { in: () => enlarge(1.6), out: () => enlarge(1 / 1.6), reset };
  for (const button of stage.querySelectorAll("[data-do]")) button.addEventListener("click", tools[button.dataset.do]);

  buttons.forEach((button, place) => button.addEventListener("click", () => {
    if (!chosen.delete(place)) chosen.add(place);
    button.setAttribute("aria-pressed", chosen.has(place));
    redraw();
  }));
  if (by) by.addEventListener("change", redraw);
  const recolour = () => {
    readColours();
    redraw();
  };
  document.documentElement.addEventListener("theme", recolour);
  addEventListener("scroll", leave, { passive: true });
  new ResizeObserver(resize).observe(canvas);
  readColours();
  resize();
})();
