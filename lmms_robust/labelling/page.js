"use strict";
// Texts are written by others: they are only ever set as textContent.
const element = (id) => document.getElementById(id);
let shown = null; // what the server last said
let busy = false;

function show(state) {
  shown = state;
  element("progress").max = state.total;
  element("progress").value = state.done;
  element("count").textContent = `${state.done} of ${state.total} labelled` + (state.at === null ? "" : ` · number ${state.at + 1}`);
  element("message").textContent = state.at === null ? "All are labelled; thank you. This page can be closed." : "";
  element("case").hidden = state.at === null;
  if (state.at === null) return;
  element("question").textContent = state.question;
  element("given").textContent = state.given;
  element("given").hidden = !state.given;
  element("reasoning").textContent = state.reasoning;
  element("picture").hidden = !state.picture;
  if (state.picture) element("picture").src = `picture/${state.at}`;
  else element("picture").removeAttribute("src");
  const rows = state.options.map((text, place) => button(String.fromCharCode(65 + place), text));
  rows.push(button("N", "none of them"), button("U", "unsure"));
  element("options").replaceChildren(...rows);
}

function button(key, text) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = `${key}  ${text}`;
  made.className = shown.label === key ? "chosen" : "";
  made.addEventListener("click", () => label(key));
  return made;
}

async function ask(path, body) {
  if (busy) return;
  busy = true;
  try {
    const options = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
    const reply = await fetch(path, options);
    const said = await reply.json();
    if (reply.ok) show(said);
    else element("message").textContent = said.error;
  } catch (error) {
    element("message").textContent = "Not saved: the server does not answer. Is `lmms-robust label` still running?";
  } finally {
    busy = false;
  }
}

function label(key) {
  if (shown && shown.at !== null) ask("label", { at: shown.at, key: key });
}

document.addEventListener("keydown", (event) => {
  if (!shown || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const key = event.key.toUpperCase();
  const letters = shown.at === null ? 0 : shown.options.length;
  if (key === "ARROWLEFT" || key === "BACKSPACE") ask(`state?at=${Math.max((shown.at === null ? shown.total : shown.at) - 1, 0)}`);
  else if (key === "ARROWRIGHT" && shown.at !== null) ask(`state?at=${Math.min(shown.at + 1, shown.total - 1)}`);
  else if (key === "N" || key === "U" || (key.length === 1 && key >= "A" && key.charCodeAt(0) - 65 < letters)) label(key);
  else return;
  event.preventDefault();
});

ask("state");
