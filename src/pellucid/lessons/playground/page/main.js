// The page: one socket to the training on this machine, and what each answer changes.

import * as behind from "./behind.js";
import * as controls from "./controls.js";
import * as curve from "./curve.js";
import * as network from "./network.js";
import * as plane from "./plane.js";
import * as race from "./race.js";
import { onLook } from "./drawing.js";

const byId = (id) => document.getElementById(id);
const page = { view: null, frame: null, running: false, goal: 0, waiting: false, stirred: false };
const queue = [];
let socket;

// -- the socket: one message at a time, each with one answer --------------------------

function ask(message, then) {
  const sent = page.waiting ? 1 : 0;
  const same = queue.findIndex((each, i) => i >= sent && each.key && each.key === message.key);
  if (same >= 0) queue.splice(same, 1); // a later wish of the same kind takes its place
  queue.push({ key: message.key, message: { ...message, key: undefined }, then });
  send();
}

function send() {
  if (page.waiting || !queue.length || socket.readyState !== WebSocket.OPEN) return;
  page.waiting = true;
  socket.send(JSON.stringify(queue[0].message));
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/playground/training`);
  socket.onopen = () => ask({ do: "open", link: location.hash });
  socket.onmessage = ({ data }) => {
    const { then } = queue.shift();
    page.waiting = false;
    answered(JSON.parse(data), then);
    send();
    rest();
  };
  socket.onclose = () => {
    stop();
    say("The training has ended with its connection: reload the page to go on.", true);
  };
}

function answered(answer, then) {
  if (answer.kind === "refused") {
    stop();
    say(answer.sentence, true);
    plane.refused();
    if (page.view) controls.show(page.view);
    return;
  }
  if (answer.kind === "view") showView(answer);
  if (answer.kind === "frame") showFrame(answer.frame);
  if (then) then(answer);
}

// -- what is shown --------------------------------------------------------------------

function showView(view) {
  page.view = view;
  page.goal = view.goal;
  say(view.sentence ?? "", false);
  controls.show(view);
  network.build(view);
  plane.take(view);
  showFrame(view.frame);
  page.stirred = true;
  if (view.goal > view.frame.done) run();
}

function showFrame(frame) {
  page.frame = frame;
  byId("done").textContent = frame.done.toLocaleString("en-GB");
  byId("train").textContent = shown(frame.train);
  byId("test").textContent = shown(frame.test);
  for (const name of ["regions", "cost", "network"]) {
    byId(`${name}-title`).textContent = frame.titles[name];
  }
  network.show(frame);
  plane.show(frame);
  curve.show(frame);
  if (frame.trouble) {
    stop();
    say(frame.trouble, true);
  }
}

const shown = (cost) => (cost === null ? "–" : cost.toPrecision(6));

function say(sentence, trouble = false) {
  byId("said").textContent = sentence;
  byId("said").classList.toggle("trouble", trouble);
}

function link() {
  const steps = page.frame.done ? `steps=${page.frame.done}` : "";
  return [page.view.link, steps].filter(Boolean).join("&");
}

/** What is done once nothing moves: the link, the race, the open panels. */
function rest() {
  if (!page.stirred || page.running || page.waiting || queue.length) return;
  page.stirred = false;
  history.replaceState(null, "", `#${link()}`);
  if (page.view.ready) {
    race.refresh(true);
    behind.refresh();
  }
}

const address = () => `${location.origin}${location.pathname}#${link()}`;

// -- running --------------------------------------------------------------------------

const pace = { frames: 0, steps: 0, since: 0 };
const afresh = () => Object.assign(pace, { frames: 0, steps: page.frame.done, since: performance.now() });

function run() {
  if (page.running || !page.view.ready || page.frame.trouble) return;
  page.running = true;
  byId("run").textContent = "Pause";
  say(page.goal > page.frame.done ? `Taking the ${page.goal} steps of the link.` : "");
  pace.since = 0; // the first step, which is compiled, does not count
  onward();
}

function stop() {
  if (!page.running) return;
  page.running = false;
  page.goal = 0;
  byId("run").textContent = "Run";
  page.stirred = true;
  rest();
}

function onward() {
  if (!page.running) return;
  const left = page.goal - page.frame.done;
  const n = left > 0 ? Math.min(left, 500) : Number(byId("speed").value);
  ask({ do: "step", n, key: "step" }, () => {
    if (page.goal && page.frame.done >= page.goal) {
      say("");
      return stop();
    }
    told();
    race.refresh(false);
    requestAnimationFrame(onward);
  });
}

/** Say how fast it goes, once a second. */
function told() {
  if (!pace.since) return afresh();
  pace.frames += 1;
  const seconds = (performance.now() - pace.since) / 1000;
  if (seconds < 1 || !page.running) return null;
  const steps = Math.round((page.frame.done - pace.steps) / seconds);
  const frames = Math.round(pace.frames / seconds);
  const word = `${steps.toLocaleString("en-GB")} steps and ${frames} pictures a second`;
  byId("said").textContent = page.goal ? `${word}, to step ${page.goal} of the link` : word;
  return afresh();
}

function set(changes, then) {
  const key = `set ${Object.keys(changes).sort()}`;
  ask({ do: "set", changes, key }, then);
}

function begin() {
  byId("run").onclick = () => (page.running ? stop() : run());
  byId("step").onclick = () => {
    stop();
    ask({ do: "step", n: 1 });
    page.stirred = true;
  };
  byId("reset").onclick = () => {
    stop();
    ask({ do: "reset" });
  };
  byId("link").onclick = async () => {
    say((await behind.copied(address())) ? "The link is copied." : "Copy the address of this page.");
  };
  addEventListener("hashchange", () => {
    stop();
    ask({ do: "open", link: location.hash });
  });
  controls.begin({ ask, set, say });
  plane.begin({ set, say });
  network.begin({ plane });
  race.begin({ ask, set, view: () => page.view });
  behind.begin({ ask, say });
  onLook(() => {
    if (page.frame) showFrame(page.frame);
    race.draw();
  });
  connect();
}

begin();
