"use strict";
// Everything on the page can be read without this script: it only filters and unfolds.

const filters = document.querySelector(".filters");
const rows = [...document.querySelectorAll("[data-verdict]")];
const pressed = new Set();

function matches(row) {
  const group = filters.querySelector("[data-filter-group]").value;
  const verdicts = row.dataset.verdict.split(" ");
  return (!group || row.dataset.group === group) &&
    (pressed.size === 0 || verdicts.some((verdict) => pressed.has(verdict)));
}

function applyFilters() {
  for (const row of rows) row.hidden = !matches(row);
  for (const head of document.querySelectorAll("[data-heads]")) {
    head.hidden = !rows.some((row) => !row.hidden && row.dataset.group === head.dataset.heads);
  }
  const lines = rows.filter((row) => row.tagName === "TR");
  const shown = lines.filter((row) => !row.hidden).length;
  filters.querySelector("output").textContent =
    shown === lines.length ? "" : `${shown} of ${lines.length} rows`;
}

function toggleVerdict(button) {
  const verdict = button.dataset.filterVerdict;
  pressed[pressed.has(verdict) ? "delete" : "add"](verdict);
  button.setAttribute("aria-pressed", String(pressed.has(verdict)));
  applyFilters();
}

function clearFilters() {
  pressed.clear();
  for (const button of filters.querySelectorAll("[aria-pressed]")) {
    button.setAttribute("aria-pressed", "false");
  }
  filters.querySelector("[data-filter-group]").value = "";
  applyFilters();
}

function unfold(open) {
  for (const fold of document.querySelectorAll(".evidence")) fold.open = open;
}

function showTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target || !target.dataset.verdict) return;
  if (target.hidden) clearFilters();
  target.querySelector(".evidence").open = true;
  target.scrollIntoView();
}

if (filters) {
  filters.hidden = false;
  for (const button of filters.querySelectorAll("[data-filter-verdict]")) {
    button.addEventListener("click", () => toggleVerdict(button));
  }
  filters.querySelector("[data-filter-group]").addEventListener("change", applyFilters);
  const fold = filters.querySelector("[data-fold]");
  if (fold) {
    let open = false;
    fold.addEventListener("click", () => {
      open = !open;
      unfold(open);
      fold.textContent = open ? "Fold all evidence" : "Unfold all evidence";
    });
  }
}
addEventListener("hashchange", showTarget);
addEventListener("beforeprint", () => unfold(true));
showTarget();
