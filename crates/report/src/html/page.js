// The switch of light and dark, and tables that a click sorts.
(() => {
  "use strict";
  const root = document.documentElement;
  const key = "deepclust-theme";
  const kept = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const keep = (theme) => { try { localStorage.setItem(key, theme); } catch { /* not allowed: forgotten with the page */ } };
  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const changed = () => root.dispatchEvent(new Event("theme"));
  const theme = kept();
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    keep(root.dataset.theme);
    changed();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);

  const names = new Intl.Collator("en", { numeric: true });
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => head.addEventListener("click", () => {
      const old = head.getAttribute("aria-sort");
      const first = head.classList.contains("number") ? "descending" : "ascending";
      const order = old === null ? first : old === "ascending" ? "descending" : "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const value = (row) => row.cells[column].dataset.sort;
      const text = (row) => row.cells[column].textContent;
      const compare = (a, b) => {
        const [x, y] = [value(a), value(b)];
        if (x !== undefined && y !== undefined) return sign * (Number(x) - Number(y));
        if (x === undefined && y === undefined) return sign * names.compare(text(a), text(b));
        return x === undefined ? 1 : -1; // what has no number comes last
      };
      const body = table.tBodies[0];
      body.append(...[...body.rows].sort(compare));
    }));
  }
})();

// What the pointer is at, beside it: lines of text, made by `fill` in an empty element. Texts are never read as HTML.
function showTip(event, fill) {
  "use strict";
  const tip = document.getElementById("tip");
  tip.replaceChildren();
  fill(tip);
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const right = event.clientX + 16;
  const below = event.clientY + 16;
  const x = right + width > innerWidth - 8 ? Math.max(8, event.clientX - 16 - width) : right;
  const y = below + height > innerHeight - 8 ? Math.max(8, event.clientY - 16 - height) : below;
  tip.style.transform = `translate(${x}px, ${y}px)`;
}

function hideTip() {
  "use strict";
  document.getElementById("tip").hidden = true;
}

// An element with a text, at the end of another.
function add(parent, name, text) {
  "use strict";
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}
