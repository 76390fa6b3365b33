"use strict";
// Tables that sort and filter. Without this script they read just as well. Nothing is remembered.

const FILTER_ABOVE = 10; // rows
const NARROW = "(max-width: 40rem)";
const MISSING = "–";
const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function sortValue(row, column) {
  const cell = row.cells[column];
  const value = cell.dataset.sort ?? cell.textContent;
  return value === MISSING ? "" : value;
}

function sortBy(table, column, numeric, direction) {
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => {
    const [x, y] = [sortValue(a, column), sortValue(b, column)];
    if (x === "" || y === "") return (x === "") - (y === ""); // what is missing stays last
    return direction * (numeric ? Number(x) - Number(y) : words.compare(x, y));
  });
  table.tBodies[0].append(...rows);
}

function makeSortable(table) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const numeric = heading.classList.contains("num");
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const now = heading.getAttribute("aria-sort");
      const descending = now ? now === "ascending" : numeric; // numbers: the largest first
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      sortBy(table, column, numeric, descending ? -1 : 1);
    });
  });
}

function filterRows(rows, wanted) {
  const texts = (row) => [...row.cells].map((cell) => `${cell.textContent} ${cell.title}`).join(" ");
  rows.forEach((row) => { row.hidden = !texts(row).toLocaleLowerCase().includes(wanted); });
  return rows.filter((row) => !row.hidden).length;
}

function addFilter(table) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length <= FILTER_ABOVE) return;
  const box = document.createElement("input");
  box.type = "search";
  box.autocomplete = "off";
  const label = document.createElement("label");
  label.append(`Filter these ${rows.length} rows`, box);
  const found = document.createElement("span");
  found.setAttribute("role", "status");
  box.addEventListener("input", () => {
    const count = filterRows(rows, box.value.trim().toLocaleLowerCase());
    found.textContent = box.value.trim() ? `${count} of ${rows.length} rows` : "";
  });
  const tools = document.createElement("div");
  tools.className = "filter";
  tools.append(label, found);
  table.closest(".scroll").before(tools);
}

for (const table of document.querySelectorAll("table.kam")) {
  makeSortable(table);
  addFilter(table);
}
for (const contents of document.querySelectorAll(".contents details")) {
  if (matchMedia(NARROW).matches) contents.open = false; // a phone shows the page first
}
