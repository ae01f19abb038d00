// What comes out all over the picture, with the points; and points drawn by hand.

import { bytes, colour, diverging, marker, mixed, pixels, plain, rgb, sharp, ticks } from "./drawing.js";

const SIDE = 64;
const EDGE = { left: 34, right: 8, top: 8, bottom: 24 };
const APART = 0.14; // between points that a drag adds
const REACH = 0.22; // of the eraser
const canvas = document.getElementById("plane");
const own = { view: null, frame: null, unit: null, rows: [], pen: "0", latest: null, cursor: [0, 0], drawing: false };
let site;

export function begin(given) {
  site = given;
  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
    canvas.addEventListener(end, () => (own.drawing = false));
  }
  canvas.addEventListener("keydown", key);
  canvas.addEventListener("focus", draw);
  canvas.addEventListener("blur", draw);
  document.getElementById("clear").onclick = () => {
    own.rows = [];
    changed("All points are taken away.");
  };
}

export const draws = () => own.view?.settings.data.startsWith("drawn");

/** Take what the server knows of the points. */
export function take(view) {
  own.view = view;
  if (own.latest !== view.settings.rows && own.latest !== null && draws()) return; // older than the picture
  own.latest = null;
  own.rows = draws() && view.settings.rows
    ? view.settings.rows.split(";").map((row) => row.split(",").map(Number)) : [];
  own.unit = null;
  canvas.classList.toggle("draws", draws());
  canvas.setAttribute("role", draws() ? "application" : "img"); // which takes keys
  pens(view);
}

/** What was asked for last was refused: the next view is right again. */
export function refused() {
  own.latest = null;
}

export function show(frame) {
  own.frame = frame;
  draw();
}

/** Show what one unit sees instead of what comes out; null for the output again. */
export function showUnit(unit) {
  own.unit = unit;
  draw();
}

// -- the picture ----------------------------------------------------------------------

const curved = () => own.view.learns === "curve";

function scales(width, height) {
  const [left, right, bottom, top] = own.view.extent;
  const w = width - EDGE.left - EDGE.right;
  const h = height - EDGE.top - EDGE.bottom;
  return {
    w, h,
    x: (u) => EDGE.left + ((u - left) / (right - left)) * w,
    y: (v) => EDGE.top + ((top - v) / (top - bottom)) * h,
    u: (px) => left + ((px - EDGE.left) / w) * (right - left),
    v: (py) => top - ((py - EDGE.top) / h) * (top - bottom),
  };
}

function draw() {
  if (!own.view || !own.frame) return;
  const { context, width, height } = sharp(canvas);
  const at = scales(width, height);
  context.save();
  context.beginPath();
  context.rect(EDGE.left, EDGE.top, at.w, at.h);
  context.clip();
  if (!curved()) ground(context, at);
  if (!own.unit || curved()) points(context, at);
  if (curved()) line(context, at);
  if (document.activeElement === canvas && draws()) cross(context, at);
  context.restore();
  axes(context, at, width, height);
  told();
}

function ground(context, at) {
  const picture = own.unit ? unitGround() : outputGround();
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, EDGE.left, EDGE.top, at.w, at.h);
}

function unitGround() {
  const [colours, map] = [diverging(), bytes(own.unit.map)];
  return pixels(Math.sqrt(map.length), (i) => colours[map[i]]);
}

function outputGround() {
  const regions = own.frame.regions;
  if (regions.level) {
    const [colours, level] = [diverging(), bytes(regions.level)];
    return pixels(SIDE, (i) => colours[level[i]]);
  }
  const [which, share] = [bytes(regions.class), bytes(regions.share)];
  const even = 1 / own.view.classes;
  const paper = rgb("ground");
  const colours = [0, 1, 2, 3, 4, 5].map((c) => rgb(`class-${c}`));
  return pixels(SIDE, (i) => {
    const sure = Math.max(0, (share[i] / 255 - even) / (1 - even));
    return mixed(paper, colours[which[i]] ?? paper, 0.08 + 0.5 * sure);
  });
}

/** Which class point i has, or where its number lies among the colours. */
function painted(i, target) {
  if (own.view.learns === "curve") return [0, colour("class-0")];
  if (own.view.learns === "number") {
    const { low, high } = own.frame.regions;
    const part = Math.max(0, Math.min(1, (target[0] - low) / (high - low)));
    return [0, `rgb(${diverging()[Math.round(255 * part)].join()})`];
  }
  const which = target.length > 1 ? target.indexOf(1) : target[0];
  return [which, colour(`class-${which}`)];
}

function each(paint) {
  if (draws()) {
    own.rows.forEach(([x, y, c], i) => {
      const target = own.view.learns === "curve" ? [c] : [c];
      paint(i, x, curved() ? c : y, target);
    });
    return;
  }
  own.view.points.forEach(([x, y], i) => {
    const target = own.view.targets[i];
    paint(i, x, curved() ? target[0] : y, target);
  });
}

function points(context, at) {
  const many = own.view.points.length > 600;
  each((i, x, y, target) => {
    const [shape, fill] = draws() && !curved()
      ? [target[0], colour(`class-${target[0]}`)] : painted(i, target);
    const hollow = Boolean(own.view.tested[i]);
    const number = own.view.learns === "number";
    marker(context, at.x(x), at.y(y), number && hollow ? 2 : shape, fill, hollow && !number, many ? 3 : 4);
    if (!number) return;
    context.strokeStyle = colour("quiet");
    context.stroke();
  });
}

function line(context, at) {
  const levels = own.unit
    ? Array.from(bytes(own.unit.map), (byte) => (byte / 127.5 - 1) * reach(own.unit))
    : own.frame.regions.curve;
  const [left, right] = own.view.extent;
  context.beginPath();
  levels.forEach((level, i) => {
    const x = at.x(left + ((right - left) * i) / (levels.length - 1));
    context.lineTo(x, at.y(Math.max(-99, Math.min(99, level ?? 0))));
  });
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = colour(own.unit ? "quiet" : "class-4");
  context.stroke();
}

const reach = (unit) => Math.max(Math.abs(unit.low ?? 0), Math.abs(unit.high ?? 0));

function axes(context, at, width, height) {
  const [left, right, bottom, top] = own.view.extent;
  const { shift, scale } = own.view;
  const last = scale.length - 1;
  const up = curved() ? last : 1;
  context.fillStyle = colour("quiet");
  context.font = "11px sans-serif";
  context.textAlign = "center";
  for (const value of ticks(left * scale[0] + shift[0], right * scale[0] + shift[0])) {
    context.fillText(plain(value), Math.min(width - 12, at.x((value - shift[0]) / scale[0])), height - 8);
  }
  context.textAlign = "right";
  for (const value of ticks(bottom * scale[up] + shift[up], top * scale[up] + shift[up])) {
    context.fillText(plain(value), EDGE.left - 5, Math.max(EDGE.top + 8, at.y((value - shift[up]) / scale[up]) + 4));
  }
  context.strokeStyle = colour("rule");
  context.lineWidth = 1;
  context.strokeRect(EDGE.left, EDGE.top, at.w, at.h);
}

function cross(context, at) {
  const [x, y] = [at.x(own.cursor[0]), at.y(own.cursor[1])];
  context.strokeStyle = colour("ink");
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x - 9, y);
  context.lineTo(x + 9, y);
  context.moveTo(x, y - 9);
  context.lineTo(x, y + 9);
  context.stroke();
}

function told() {
  const names = own.view.settings.names.split("|");
  const [a, b] = names.length === 3 ? names : ["x₁", curved() ? "y" : "x₂"];
  const n = draws() ? own.rows.length : own.view.points.length;
  const kind = { classes: "the class that the network finds most likely, paler where it is less sure",
    number: "the number that comes out, orange for small and blue for large",
    curve: "the curve that comes out" }[own.view.learns];
  const mark = own.view.learns === "number" ? "squares are kept for the test" : "hollow ones are kept for the test";
  document.getElementById("plane-caption").textContent = own.unit
    ? `What this unit says: from ${plain(own.unit.low)} to ${plain(own.unit.high)}.`
    : `Across ${a}, up ${b}: ${kind}. Of the ${n} points, ${mark}.`;
  document.getElementById("plane-label").textContent = `A picture of ${n} points and ${kind}.`;
}

// -- drawn by hand --------------------------------------------------------------------

const PENS = ["1", "2", "3", "4", "5", "6"];

function pens(view) {
  const holder = document.getElementById("pens");
  const names = view.learns === "curve" ? ["a point"] : PENS.map((name) => `class ${name}`);
  const wanted = [...names.map((name, i) => [String(i), name]), ["erase", "eraser"]];
  if (!wanted.some(([value]) => value === own.pen)) own.pen = "0";
  holder.replaceChildren(...wanted.map(([value, name]) => {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "pen", value });
    input.checked = value === own.pen;
    input.onchange = () => (own.pen = value);
    label.append(input, name);
    return label;
  }));
  document.getElementById("tools-hint").textContent = view.learns === "curve"
    ? "Click or drag in the picture. By keyboard: arrows move the cross (with Shift, farther), 1 or Space adds a point, Delete takes one away."
    : "Click or drag in the picture. By keyboard: arrows move the cross (with Shift, farther), 1 to 6 add a point of that class, Delete takes one away.";
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  const at = scales(canvas.clientWidth, canvas.clientHeight);
  return [at.u(event.clientX - box.left), at.v(event.clientY - box.top)];
}

function down(event) {
  if (!draws()) {
    site.say("To draw points here, choose “points of your own” as data.");
    return;
  }
  own.drawing = true;
  own.cursor = place(event);
  act(own.cursor);
}

function move(event) {
  if (!own.drawing || !draws()) return;
  const [u, v] = place(event);
  if (own.pen !== "erase" && Math.hypot(u - own.cursor[0], v - own.cursor[1]) < APART) return;
  own.cursor = [u, v];
  act(own.cursor);
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function key(event) {
  if (!draws() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (STEPS[event.key]) {
    const far = event.shiftKey ? 0.5 : 0.1;
    own.cursor = own.cursor.map((w, i) => Math.max(-3, Math.min(3, w + far * STEPS[event.key][i])));
    draw();
  } else if (PENS.includes(event.key)) add(own.cursor, curved() ? 0 : Number(event.key) - 1);
  else if (event.key === " " || event.key === "Enter") act(own.cursor);
  else if (event.key === "Delete" || event.key === "Backspace") erase(own.cursor);
  else return;
  event.preventDefault();
}

const act = (at) => (own.pen === "erase" ? erase(at) : add(at, Number(own.pen)));
const two = (number) => Number(Math.max(-3, Math.min(3, number)).toFixed(2));

function add([u, v], which) {
  if (own.rows.length >= 2000) return site.say("2,000 points are as many as there is room for.", true);
  own.rows.push(curved() ? [two(u), 0, two(v)] : [two(u), two(v), which]);
  return changed(`Point ${own.rows.length} added at ${plain(two(u))}, ${plain(two(v))}.`);
}

function erase([u, v]) {
  const before = own.rows.length;
  own.rows = own.rows.filter(([x, y, c]) => Math.hypot(x - u, (curved() ? c : y) - v) > REACH);
  if (own.rows.length < before) changed(`${before - own.rows.length} taken away.`);
}

function changed(sentence) {
  draw();
  own.latest = own.rows.map((row) => row.join()).join(";");
  site.set({ data: own.view.settings.data, rows: own.latest }, () => site.say(sentence));
}
