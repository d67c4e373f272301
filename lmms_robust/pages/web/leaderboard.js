// Sorts a table by the column whose head is clicked: numbers from the greatest, texts from A; again, the other way round.
"use strict";
document.querySelectorAll("table.board").forEach((table) => {
  const heads = [...table.querySelectorAll("thead th")];
  const body = table.querySelector("tbody");
  heads.forEach((head, column) => head.querySelector("button")?.addEventListener("click", () => {
    const key = (row) => row.children[column].dataset.sort;
    const numeric = [...body.rows].every((row) => key(row).trim() !== "" && !Number.isNaN(Number(key(row))));
    const first = numeric ? "descending" : "ascending";
    const way = head.getAttribute("aria-sort") === first ? (numeric ? "ascending" : "descending") : first;
    const sign = way === "ascending" ? 1 : -1;
    const sorted = [...body.rows].sort((one, other) => sign * (numeric
      ? Number(key(one)) - Number(key(other)) : key(one).localeCompare(key(other))));
    heads.forEach((each) => each.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", way);
    body.append(...sorted);
  }));
});
