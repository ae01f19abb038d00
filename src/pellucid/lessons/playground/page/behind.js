// What stands behind a picture: its formulas, and a program that runs as a file.

let site;

export function begin(given) {
  site = given;
  for (const panel of panels()) {
    panel.addEventListener("toggle", () => panel.open && fill(panel));
  }
}

const panels = () => document.querySelectorAll("details.behind");

/** Write the open panels anew: the weights are others. */
export function refresh() {
  for (const panel of panels()) if (panel.open) fill(panel);
}

function fill(panel) {
  const picture = panel.dataset.picture;
  site.ask({ do: "behind", picture, key: `behind ${picture}` }, (answer) => {
    panel.querySelector("div").replaceChildren(...answer.formulas.flatMap(formula), ...code(answer.code));
  });
}

function made(tag, name, text = "") {
  return Object.assign(document.createElement(tag), { className: name, textContent: text });
}

function formula({ said, mathml }) {
  const shown = made("div", "formula");
  shown.innerHTML = mathml; // of our own formulas, without a word of a person's
  shown.tabIndex = 0;
  shown.setAttribute("role", "group");
  shown.setAttribute("aria-label", said);
  return [made("p", "", said), shown];
}

function code(text) {
  const head = made("div", "code-head");
  const button = made("button", "copy", "Copy");
  button.type = "button";
  button.onclick = async () => {
    button.textContent = (await copied(text)) ? "Copied" : "Select and copy it below";
  };
  head.append(made("p", "", "The program, which runs as a file:"), button);
  const shown = made("pre", "code", text);
  shown.tabIndex = 0;
  shown.setAttribute("aria-label", "NumPy code");
  return [head, shown];
}

/** Copy a text; whether the browser allows it. */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
