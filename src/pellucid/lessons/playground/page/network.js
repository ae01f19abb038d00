// The network: a small map for each unit, and a line for each weight.

import { bytes, colour, diverging, pixels, plain } from "./drawing.js";
import { weight } from "./controls.js";

const SVG = "http://www.w3.org/2000/svg";
const holder = document.getElementById("diagram");
const told = document.getElementById("unit-told");
const own = { view: null, frame: null, units: [], edges: [], aim: null };
let site;

export function begin(given) {
  site = given;
  holder.addEventListener("keydown", key);
  holder.addEventListener("pointerleave", () => aim(null));
  addEventListener("resize", () => own.view && layOut());
}

/** Make the units and lines of a network. */
export function build(view) {
  const shape = JSON.stringify([view.inputs, view.settings.hidden, view.classes, view.learns]);
  own.view = view;
  if (shape === own.shape) return;
  own.shape = shape;
  const layers = sizes(view);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  own.units = layers.map((count, layer) => Array.from({ length: count }, (_, i) => unit(layer, i)));
  own.edges = layers.slice(1).flatMap((count, layer) => edges(layer, layers[layer], count));
  svg.append(...own.edges.map((edge) => edge.line), ...own.edges.map((edge) => edge.hit));
  own.names = own.units.flat().map((each) => each.name);
  holder.replaceChildren(svg, ...own.units.flat().map((each) => each.button), ...own.names);
  own.units[0][0].button.tabIndex = 0;
  own.aim = null;
  layOut();
}

function sizes(view) {
  const hidden = view.settings.hidden === "none" ? [] : view.settings.hidden.split("-").map(Number);
  return [view.inputs.length, ...hidden, view.classes > 2 ? view.classes : 1];
}

function unit(layer, i) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "unit", tabIndex: -1 });
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  button.append(canvas);
  button.onfocus = () => aim({ layer, i });
  button.onblur = () => aim(null);
  button.onpointerenter = () => aim({ layer, i });
  button.onpointerleave = () => document.activeElement !== button && aim(null);
  button.onclick = () => button.focus();
  const name = Object.assign(document.createElement("span"), { className: "unit-name" });
  name.setAttribute("aria-hidden", "true");
  return { button, canvas, name, layer, i };
}

function edges(layer, from, to) {
  return Array.from({ length: from * to }, (_, at) => {
    const edge = { layer, source: Math.floor(at / to), unit: at % to };
    edge.line = document.createElementNS(SVG, "path");
    edge.line.setAttribute("class", "edge");
    edge.hit = document.createElementNS(SVG, "path");
    edge.hit.setAttribute("class", "hit");
    edge.hit.onpointerenter = () => aim({ edge });
    edge.hit.onpointerleave = () => aim(null);
    return edge;
  });
}

/** Place everything in the width that there is. */
function layOut() {
  const layers = own.units.map((units) => units.length);
  const width = holder.clientWidth;
  const most = Math.max(...layers);
  const size = Math.max(24, Math.min(48, (width / layers.length) * 0.56, 460 / most - 10));
  const gap = Math.max(own.view.classes > 2 ? 19 : 10, Math.min(22, size / 2.4));
  const left = Math.min(44, width * 0.09) + size / 2;
  const height = most * (size + gap) + 22;
  holder.style.height = `${height}px`;
  own.places = own.units.map((units, layer) => units.map((_, i) => ({
    x: left + (layer * (width - left - Math.max(size / 2 + 4, left * 0.7))) / (layers.length - 1),
    y: 22 + (height - 22) / 2 + (i - (units.length - 1) / 2) * (size + gap),
  })));
  own.units.flat().forEach((each) => place(each, size));
  for (const edge of own.edges) {
    const a = own.places[edge.layer][edge.source];
    const b = own.places[edge.layer + 1][edge.unit];
    const [from, to] = [a.x + size / 2, b.x - size / 2];
    const bend = (to - from) / 2;
    const path = `M${from} ${a.y}C${from + bend} ${a.y} ${to - bend} ${b.y} ${to} ${b.y}`;
    edge.line.setAttribute("d", path);
    edge.hit.setAttribute("d", path);
  }
}

function place({ button, name, layer, i }, size) {
  const { x, y } = own.places[layer][i];
  Object.assign(button.style, { left: `${x - size / 2}px`, top: `${y - size / 2}px`, width: `${size}px`, height: `${size}px` });
  const last = layer === own.units.length - 1;
  const text = layer === 0 ? own.view.inputs[i] : last ? (own.view.classes > 2 ? `class ${i + 1}` : "output")
    : i === 0 ? `layer ${layer}` : "";
  name.textContent = text;
  if (layer === 0) Object.assign(name.style, { left: `${x - size / 2 - 5}px`, top: `${y - 8}px`, transform: "translateX(-100%)" });
  else Object.assign(name.style, { left: `${x}px`, top: `${y - size / 2 - 17}px`, transform: "translateX(-50%)" });
}

/** Draw the maps and the weights after some steps. */
export function show(frame) {
  own.frame = frame;
  const colours = diverging();
  own.units.flat().forEach((each) => map(each, frame.units[each.layer][each.i], colours));
  const largest = Math.max(1, ...frame.weights.flat(2).map((w) => Math.abs(w ?? 0)));
  for (const { layer, source, unit: to, line } of own.edges) {
    const w = frame.weights[layer][source][to] ?? 0;
    line.style.strokeWidth = `${Math.max(0.4, (7 * Math.abs(w)) / largest)}px`;
    line.classList.toggle("minus", w < 0);
  }
  if (own.aim) tell();
  else told.textContent = "Rest on a unit or a line, or use the arrow keys, to read its numbers.";
}

function map({ button, canvas, layer, i }, said, colours) {
  const values = bytes(said.map);
  if (own.view.learns === "curve") line(canvas, values);
  else pixels(Math.sqrt(values.length), (at) => colours[values[at]], canvas);
  const dead = said.high !== null && said.high - said.low < 1e-4;
  button.classList.toggle("dead", dead);
  button.setAttribute("aria-label", `${called(layer, i)}, from ${plain(said.low)} to ${plain(said.high)}${dead ? ", dead" : ""}`);
}

function line(canvas, values) {
  Object.assign(canvas, { width: 96, height: 96 });
  const context = canvas.getContext("2d");
  context.strokeStyle = colour("rule");
  context.lineWidth = 2;
  context.strokeRect(-5, 48, 106, 200);
  context.beginPath();
  values.forEach((value, at) => context.lineTo((96 * at) / (values.length - 1), 90 - (84 * value) / 255));
  context.strokeStyle = colour("plus");
  context.lineWidth = 5;
  context.stroke();
}

function called(layer, i) {
  if (layer === 0) return `Feature ${own.view.inputs[i]}`;
  if (layer < own.units.length - 1) return `Unit ${i + 1} of layer ${layer}`;
  return own.view.classes > 2 ? `Output of class ${i + 1}` : "Output";
}

// -- read by pointer and keys ---------------------------------------------------------

function aim(at) {
  own.aim = at;
  holder.classList.toggle("aimed", Boolean(at));
  for (const edge of own.edges) edge.line.classList.toggle("lit", Boolean(at) && isLit(edge, at));
  const unitAimed = at && !at.edge && own.frame;
  site.plane.showUnit(unitAimed && at.layer < own.units.length - 1 ? own.frame.units[at.layer][at.i] : null);
  if (own.frame) show(own.frame);
}

function isLit(edge, at) {
  if (at.edge) return edge === at.edge;
  if (at.layer === 0) return edge.layer === 0 && edge.source === at.i;
  return edge.layer === at.layer - 1 && edge.unit === at.i;
}

function tell() {
  const { edge, layer, i } = own.aim;
  const { weights, slopes, biases } = own.frame;
  if (edge) {
    const name = `W${edge.layer + 1}.${edge.source}.${edge.unit}`;
    const at = [edge.layer, edge.source, edge.unit];
    const [w, slope] = [weights, slopes].map((all) => at.reduce((part, k) => part[k], all));
    told.textContent = `The weight ${weight(name)} is ${plain(w)}; the cost's slope along it is ${plain(slope)}.`;
    return;
  }
  const said = own.frame.units[layer][i];
  const reach = `from ${plain(said.low)} to ${plain(said.high)}`;
  if (layer === 0) {
    told.textContent = `${called(layer, i)} goes ${reach}.`;
    return;
  }
  const inputs = layer === 1 ? own.view.inputs : own.units[layer - 1].map((_, k) => `a${sub(layer - 1)},${sub(k + 1)}`);
  const terms = inputs.map((name, k) => `${signed(weights[layer - 1][k][i], k)} ${name}`).join(" ");
  told.textContent = `${called(layer, i)} says ${finish(layer)}(${terms} ${signed(biases[layer - 1][i], 1)}), ${reach}.`;
}

const sub = (number) => String.fromCharCode(0x2080 + number);

function signed(value, place) {
  const size = plain(Math.abs(value ?? NaN));
  if (place === 0) return value < 0 ? `−${size}` : size;
  return value < 0 ? `− ${size}` : `+ ${size}`;
}

function finish(layer) {
  if (layer < own.units.length - 1) return own.view.settings.activation === "identity" ? "" : own.view.settings.activation;
  if (own.view.learns !== "classes") return "";
  return own.view.classes > 2 ? "softmax" : "sigmoid";
}

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function key(event) {
  if (event.key === "Escape") document.activeElement.blur();
  const now = own.units.flat().find((each) => each.button === document.activeElement);
  if (!now || !MOVES[event.key]) return;
  event.preventDefault();
  const [across, down] = MOVES[event.key];
  const layer = Math.max(0, Math.min(own.units.length - 1, now.layer + across));
  const i = Math.max(0, Math.min(own.units[layer].length - 1, now.i + down));
  now.button.tabIndex = -1;
  own.units[layer][i].button.tabIndex = 0;
  own.units[layer][i].button.focus();
}
