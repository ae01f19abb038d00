// The cost after each step, of the training points and of the test.

import { colour, plain, sharp, ticks } from "./drawing.js";

const EDGE = { left: 46, right: 64, top: 10, bottom: 26 };
const canvas = document.getElementById("curve");

export function show(frame) {
  const { context, width, height } = sharp(canvas);
  const { steps, train, test } = frame.curve;
  const all = [...train, ...test].filter((cost) => cost !== null);
  const top = 1.06 * Math.max(...all, 1e-9);
  const last = Math.max(1, ...steps);
  const w = width - EDGE.left - EDGE.right;
  const h = height - EDGE.top - EDGE.bottom;
  const x = (step) => EDGE.left + (step / last) * w;
  const y = (cost) => EDGE.top + h - (cost / top) * h;
  axes(context, { x, y, w, h, top, last });
  const ends = [
    trace(context, steps, train, x, y, "class-0", []),
    trace(context, steps, test, x, y, "class-4", [6, 3]),
  ];
  names(context, ends, EDGE.left + w + 6);
  document.getElementById("curve-label").textContent = all.length
    ? `Two curves over ${frame.done} steps: the training cost is ${plain(frame.train)}, the test cost ${plain(frame.test)}.`
    : "No cost yet.";
}

function axes(context, { x, y, w, h, top, last }) {
  context.font = "11px sans-serif";
  context.lineWidth = 1;
  context.strokeStyle = colour("rule");
  context.fillStyle = colour("quiet");
  context.textAlign = "right";
  for (const cost of ticks(0, top, 4)) {
    context.beginPath();
    context.moveTo(EDGE.left, y(cost));
    context.lineTo(EDGE.left + w, y(cost));
    context.stroke();
    context.fillText(plain(cost), EDGE.left - 6, y(cost) + 4);
  }
  context.textAlign = "center";
  for (const step of ticks(0, last, 5).filter(Number.isInteger)) {
    context.fillText(step.toLocaleString("en-GB"), x(step), EDGE.top + h + 18);
  }
}

function trace(context, steps, costs, x, y, name, dash) {
  context.beginPath();
  let end = null;
  costs.forEach((cost, i) => {
    if (cost === null) return;
    end = y(cost);
    context.lineTo(x(steps[i]), end);
  });
  context.lineWidth = 2.2;
  context.lineJoin = "round";
  context.setLineDash(dash);
  context.strokeStyle = colour(name);
  context.stroke();
  context.setLineDash([]);
  return end;
}

/** Name both curves where they end, apart from each other. */
function names(context, [train, test], x) {
  if (train === null) return;
  const close = test !== null && Math.abs(train - test) < 14;
  const middle = (train + test) / 2;
  const above = train < test ? [middle - 7, middle + 7] : [middle + 7, middle - 7];
  const [first, second] = close ? above : [train, test];
  context.font = "600 12px sans-serif";
  context.textAlign = "left";
  context.fillStyle = colour("class-0");
  context.fillText("training", x, first + 4);
  if (test === null) return;
  context.fillStyle = colour("class-4");
  context.fillText("test", x, second + 4);
}
