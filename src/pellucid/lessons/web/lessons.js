// What the lessons add to marimo: an order, names for screen readers, a key, progress.
"use strict";

// marimo sends each change of a widget by a request of its own. On two connections one
// could overtake the other, and Check would judge the code that stood there before.
const CHANGE = "/api/kernel/set_ui_element_value";
const send = window.fetch;
let before = Promise.resolve();

function inOrder(asked, ...how) {
  if (!String(asked.url ?? asked).includes(CHANGE)) return send(asked, ...how);
  const sent = before.then(() => send(asked, ...how));
  before = sent.catch(() => {}); // one that fails holds up no other
  return sent;
}

window.fetch = inOrder; // marimo, loaded after this script, takes this one

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

function nameSliders(widget) {
  const label = inside(widget, "[part=label]")?.textContent.trim();
  for (const slider of widget.shadowRoot?.querySelectorAll("[role=slider]") ?? [])
    if (label) slider.setAttribute("aria-label", label);
}

// Whoever has no pointer scrolls by the keyboard, where there is something to scroll.
function reach(box) {
  if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
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
  document.querySelectorAll("marimo-slider").forEach(nameSliders);
  document.querySelectorAll(".drawing, .codehilite pre").forEach(reach);
  document.querySelector("#App")?.setAttribute("role", "main");
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
document.addEventListener("keydown", checks, true);
addEventListener("resize", soon);
document.addEventListener("DOMContentLoaded", () => {
  const changes = { childList: true, subtree: true, attributeFilter: ["data-how-far"] };
  new MutationObserver(soon).observe(document.body, changes);
  soon();
});
