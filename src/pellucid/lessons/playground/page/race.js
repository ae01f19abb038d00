// The cost over two weights as a map, and two methods that race on it.

import { colour, marker, mixed, pixels, plain, rgb, sharp, ticks } from "./drawing.js";
import { weight } from "./controls.js";

const EDGE = { left: 40, right: 8, top: 8, bottom: 34 };
const BANDS = 14;
const FINE = 132; // pixels of the map along each side
const canvas = document.getElementById("race");
const slider = document.getElementById("race-steps");
const own = { race: null, ground: null, asked: 0, playing: null, begin: [-0.8, 0.8] };
let site;

export function begin(given) {
  site = given;
  slider.oninput = () => {
    halt();
    draw();
  };
  document.getElementById("again").onclick = play;
  canvas.onclick = place;
  canvas.onkeydown = key;
}

const seen = () => {
  const box = canvas.getBoundingClientRect();
  return box.top < innerHeight + 200 && box.bottom > -200;
};

/** Ask for the race anew: at rest, or once a second while it is seen. */
export function refresh(rest) {
  const now = performance.now();
  if (!rest && (now - own.asked < 1000 || !seen())) return;
  own.asked = now;
  site.ask({ do: "race", key: "race" }, ({ race }) => take(race));
}

function take(race) {
  own.race = race;
  own.ground = null;
  document.getElementById("race-title").textContent = race.title;
  document.getElementById("race-label").textContent =
    `A map of the cost over two weights, ${race.names.map(weight).join(", and ")}. ` +
    race.runs.map((run) => `${run.method} comes to ${plain(run.last)}`).join("; ") + ".";
  draw();
}

function play() {
  halt();
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  slider.value = 0;
  own.playing = setInterval(() => {
    slider.value = Number(slider.value) + 1;
    if (Number(slider.value) >= 100) halt();
    draw();
  }, 40);
}

function halt() {
  clearInterval(own.playing);
  own.playing = null;
}

// -- the picture ----------------------------------------------------------------------

function scales(width, height) {
  const { centre, reach } = own.race;
  const w = width - EDGE.left - EDGE.right;
  const h = height - EDGE.top - EDGE.bottom;
  return {
    w, h,
    x: (u) => EDGE.left + ((u - centre[0] + reach) / (2 * reach)) * w,
    y: (v) => EDGE.top + ((centre[1] + reach - v) / (2 * reach)) * h,
  };
}

export function draw() {
  const steps = Number(slider.value);
  document.getElementById("race-steps-told").textContent = steps;
  if (!own.race) return;
  const { context, width, height } = sharp(canvas);
  const at = scales(width, height);
  own.ground = ground();
  context.imageSmoothingQuality = "high";
  context.drawImage(own.ground, EDGE.left, EDGE.top, at.w, at.h);
  axes(context, at, height);
  context.save();
  context.beginPath();
  context.rect(EDGE.left, EDGE.top, at.w, at.h);
  context.clip();
  here(context, at);
  path(context, at, own.race.runs[1], steps, "class-4", [7, 4], 1);
  path(context, at, own.race.runs[0], steps, "class-0", [], 0);
  context.restore();
}

/** The costs in bands: as many places in each, so that valleys and hills both show. */
function ground() {
  const { costs, side } = own.race;
  const flat = costs.flat().map((cost) => cost ?? Infinity);
  const sorted = [...flat].filter(Number.isFinite).sort((a, b) => a - b);
  const limits = Array.from({ length: BANDS - 1 }, (_, i) => sorted[Math.floor((sorted.length * (i + 1)) / BANDS)]);
  const [paper, ink] = [rgb("ground"), rgb("quiet")];
  const bands = Array.from({ length: BANDS }, (_, band) => mixed(paper, ink, 0.04 + (0.62 * band) / BANDS));
  const between = (x, y) => {
    const [i, j] = [Math.min(side - 2, Math.floor(y)), Math.min(side - 2, Math.floor(x))];
    const [a, b] = [y - i, x - j];
    const corner = (k, l) => flat[(i + k) * side + j + l];
    return (1 - a) * ((1 - b) * corner(0, 0) + b * corner(0, 1)) + a * ((1 - b) * corner(1, 0) + b * corner(1, 1));
  };
  return pixels(FINE, (k) => {
    const [x, y] = [k % FINE, Math.floor(k / FINE)].map((p) => (p / (FINE - 1)) * (side - 1));
    const cost = between(x, y);
    const band = limits.findIndex((limit) => cost < limit);
    return bands[band < 0 ? BANDS - 1 : band];
  });
}

function axes(context, at, height) {
  const { centre, reach, names } = own.race;
  context.font = "11px sans-serif";
  context.fillStyle = colour("quiet");
  context.textAlign = "center";
  for (const u of ticks(centre[0] - reach, centre[0] + reach)) context.fillText(plain(u), at.x(u), EDGE.top + at.h + 14);
  context.fillText(short(names[0]), EDGE.left + at.w / 2, height - 5);
  context.textAlign = "right";
  for (const v of ticks(centre[1] - reach, centre[1] + reach)) context.fillText(plain(v), EDGE.left - 5, at.y(v) + 4);
  context.save();
  context.translate(11, EDGE.top + at.h / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(short(names[1]), 0, 0);
  context.restore();
  context.strokeStyle = colour("rule");
  context.lineWidth = 1;
  context.strokeRect(EDGE.left, EDGE.top, at.w, at.h);
}

const short = (name) => name.replace(".", "[").replace(".", ", ") + "]";

/** A cross at the weights as they are now. */
function here(context, at) {
  const [x, y] = [at.x(own.race.centre[0]), at.y(own.race.centre[1])];
  context.strokeStyle = colour("ink");
  context.lineWidth = 1.6;
  context.beginPath();
  for (const [a, b] of [[1, 1], [1, -1]]) {
    context.moveTo(x - 5 * a, y - 5 * b);
    context.lineTo(x + 5 * a, y + 5 * b);
  }
  context.stroke();
}

function path(context, at, run, steps, name, dash, shape) {
  const places = run.places.slice(0, steps + 1);
  if (!places.length) return;
  const far = (value) => Math.max(-1e4, Math.min(1e4, value ?? 0));
  for (const [width, stroke] of [[5, colour("ground")], [2.6, colour(name)]]) {
    context.beginPath();
    for (const [u, v] of places) context.lineTo(far(at.x(u)), far(at.y(v)));
    context.lineWidth = width;
    context.setLineDash(width === 5 ? [] : dash);
    context.strokeStyle = stroke;
    context.stroke();
  }
  context.setLineDash([]);
  const [u, v] = places.at(-1);
  const [x, y] = [far(at.x(u)), far(at.y(v))];
  marker(context, x, y, shape, colour(name), false, 6);
  label(context, at, run.method, x, y + (shape ? 16 : -12), name);
}

function label(context, at, text, x, y, name) {
  context.font = "600 12px sans-serif";
  const half = context.measureText(text).width / 2 + 4;
  const [left, right] = [EDGE.left + half, EDGE.left + at.w - half];
  context.textAlign = "center";
  context.lineWidth = 3.5;
  context.strokeStyle = colour("ground");
  context.fillStyle = colour(name);
  const place = [Math.max(left, Math.min(right, x)), Math.max(EDGE.top + 14, Math.min(EDGE.top + at.h - 6, y + 4))];
  context.strokeText(text, ...place);
  context.fillText(text, ...place);
}

// -- where it begins ------------------------------------------------------------------

const near = (value) => Number(Math.max(-1, Math.min(1, value)).toFixed(2));
const from = (begin) => site.set({ begin: begin.map(near).join() });

function place(event) {
  if (!own.race) return;
  const box = canvas.getBoundingClientRect();
  const w = canvas.clientWidth - EDGE.left - EDGE.right;
  const h = canvas.clientHeight - EDGE.top - EDGE.bottom;
  from([((event.clientX - box.left - EDGE.left) / w) * 2 - 1, 1 - ((event.clientY - box.top - EDGE.top) / h) * 2]);
}

const MOVES = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };

function key(event) {
  if (!MOVES[event.key] || !site.view()) return;
  event.preventDefault();
  const now = site.view().settings.begin.split(",").map(Number);
  from(now.map((value, i) => value + MOVES[event.key][i]));
}
