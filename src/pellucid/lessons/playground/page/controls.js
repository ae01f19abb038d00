// What can be chosen: the fields of the page, filled from an answer and read on change.

const byId = (id) => document.getElementById(id);
const RATES = ["0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10", "100"];
const LISTS = {
  rates: RATES.map((rate) => [rate, rate]),
  strengths: ["0", "0.0001", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1"].map((s) => [s, s]),
  batches: [["0", "all"], ...["1", "4", "8", "16", "32", "64"].map((b) => [b, b])],
};
let site;
let view = null;

export function begin(given) {
  site = given;
  for (const field of fields()) {
    field.addEventListener("change", () => site.set({ [field.dataset.setting]: field.value }));
    if (field.type === "range") field.addEventListener("input", () => told(field));
  }
  for (const form of document.forms) form.addEventListener("submit", (event) => event.preventDefault());
  byId("add-layer").onclick = () => hidden([...sizes(), 4]);
  byId("file").onchange = read;
  byId("take").onclick = take;
}

const fields = () => document.querySelectorAll("[data-setting]");
const sizes = () => (view.settings.hidden === "none" ? [] : view.settings.hidden.split("-").map(Number));
const hidden = (layers) => site.set({ hidden: layers.join("-") || "none" });

/** Show what is chosen. */
export function show(given) {
  view = given;
  for (const field of fields()) {
    const value = view.settings[field.dataset.setting];
    if (field.tagName === "SELECT") options(field, value);
    if (document.activeElement !== field || field.type !== "number") field.value = value;
    if (field.type === "range") told(field);
  }
  byId("tools").hidden = !view.settings.data.startsWith("drawn");
  const own = view.settings.data.startsWith("drawn") || view.settings.data === "file";
  for (const field of document.querySelectorAll(".drawn-only")) field.hidden = own;
  features();
  layers();
  byId("racer").textContent = `${view.settings.method}, rate ${view.settings.rate}`;
  byId("racer-rival").textContent = `${view.settings.rival}, rate ${view.settings.rival_rate}`;
}

function options(field, value) {
  const list = [...field.classList].find((name) => LISTS[name]);
  const named = field.classList.contains("weights") ? view.names.map((name) => [name, weight(name)]) : null;
  const known = named ?? (list ? LISTS[list] : Object.entries(view.choices[field.dataset.setting]));
  const there = field.dataset.setting === "data" && value !== "file" ? known.filter(([key]) => key !== "file") : known;
  const all = there.some(([key]) => key === value) ? there : [...there, [value, value]];
  const text = all.flat().join("\n");
  if (field.dataset.filled === text) return;
  field.dataset.filled = text;
  field.replaceChildren(...all.map(([key, name]) => new Option(name, key)));
}

/** A weight as one reads it: from where to where. */
export function weight(name) {
  const [layer, ...at] = name.slice(1).split(".").map(Number);
  const last = layer > sizes().length;
  const unit = last ? (view.classes > 2 ? `output ${at.at(-1) + 1}` : "the output") : `unit ${at.at(-1) + 1}, layer ${layer}`;
  if (name[0] === "b") return `bias of ${unit}`;
  const from = layer === 1 ? view.inputs[at[0]] : `unit ${at[0] + 1}, layer ${layer - 1}`;
  return `${from} → ${unit}`;
}

function told(field) {
  const output = field.parentElement.querySelector("output");
  if (output) output.textContent = field.value;
}

function features() {
  const chosen = view.settings.features.split(",");
  const boxes = Object.entries(view.choices.features).filter(([name]) => view.available.includes(name));
  const focused = document.activeElement?.value;
  byId("features").replaceChildren(...boxes.map(([name, shown]) => {
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value: name });
    box.checked = chosen.includes(name);
    box.onchange = () => {
      const now = [...byId("features").querySelectorAll("input:checked")].map((each) => each.value);
      site.set({ features: now.join(",") });
    };
    label.append(box, name === "radius" ? "radius r" : shown);
    return label;
  }));
  byId("features").querySelector(`input[value="${CSS.escape(focused ?? "")}"]`)?.focus();
}

function layers() {
  const now = sizes();
  const focused = document.activeElement?.dataset?.role;
  byId("layers").replaceChildren(...now.map((units, i) => {
    const row = Object.assign(document.createElement("div"), { className: "layer" });
    const change = (by) => hidden(now.map((each, j) => (j === i ? each + by : each)));
    row.append(
      Object.assign(document.createElement("span"), { textContent: `Layer ${i + 1}, units` }),
      button("−", `One unit fewer in layer ${i + 1}`, () => change(-1), units > 1),
      Object.assign(document.createElement("output"), { textContent: units }),
      button("+", `One unit more in layer ${i + 1}`, () => change(1), units < 8),
      button("×", `Remove layer ${i + 1}`, () => hidden(now.filter((_, j) => j !== i)), true),
    );
    return row;
  }));
  byId("add-layer").disabled = now.length >= 4;
  if (focused) document.querySelector(`[data-role="${focused}"]`)?.focus();
}

function button(text, label, onclick, possible) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, onclick });
  made.setAttribute("aria-label", label);
  made.dataset.role = label;
  made.disabled = !possible;
  return made;
}

// -- a file of one's own --------------------------------------------------------------

async function read() {
  const file = byId("file").files[0];
  if (!file) return;
  if (file.size > 8e6) {
    site.say("The file has more than 8 MB: choose a smaller one.", true);
    return;
  }
  const all = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let i = 0; i < all.length; i += 8192) text += String.fromCharCode(...all.subarray(i, i + 8192));
  byId("columns").hidden = true;
  site.ask({ do: "read", name: file.name, content: btoa(text) }, columns);
}

function columns({ name, columns: found }) {
  const numeric = found.filter((column) => column.number).map((column) => column.name);
  const all = found.map((column) => column.name);
  const target = found.find((column) => !column.number)?.name ?? all.at(-1);
  const free = numeric.filter((each) => each !== target);
  for (const [id, names, chosen] of [["x1", numeric, free[0]], ["x2", numeric, free[1]], ["target", all, target]]) {
    byId(`column-${id}`).replaceChildren(...names.map((each) => new Option(each)));
    byId(`column-${id}`).value = chosen;
  }
  byId("columns").hidden = false;
  site.say(`${name} is read: choose two columns to learn from, and the target.`);
}

function take() {
  const [x1, x2, target, as] = ["x1", "x2", "target", "as"].map((id) => byId(`column-${id}`).value);
  site.ask({ do: "columns", x1, x2, target, as });
}
