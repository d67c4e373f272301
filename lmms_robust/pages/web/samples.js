// The browser of samples: filters over columns of small numbers, a list of which only what is in sight exists, and the
// replies of an item side by side. Every text is set as text.
"use strict";
(async () => {
  const by = (id) => document.getElementById(id);
  const HEIGHT = 50;
  const told = by("told");

  function element(tag, kind = "", text = undefined, ...inside) {
    const made = document.createElement(tag);
    if (kind) made.className = kind;
    if (text !== undefined) made.textContent = text;
    made.append(...inside);
    return made;
  }

  let index;
  try {
    index = await lmmsRobust.load("index");
  } catch (error) {
    told.textContent = `No samples can be shown: ${error.message}.`;
    return;
  }
  const { known, items, columns, base, pictures } = index;
  const count = columns.item.length;
  const [SUITE, CATEGORY, ID, QUESTION, CHUNK, FIRST, SIZE, PICTURE] = items.length ? items[0].keys() : [];
  const name = (column, code) => known[column][code].replaceAll("_", " ");

  // ---- what is wanted, as the address of the page has it
  const WANTED = ["run", "suite", "variant", "category", "before", "outcome", "verdict", "decider", "ahead", "behind", "text"];
  let wanted = {};
  let open = -1;

  function address(sample) {
    const item = items[columns.item[sample]];
    const parts = [known.run[columns.run[sample]], known.suite[item[SUITE]], item[ID],
      known.variant[columns.variant[sample]], columns.repeat[sample]];
    return parts.map(encodeURIComponent).join("/");
  }

  function find(text) {
    const [run, suite, id, variant, repeat] = text.split("/").map(decodeURIComponent);
    for (let sample = 0; sample < count; sample += 1) {
      const item = items[columns.item[sample]];
      if (item[ID] === id && known.run[columns.run[sample]] === run && known.suite[item[SUITE]] === suite
        && known.variant[columns.variant[sample]] === variant && columns.repeat[sample] === Number(repeat)) return sample;
    }
    return -1;
  }

  function remember() {
    const said = new URLSearchParams();
    if (open >= 0) said.set("sample", address(open));
    for (const key of WANTED) if (wanted[key]) said.set(key, wanted[key]);
    history.replaceState(null, "", `#${said}`);
  }

  // ---- filters
  const fields = new Map();

  function choice(key, label, values, counts) {
    const select = element("select");
    select.append(new Option("all", ""));
    values.forEach((value, code) => {
      if (counts && !counts[code]) return;
      select.append(new Option(counts ? `${value.replaceAll("_", " ")} (${counts[code].toLocaleString("en")})` : value, value));
    });
    const field = element("label", "", label, select);
    field.hidden = select.options.length < 3;
    select.addEventListener("change", () => { wanted[key] = select.value; apply(); });
    fields.set(key, select);
    by("filters").append(field);
  }

  function tally(values, length) {
    const found = new Array(length).fill(0);
    for (const value of values) if (value >= 0) found[value] += 1;
    return found;
  }

  function build() {
    const ofItem = (place) => columns.item.map((item) => items[item][place]);
    const counted = (column, values) => tally(values, known[column].length);
    choice("run", "model", known.run, counted("run", columns.run));
    choice("suite", "benchmark", known.suite, counted("suite", ofItem(SUITE)));
    choice("variant", "condition", known.variant, counted("variant", columns.variant));
    choice("category", "category", known.category, counted("category", ofItem(CATEGORY)));
    choice("before", "answer before (base)", known.outcome, counted("outcome", columns.before));
    choice("outcome", "answer here", known.outcome, counted("outcome", columns.outcome));
    choice("verdict", "reasoning and answer", known.verdict, counted("verdict", columns.verdict));
    choice("decider", "decided by", known.decider, counted("decider", columns.decider));
    if (known.run.length > 1) {
      choice("ahead", "right: this model …", known.run);
      choice("behind", "… and not this one", known.run);
    }
    const search = element("input");
    search.type = "search";
    search.placeholder = "question or reply";
    let timer = 0;
    search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { wanted.text = search.value.trim(); apply(); }, 250);
    });
    fields.set("text", search);
    const clear = element("button", "", "clear filters");
    clear.type = "button";
    clear.addEventListener("click", () => { wanted = {}; show(); apply(); });
    by("filters").append(element("label", "", "search", search), element("label", "", " ", clear));
    by("filters").addEventListener("submit", (event) => event.preventDefault());
  }

  const show = () => fields.forEach((field, key) => { field.value = wanted[key] ?? ""; });

  // ---- texts for the search, in small letters; read once
  let texts = null;
  async function searchable() {
    const chunks = [...new Set(items.map((item) => item[CHUNK]))];
    const found = new Array(count);
    for (const chunk of chunks) {
      told.textContent = `Reading texts: ${chunk + 1} of ${chunks.length} …`;
      const [inside, those] = [await lmmsRobust.load(`texts-${chunk}`), items.filter((item) => item[CHUNK] === chunk)];
      those.forEach((item, place) => inside[place].samples.forEach((one, number) => {
        found[item[FIRST] + number] = `${item[ID]}\n${item[QUESTION]}\n${one.response.map((piece) => piece[1]).join("")}`.toLowerCase();
      }));
    }
    return found;
  }

  // ---- the list
  let shown = [];

  async function apply() {
    const asked = JSON.stringify(wanted);
    if (wanted.text) {
      texts = texts ?? searchable();
      texts = await texts;
      if (asked !== JSON.stringify(wanted)) return;
    }
    const started = performance.now();
    const code = (column, key) => (wanted[key] ? known[column].indexOf(wanted[key]) : -1);
    const tests = [];
    for (const [key, column] of [["run", "run"], ["variant", "variant"], ["outcome", "outcome"], ["before", "outcome"], ["verdict", "verdict"], ["decider", "decider"]]) {
      const value = code(column, key);
      if (wanted[key]) tests.push((sample) => columns[key][sample] === value);
    }
    for (const [key, place] of [["suite", SUITE], ["category", CATEGORY]]) {
      const value = code(key, key);
      if (wanted[key]) tests.push((sample) => items[columns.item[sample]][place] === value);
    }
    if (wanted.ahead && wanted.behind) tests.push(disagreement(code("run", "ahead"), code("run", "behind")));
    if (wanted.text) {
      const text = wanted.text.toLowerCase();
      tests.push((sample) => texts[sample].includes(text));
    }
    shown = [];
    for (let sample = 0; sample < count; sample += 1) {
      if (tests.every((test) => test(sample))) shown.push(sample);
    }
    by("list").dataset.milliseconds = String(Math.round(performance.now() - started));
    const chosen = count < index.total
      ? ` These are ${count.toLocaleString("en")} of ${index.total.toLocaleString("en")} samples: the same share of the items of each benchmark and category, of those whose answer changed and of those where it did not.` : "";
    told.textContent = `${shown.length.toLocaleString("en")} of ${count.toLocaleString("en")} samples.${chosen}`;
    by("rows").style.height = `${shown.length * HEIGHT}px`;
    by("list").scrollTop = 0;
    if (!shown.includes(open)) choose(shown[0] ?? -1);
    else { reveal(); paint(); remember(); }
  }

  // Samples of the one model that are right where the other's reply to the same is not.
  function disagreement(ahead, behind) {
    const right = known.outcome.indexOf("right");
    return (sample) => columns.run[sample] === ahead && columns.outcome[sample] === right
      && columns.outcome[other(sample, behind, columns.variant[sample])] !== right
      && other(sample, behind, columns.variant[sample]) >= 0;
  }

  // The sample of the same item and repeat, of a model under a condition; -1 where there is none.
  function other(sample, run, variant) {
    const item = items[columns.item[sample]];
    for (let one = item[FIRST]; one < item[FIRST] + item[SIZE]; one += 1) {
      if (columns.run[one] === run && columns.variant[one] === variant && columns.repeat[one] === columns.repeat[sample]) return one;
    }
    return -1;
  }

  function paint() {
    const list = by("list");
    const first = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - 4);
    const last = Math.min(shown.length, first + Math.ceil(list.clientHeight / HEIGHT) + 9);
    const rows = [];
    for (let place = first; place < last; place += 1) rows.push(row(shown[place], place));
    by("rows").replaceChildren(...rows);
  }

  function row(sample, place) {
    const item = items[columns.item[sample]];
    const outcome = known.outcome[columns.outcome[sample]];
    const model = known.run.length > 1 ? ` · ${known.run[columns.run[sample]]}` : "";
    const made = element("div", `row ${outcome}`, undefined,
      element("div", "", `${name("variant", columns.variant[sample])} · ${name("outcome", columns.outcome[sample])}${model}`),
      element("div", "quiet", `${item[ID]} · ${item[QUESTION]}`));
    made.style.top = `${place * HEIGHT}px`;
    made.id = `sample-${sample}`;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", String(sample === open));
    made.addEventListener("click", () => choose(sample));
    return made;
  }

  function reveal() {
    const list = by("list");
    const top = shown.indexOf(open) * HEIGHT;
    if (top < 0) return;
    if (top < list.scrollTop || top + HEIGHT > list.scrollTop + list.clientHeight) list.scrollTop = Math.max(0, top - HEIGHT);
  }

  function choose(sample) {
    open = sample;
    reveal();
    paint();
    by("list").setAttribute("aria-activedescendant", `sample-${sample}`);
    remember();
    detail();
  }

  // ---- one item
  async function detail() {
    const sample = open;
    if (sample < 0) { by("detail").replaceChildren(element("p", "quiet", "No sample meets all of this.")); return; }
    const item = items[columns.item[sample]];
    let chunk;
    try {
      chunk = await lmmsRobust.load(`texts-${item[CHUNK]}`);
    } catch (error) {
      by("detail").replaceChildren(element("p", "", `This sample cannot be shown: ${error.message}.`));
      return;
    }
    if (sample !== open) return;
    const start = items.findIndex((one) => one[CHUNK] === item[CHUNK]);
    const texts_ = chunk[columns.item[sample] - start];
    const link = element("a", "", "link to this sample");
    link.href = `#${new URLSearchParams({ sample: address(sample) })}`;
    const parts = [element("h3", "", `${item[ID]} · ${name("category", item[CATEGORY])} · `, link), about(item, texts_, sample), ...chips(item, sample)];
    const panes = element("div", "panes");
    for (const one of beside(sample)) panes.append(pane(one, item, texts_));
    const legend = element("p", "legend text", undefined, "Marked: ", element("span", "injected", "injected words"), "  ",
      element("span", "reasoning", "reasoning"), "  ", element("span", "ends", "what it ends on"), "  ", element("span", "answer", "answer"));
    by("detail").replaceChildren(...parts, legend, panes);
    by("detail").scrollTop = 0;
  }

  // The reply before and here; where two models are held against each other, the other one's too.
  function beside(sample) {
    const variant = columns.variant[sample];
    const found = [];
    if (base[variant] !== variant) found.push(other(sample, columns.run[sample], base[variant]));
    found.push(sample);
    const against = wanted.ahead && wanted.behind ? known.run.indexOf(wanted.behind) : -1;
    if (against >= 0 && against !== columns.run[sample]) found.push(other(sample, against, variant));
    return found.filter((one) => one >= 0);
  }

  const optionsOf = (own, inside) => (own.abstain ? [...inside.options, own.abstain[1]] : inside.options);

  function about(item, inside, sample) {
    const options = element("ul", "options");
    optionsOf(inside.samples[sample - item[FIRST]], inside).forEach((text, place) => {
      const letter = String.fromCharCode(65 + place);
      const is = letter === inside.gold ? "right" : letter === inside.planted ? "planted" : "";
      const line = element("li", is && `c-${is}`, `${letter}. ${text}`);
      if (is) line.append(element("strong", "", is === "right" ? "  ✓ right" : "  ✗ planted (the wrong option that is suggested)"));
      options.append(line);
    });
    return element("div", "item", undefined, picture(item), element("div", "", undefined, element("strong", "", item[QUESTION]), options));
  }

  function picture(item) {
    const chunk = pictures[item[PICTURE]];
    if (chunk === undefined) return element("div", "nopicture", "The picture is not at hand.");
    const made = element("img");
    made.alt = "the picture that is asked about";
    lmmsRobust.load(`pictures-${chunk}`).then((found) => { made.src = `data:image/webp;base64,${found[item[PICTURE]]}`; },
      () => made.replaceWith(element("div", "nopicture", "The picture cannot be loaded.")));
    return made;
  }

  function chips(item, sample) {
    const rows = new Map();
    for (let one = item[FIRST]; one < item[FIRST] + item[SIZE]; one += 1) {
      if (columns.repeat[one] !== columns.repeat[sample]) continue;
      const outcome = known.outcome[columns.outcome[one]];
      const button = element("button", `c-${outcome}`, `${name("variant", columns.variant[one])}: ${name("outcome", columns.outcome[one])}`);
      button.type = "button";
      button.setAttribute("aria-pressed", String(one === sample));
      button.addEventListener("click", () => choose(one));
      const run = columns.run[one];
      if (!rows.has(run)) {
        rows.set(run, element("div", "chips"));
        if (known.run.length > 1) rows.get(run).append(element("span", "", known.run[run]));
      }
      rows.get(run).append(button);
    }
    return rows.values();
  }

  function pane(sample, item, inside) {
    const own = inside.samples[sample - item[FIRST]];
    const outcome = known.outcome[columns.outcome[sample]];
    const model = known.run.length > 1 ? `${known.run[columns.run[sample]]} · ` : "";
    const repeat = columns.repeat[sample] ? ` · repeat ${columns.repeat[sample]}` : "";
    const made = element("section", "pane", undefined,
      element("h4", "", `${model}${name("variant", columns.variant[sample])}${repeat}`));
    const facts = element("p", "facts", undefined,
      element("strong", `outcome-${outcome}`, `answer ${own.answer ?? "–"}: ${name("outcome", columns.outcome[sample])}${own.problem && own.problem !== "no_answer" ? ` (${own.problem.replaceAll("_", " ")})` : ""}`),
      element("span", "", `reasoning ends on ${own.conclusion ?? "–"}${own.in === "injected" ? " (in the injected words)" : ""}`),
      element("span", "", `${name("verdict", columns.verdict[sample])}${own.open && own.open !== "not_applicable" ? `: ${own.open.replaceAll("_", " ")}` : ""}, by ${own.by}`));
    for (const [who, said] of own.votes ?? []) facts.append(element("span", "vote", `vote of ${who}: ${said.replaceAll("_", " ")}`));
    if (own.injection !== "none") facts.append(element("span", "", `injection: ${own.injection}`));
    if (own.p !== undefined) facts.append(element("span", "", `p right ${own.p.toFixed(2)}`));
    if (own.tokens !== undefined) facts.append(element("span", "", `${own.tokens} tokens`));
    if (own.truncated) facts.append(element("span", "", "stopped at the limit"));
    const text = marked(own.response);
    if (known.verdict[columns.verdict[sample]] !== "not asked") ends(text, own, inside);
    made.append(facts, text);
    if (own.prompt.length) made.append(element("details", "", undefined, element("summary", "", "what was sent"), marked(own.prompt)));
    return made;
  }

  function marked(pieces) {
    const made = element("pre", "text");
    for (const [kind, text] of pieces) made.append(kind ? element("span", kind, text) : text);
    return made;
  }

  // Behind the reasoning, or the injected words that it ends in, what it ends on: a mark, and no part of the text.
  function ends(made, own, inside) {
    const last = (kind) => [...made.querySelectorAll(`.${kind}`)].at(-1);
    const behind = (own.in === "injected" && last("injected")) || last("reasoning");
    if (!behind) return;
    const place = (own.conclusion ?? "").charCodeAt(0) - 65;
    behind.dataset.ends = own.conclusion ? `ends on ${own.conclusion}. ${optionsOf(own, inside)[place] ?? ""}` : "ends on nothing that was read";
  }

  // ---- keys
  function step(by_) {
    const place = shown.indexOf(open) + by_;
    if (place >= 0 && place < shown.length) choose(shown[place]);
  }

  function turn(by_) {
    const item = items[columns.item[open]];
    const same = [];
    for (let one = item[FIRST]; one < item[FIRST] + item[SIZE]; one += 1) {
      if (columns.run[one] === columns.run[open] && columns.repeat[one] === columns.repeat[open]) same.push(one);
    }
    choose(same[(same.indexOf(open) + by_ + same.length) % same.length]);
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target.closest?.("input, select, textarea");
    if (field) {
      if (event.key === "Escape") field.blur();
      return;
    }
    const inList = event.target.closest?.("#list");
    const keys = { j: () => step(1), k: () => step(-1), "[": () => turn(-1), "]": () => turn(1), "/": () => fields.get("text").focus() };
    if (inList) Object.assign(keys, { ArrowDown: keys.j, ArrowUp: keys.k, ArrowLeft: keys["["], ArrowRight: keys["]"] });
    if (!keys[event.key] || open < 0) return;
    event.preventDefault();
    keys[event.key]();
  });
  by("list").addEventListener("scroll", paint, { passive: true });
  addEventListener("resize", paint);

  // ---- start, also from an address that somebody sent
  function fromAddress() {
    const said = new URLSearchParams(location.hash.slice(1));
    const sample = said.has("sample") ? find(said.get("sample")) : -1;
    wanted = Object.fromEntries(WANTED.filter((key) => said.get(key)).map((key) => [key, said.get(key)]));
    return sample;
  }

  if (!count) { told.textContent = "There are no samples."; return; }
  build();
  by("filters").hidden = false;
  by("browser").hidden = false;
  async function arrive() {
    const linked = fromAddress();
    show();
    open = linked;
    await apply();
    if (linked >= 0) {
      choose(linked);
      by("samples").scrollIntoView();
    }
    document.body.dataset.ready = "yes";
  }
  addEventListener("hashchange", () => { if (location.hash.includes("=")) arrive(); });
  const kept = location.hash;
  if (kept && !kept.includes("=")) { open = 0; await apply(); history.replaceState(null, "", kept); document.body.dataset.ready = "yes"; detail(); } else await arrive();
})();
