// What the clerks' pages do beyond plain HTML. Every page works without it.
import "htmx.org/dist/htmx.esm.js";
import "./draft.js";
import "./sending.js";

// "/" goes to the search field, as in a library catalogue; never while typing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const search = document.querySelector("#search");
  if (search) {
    event.preventDefault();
    search.focus();
  }
});

// Leaving with typed, unsent values asks first.
let typed = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("form.work")) typed = true;
});
document.addEventListener("submit", () => (typed = false));
document.addEventListener("draft:saved", () => (typed = false));
window.addEventListener("beforeunload", (event) => {
  if (typed) event.preventDefault();
});

// After a refused submit the summary of what is wrong gets the focus, so that a screen reader begins there.
document.querySelector("#error-summary, [data-focus]")?.focus();
