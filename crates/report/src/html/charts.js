// Numbers of a chart's lines where the pointer is.
(() => {
  "use strict";
  const short = (value) => (value === null ? "–" : Number(value.toPrecision(5)).toLocaleString("en", { maximumSignificantDigits: 5 }));
  for (const chart of document.querySelectorAll(".chart[data-lines]")) {
    const lines = JSON.parse(chart.dataset.lines);
    const [left, right, low, high] = JSON.parse(chart.dataset.box);
    const svg = chart.querySelector("svg");
    const cursor = svg.querySelector(".cursor");
    // Only what is near the pointer sideways has a part: lines may begin and end at different places.
    const nearest = (xs, x) => xs.reduce((best, value, i) => (Math.abs(value - x) < Math.abs(xs[best] - x) ? i : best), 0);
    const move = (event) => {
      const box = svg.getBoundingClientRect();
      const place = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
      const x = low + ((Math.min(Math.max(place, left), right) - left) / (right - left)) * (high - low);
      const found = lines.filter((line) => line.x.length > 0).map((line) => ({ line, i: nearest(line.x, x) }));
      const first = found.reduce((a, b) => (Math.abs(b.line.x[b.i] - x) < Math.abs(a.line.x[a.i] - x) ? b : a));
      const at = first.line.x[first.i];
      const screen = left + ((at - low) / (high - low)) * (right - left);
      cursor.setAttribute("x1", screen);
      cursor.setAttribute("x2", screen);
      cursor.setAttribute("visibility", "visible");
      showTip(event, (tip) => {
        add(tip, "div", `${chart.dataset.label || "x"} ${short(at)}`);
        const table = add(tip, "table");
        for (const { line, i } of found.filter(({ line, i }) => line.x[i] === at)) {
          const row = add(table, "tr");
          add(row, "th", line.name);
          add(row, "td", short(line.y[i]));
        }
      });
    };
    svg.addEventListener("pointermove", move);
    svg.addEventListener("pointerdown", move);
    svg.addEventListener("pointerleave", () => {
      cursor.setAttribute("visibility", "hidden");
      hideTip();
    });
  }
})();
