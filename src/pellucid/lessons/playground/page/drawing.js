// What pictures share: sharp canvases, colours of the theme, bytes, ticks, markers.

/** A canvas as sharp as the screen; gives its context and its size in CSS pixels. */
export function sharp(canvas) {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

const known = new Map();

/** A colour of the theme by its name in the style sheet. */
export function colour(name) {
  if (!known.has(name)) {
    const style = getComputedStyle(document.documentElement);
    known.set(name, style.getPropertyValue(`--${name}`).trim());
  }
  return known.get(name);
}

/** Red, green and blue of a colour of the theme. */
export function rgb(name) {
  const text = colour(name).slice(1);
  const full = text.length === 3 ? [...text].map((c) => c + c).join("") : text;
  return [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16));
}

/** Mix two colours, of three numbers each. */
export const mixed = (a, b, part) => a.map((value, i) => value + (b[i] - value) * part);

/** Call when the window or the theme looks different. */
export function onLook(redraw) {
  const again = () => {
    known.clear();
    requestAnimationFrame(redraw);
  };
  addEventListener("resize", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
}

export const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** A picture of side x side pixels; `paint` gives red, green and blue of pixel i. */
export function pixels(side, paint, canvas = document.createElement("canvas")) {
  if (canvas.width !== side) Object.assign(canvas, { width: side, height: side });
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  for (let i = 0; i < side * side; i += 1) {
    image.data.set(paint(i), 4 * i);
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** A colour for a byte around 127.5: orange below, the ground between, blue above. */
export function diverging() {
  const [ground, plus, minus] = [rgb("ground"), rgb("plus"), rgb("minus")];
  return Array.from({ length: 256 }, (_, byte) => {
    const part = byte / 127.5 - 1;
    return mixed(ground, part < 0 ? minus : plus, 0.85 * Math.abs(part));
  });
}

/** Round numbers between two, about as many as asked. */
export function ticks(low, high, about = 5) {
  if (!(high > low)) return [low];
  const raw = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw);
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** A number as a person writes it. */
export function plain(value) {
  if (value === null || !Number.isFinite(value)) return "no number";
  const size = Math.abs(value);
  if (size >= 1e5 || (size > 0 && size < 1e-3)) return value.toExponential(1).replace("-", "−");
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

const SHAPES = [
  (c, x, y, r) => c.arc(x, y, r, 0, 7),
  (c, x, y, r) => corners(c, x, y, [[0, -1.3], [1.15, 0.8], [-1.15, 0.8]], r),
  (c, x, y, r) => corners(c, x, y, [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]], r),
  (c, x, y, r) => corners(c, x, y, [[0, -1.3], [1.2, 0], [0, 1.3], [-1.2, 0]], r),
  (c, x, y, r) => corners(c, x, y, [[0, 1.3], [1.15, -0.8], [-1.15, -0.8]], r),
  (c, x, y, r) => corners(c, x, y, [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]], r),
];

function corners(context, x, y, places, r) {
  places.forEach(([a, b], i) => context[i ? "lineTo" : "moveTo"](x + r * a, y + r * b));
  context.closePath();
}

/** A point of a class: its own shape and colour, hollow when it is kept for the test. */
export function marker(context, x, y, shape, fill, hollow, r = 4) {
  context.beginPath();
  SHAPES[shape % SHAPES.length](context, x, y, hollow ? r - 0.4 : r);
  context.fillStyle = hollow ? colour("ground") : fill;
  context.fill();
  context.lineWidth = hollow ? 1.8 : 1;
  context.strokeStyle = hollow ? fill : colour("ground");
  context.stroke();
}
