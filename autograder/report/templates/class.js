"use strict";
// The page can be read without this script, in both languages. It adds sorting and filtering.
const all = (selector) => [...document.querySelectorAll(selector)];

// The style sheet shows one language; these words are out of its reach.
function speak(language) {
  document.documentElement.lang = language;
  for (const element of all("[data-en]")) element.textContent = element.dataset[language];
}
for (const choice of all(".switch input")) choice.onchange = () => speak(choice.value);
document.querySelector("#filters").hidden = false;

const body = document.querySelector("#table tbody");
const rows = [...body.rows];
const heads = all("#table thead th");

// A number stands first in its cell. A cell without one comes last, in whichever order the column is sorted.
function sort(column, ascending) {
  const isNumber = "number" in heads[column].dataset;
  const inOrder = new Intl.Collator(undefined, { numeric: true }).compare;
  const keyed = rows.map((row) => {
    const text = row.cells[column].textContent;
    return [isNumber ? parseFloat(text) : text, row];
  });
  keyed.sort(([a], [b]) => {
    if (isNumber && (isNaN(a) || isNaN(b))) return isNaN(a) - isNaN(b);
    return (ascending ? 1 : -1) * (isNumber ? a - b : inOrder(a, b));
  });
  body.append(...keyed.map(([, row]) => row));
  heads.forEach((head, index) => {
    if (index === column) head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  });
}
heads.forEach((head, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  button.onclick = () => sort(column, head.getAttribute("aria-sort") !== "ascending");
  head.append(button);
});

const [named, status, shows] = all("#filter-name, #filter-status, #filter-shows");
function filter() {
  const wanted = named.value.trim().toLowerCase();
  let shown = 0;
  for (const row of rows) {
    row.hidden = !(
      row.cells[0].textContent.toLowerCase().includes(wanted) &&
      (!status.value || row.dataset.status === status.value) &&
      (!shows.value || row.dataset.shows.split(" ").includes(shows.value))
    );
    shown += !row.hidden;
  }
  document.querySelector("#shown").textContent = shown;
}
for (const control of [named, status, shows]) control.oninput = filter;
document.querySelector("#filters").onsubmit = (event) => event.preventDefault();
filter(); // a browser keeps what was typed when the page is reloaded

// Paper can't be opened: print with everything unfolded.
let folded = [];
addEventListener("beforeprint", () => {
  folded = all("details:not([open])");
  for (const details of folded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of folded) details.open = false;
});
