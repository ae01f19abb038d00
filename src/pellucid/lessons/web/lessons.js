// What the lessons add to marimo: names for screen readers, a key, and progress.
"use strict";

const KEYS = "Escape, then Tab, leaves the editor.";

// The widgets of marimo hide their parts in shadow trees.
const inside = (widget, selector) => widget.shadowRoot?.querySelector(selector);

function nameEditors(exercise) {
  for (const widget of exercise.querySelectorAll("marimo-code-editor")) {
    const editor = inside(widget, ".cm-content");
    editor?.setAttribute("aria-label", `Your code for ${exercise.dataset.name}. ${KEYS}`);
  }
}

function nameChoices(widget) {
  const group = inside(widget, "[role=radiogroup]");
  const question = inside(widget, "[part=label]");
  if (group && question) group.setAttribute("aria-label", question.textContent.trim());
}

function tellHowFar() {
  const far = [...document.querySelectorAll(".answer[data-how-far]")];
  if (!far.length) return;
  const newest = far.map((region) => region.dataset.howFar).sort(byNumber).at(-1);
  for (const place of document.querySelectorAll(".how-far"))
    if (place.textContent !== newest) place.textContent = newest;
}

const byNumber = (a, b) => parseInt(a) - parseInt(b);

function mend() {
  document.querySelectorAll("section.exercise").forEach(nameEditors);
  document.querySelectorAll("marimo-radio").forEach(nameChoices);
  tellHowFar();
}

function checks(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const [target] = event.composedPath();
  const exercise = event.composedPath().find((place) => place.matches?.("section.exercise"));
  if (!exercise || !target.closest?.(".cm-content")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  inside(exercise.querySelector("marimo-button"), "button")?.click();
}

// A widget fills its shadow tree after it is put in place, so look once more.
let waiting = 0;
function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => { mend(); setTimeout(mend, 400); }, 50);
}

document.documentElement.lang ||= "en";
new MutationObserver(soon).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-how-far"] });
document.addEventListener("keydown", checks, true);
soon();
