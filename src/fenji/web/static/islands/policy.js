// The editor of a policy: numbers answer while a line, a slider or a number moves. Without this, "Try it" gives the same figures.
import { tick } from "./chart_words.js";

const form = document.querySelector("[data-editor]");
const told = JSON.parse(document.getElementById("trial-data").textContent);
const { steps, words } = told;
const EVERY = 30;
const SETTLED = 400;
const SVG = "http://www.w3.org/2000/svg";
const HIGH = 270;
const FRAME = { left: 46, right: 18, top: 62, bottom: 26 };
const place = form.querySelector("[data-histogram]");
const badge = form.querySelector("[data-badge]");
const problems = form.querySelector("[data-problems]");
let drawing = told.trial.drawing;
let isDirty = form.hasAttribute("data-dirty");
let scale;

// One field for each number that can be moved, with its slider where it has one.
class Threshold {
  constructor(holder) {
    this.key = holder.dataset.threshold;
    this.metric = holder.dataset.metric;
    this.field = holder.querySelector("input[inputmode]");
    this.slider = holder.querySelector("input[type=range]");
    this.steps = steps?.[this.metric]?.steps ?? [];
    this.settle();
    this.field.addEventListener("input", () => { this.settle(); changed(); });
    this.field.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); send(); } });
    this.slider?.addEventListener("input", () => this.put(this.steps[Number(this.slider.value)]));
    this.slider?.addEventListener("keydown", (event) => {
      const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (!way || !event.shiftKey) return;
      event.preventDefault();
      this.put(this.steps[Math.max(0, Math.min(this.steps.length - 1, Number(this.slider.value) + way * 10))]);
    });
  }

  get number() {
    const text = this.field.value.normalize("NFKC").replace(/[,_\s]/g, "");
    return text === "" ? NaN : Number(text);
  }

  put(number) {
    if (number === undefined || number === this.number) return;
    this.field.value = String(number);
    this.settle();
    changed();
  }

  settle() {
    if (this.slider && Number.isFinite(this.number)) {
      this.slider.value = String(nearest(this.steps, this.number));
      this.slider.setAttribute("aria-valuetext", this.field.value);
    }
  }
}

function nearest(all, number) {
  let best = 0;
  all.forEach((each, at) => { if (Math.abs(each - number) < Math.abs(all[best] - number)) best = at; });
  return best;
}

const thresholds = new Map([...form.querySelectorAll("[data-threshold]")].map((holder) => [holder.dataset.threshold, new Threshold(holder)]));

// At most one request in 30 ms; a newer one ends the older, and only the newest is shown.
let last = 0, waiting, asked, turn = 0, settling;

function changed() {
  isDirty = true;
  draw();
  clearTimeout(waiting);
  const rest = EVERY - (performance.now() - last);
  if (rest <= 0) send();
  else waiting = setTimeout(send, rest);
}

async function post(address, signal) {
  const body = new URLSearchParams(new FormData(form));
  const token = document.querySelector('meta[name="csrf-token"]').content;
  return fetch(address, { method: "POST", body, signal, headers: { "X-CSRF-Token": token } });
}

async function send() {
  clearTimeout(waiting);
  last = performance.now();
  asked?.abort();
  asked = new AbortController();
  const own = ++turn;
  try {
    const answer = await post(form.dataset.try, asked.signal);
    if (answer.status === 429) return again(own);
    const found = await answer.json();
    if (own === turn) show(found);
  } catch (error) {
    if (error.name !== "AbortError" && own === turn) {
      badge.textContent = words.lost;
      again(own);
    }
  }
}

function again(own) {
  setTimeout(() => { if (own === turn) send(); }, 2000);
}

function show(found) {
  problems.hidden = !found.problems;
  if (found.problems) {
    problems.replaceChildren(...found.problems.map((each) => element("p", `${each.what} ${each.advice}`)));
    return;
  }
  for (const holder of document.querySelectorAll("[data-out]")) {
    const out = found.outs[holder.dataset.out];
    if (!out) continue;
    holder.textContent = out.text;
    holder.dataset.way = out.way;
    holder.classList.toggle("number", Boolean(out.href));
    holder.toggleAttribute("data-list", Boolean(out.href));
    if (out.href) holder.href = out.href;
    else holder.removeAttribute("href");
  }
  badge.textContent = found.badge;
  badge.className = `badge ${found.is_live ? "good" : "warn"}`;
  form.querySelector("[data-unknown]").textContent = found.drawing?.unknown ?? "";
  drawing = found.drawing;
  draw();
  const { href } = found.outs.address;
  if (href && location.pathname === new URL(href, location.href).pathname && !new URL(location.href).searchParams.has("list")) history.replaceState(history.state, "", href);
  clearTimeout(settling);
  settling = setTimeout(affected, SETTLED);
}

async function affected() {
  const rows = form.querySelector("[data-rows]");
  if (!rows) return;
  const own = turn;
  try {
    const answer = await post(form.dataset.affected);
    if (!answer.ok || own !== turn) return;
    const found = (await answer.json()).rows;
    if (own !== turn) return;
    rows.replaceChildren(...(found.length ? found.map(row) : [nobody(rows)]));
  } catch {
    // The figures above say that the server is away.
  }
}

function row(each) {
  const made = document.createElement("tr");
  const head = element("th", each.customer);
  head.scope = "row";
  const money = element("td", each.money);
  money.className = "right";
  made.append(head, tierCell(each.now), tierCell(each.then), money);
  return made;
}

function nobody(rows) {
  const made = document.createElement("tr");
  const cell = element("td", rows.dataset.nobody);
  cell.colSpan = 4;
  made.append(cell);
  return made;
}

function tierCell({ name, rank, of }) {
  const cell = document.createElement("td");
  const tier = element("span", "");
  tier.className = "tier";
  const swatch = element("span", "");
  swatch.className = "swatch";
  swatch.style.setProperty("--own", `var(--tier-${of}-${rank})`);
  swatch.setAttribute("aria-hidden", "true");
  tier.append(swatch, name);
  cell.append(tier);
  return cell;
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

// The histogram: bars in the colours of tiers, and a line for each threshold that is drawn with.
function draw() {
  const width = place.clientWidth;
  if (!drawing || !width) return;
  const axis = { ...steps[drawing.metric], unit: steps[drawing.metric]?.unit === "share" ? "share" : "count" };
  const lines = drawing.lines.map((each) => ({ ...each, number: numberOf(each) }));
  const bars = shownBars(axis, lines);
  if (!bars.length) return place.replaceChildren();
  scale = scaleOf(bars, axis, width);
  const svg = shape("svg", { viewBox: `0 0 ${width} ${HIGH}`, width, height: HIGH, role: "img", "aria-label": told.trial.sentence });
  const most = Math.max(...bars.map((bar) => bar.parts.reduce((sum, part) => sum + part, 0)), 1);
  const marks = niceMarks(most);
  const floor = HIGH - FRAME.bottom;
  const y = (count) => floor - (count / marks.at(-1)) * (floor - FRAME.top);
  for (const mark of marks) {
    svg.append(shape("line", { x1: FRAME.left, x2: width - FRAME.right, y1: y(mark), y2: y(mark), class: "rule-grid" }));
    svg.append(text(tick(mark, { unit: "count", sign: "", log: false }, told.figures, marks.at(-1)), FRAME.left - 8, y(mark) + 4, "end"));
  }
  for (const bar of bars) {
    const [from, to] = [scale.x(bar.low), scale.x(bar.high)];
    let done = 0;
    bar.parts.forEach((part, rank) => {
      if (!part) return;
      const made = shape("rect", { x: from + 0.5, width: Math.max(to - from - 1, 0.5), y: y(done + part), height: Math.max(y(done) - y(done + part), 0.5) });
      made.style.fill = `var(--tier-${drawing.tiers.length}-${rank})`;
      svg.append(made);
      done += part;
    });
  }
  for (const value of scale.marks) svg.append(text(tick(value, { ...axis, log: true }, told.figures, value), scale.x(value), HIGH - 8, "middle"));
  drawLines(svg, lines, axis, floor);
  place.replaceChildren(svg);
}

function numberOf(line) {
  const own = thresholds.get(line.key);
  return own && Number.isFinite(own.number) ? own.number : line.number;
}

function shownBars(axis, lines) {
  const found = drawing.bars.filter((bar) => bar.low !== null && bar.high !== null && (!axis.log || bar.low > 0));
  const isWanted = (bar) => bar.parts.some(Boolean) || lines.some(({ number }) => number >= bar.low && number < bar.high);
  const first = found.findIndex(isWanted);
  return first < 0 ? [] : found.slice(first, found.findLastIndex(isWanted) + 1);
}

function scaleOf(bars, axis, width) {
  const [low, high] = [bars[0].low, bars.at(-1).high];
  const [begin, room] = [FRAME.left, width - FRAME.left - FRAME.right];
  const at = axis.log ? Math.log : (value) => value;
  const part = (value) => (at(Math.max(value, axis.log ? low : -Infinity)) - at(low)) / (at(high) - at(low));
  const back = (share) => (axis.log ? Math.exp(at(low) + share * (at(high) - at(low))) : low + share * (high - low));
  const x = (value) => begin + Math.max(0, Math.min(1, part(value))) * room;
  return { x, value: (px) => back(Math.max(0, Math.min(1, (px - begin) / room))), marks: marksOf(low, high, axis, x) };
}

function marksOf(low, high, axis, x) {
  let all;
  if (axis.log) {
    all = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) for (const digit of [1, 2, 5]) all.push(digit * 10 ** power);
  } else all = niceMarks(high);
  const kept = [];
  for (const value of all.filter((each) => each >= low && each <= high)) if (!kept.length || x(value) - x(kept.at(-1)) > 46) kept.push(value);
  return kept;
}

function niceMarks(most) {
  const raw = most / 3;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max([1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= raw), most >= 3 ? 0 : 1);
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_unused, at) => at * step);
}

function drawLines(svg, lines, axis, floor) {
  const ends = [];
  for (const line of [...lines].sort((one, other) => one.number - other.number)) {
    const own = thresholds.get(line.key);
    const at = scale.x(line.number);
    const label = exact(line.number, axis);
    const wide = label.length * 7.6 + 26;
    let row = ends.findIndex((end) => at - wide / 2 > end + 4);
    if (row < 0) row = ends.length < 3 ? ends.length : 2;
    ends[row] = at + wide / 2;
    const top = 4 + row * 19;
    const group = shape("g", { class: own ? "cut-line" : "cut-line is-still", "aria-hidden": "true" });
    group.append(shape("line", { x1: at, x2: at, y1: top + 17, y2: floor, class: "cut" }));
    group.append(shape("rect", { x: at - wide / 2, y: top, width: wide, height: 17, rx: 4, class: "cut-label" }));
    const swatch = shape("rect", { x: at - wide / 2 + 6, y: top + 4.5, width: 8, height: 8, rx: 2 });
    swatch.style.fill = `var(--tier-${drawing.tiers.length}-${line.rank})`;
    group.append(swatch, text(label, at - wide / 2 + 18, top + 12.5, "start", "cut-text"));
    if (own) {
      group.append(shape("rect", { x: at - 4.5, y: (FRAME.top + floor) / 2 - 10, width: 9, height: 20, rx: 4, class: "cut-handle" }));
      group.append(shape("rect", { x: at - 14, y: top, width: 28, height: floor - top, class: "cut-grip", "data-key": line.key }));
    }
    svg.append(group);
  }
}

function exact(number, axis) {
  if (axis.unit === "share") return `${Number((number * 100).toFixed(2))}%`;
  return axis.sign + String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function shape(tag, values) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(values)) made.setAttribute(name, value);
  return made;
}

function text(words_, x, y, anchor, kind = "axis-text") {
  const made = shape("text", { x, y, "text-anchor": anchor, class: kind });
  made.textContent = words_;
  return made;
}

place.addEventListener("pointerdown", (event) => {
  const own = thresholds.get(event.target.dataset?.key);
  if (!own || event.button) return;
  event.preventDefault();
  place.setPointerCapture(event.pointerId);
  own.slider?.focus({ preventScroll: true });
  const move = ({ clientX }) => {
    const value = scale.value(clientX - place.getBoundingClientRect().left);
    own.put(own.steps[nearest(own.steps, value)]);
  };
  const end = () => {
    place.removeEventListener("pointermove", move);
    place.removeEventListener("pointerup", end);
    place.removeEventListener("pointercancel", end);
  };
  place.addEventListener("pointermove", move);
  place.addEventListener("pointerup", end);
  place.addEventListener("pointercancel", end);
});

new ResizeObserver(draw).observe(place);
draw();

// What is changed here and not kept is not lost by mistake; a form that is sent comes back where it was.
form.addEventListener("input", () => { isDirty = true; });
form.addEventListener("submit", () => {
  isDirty = false;
  sessionStorage.setItem("fenji-editor", JSON.stringify([location.pathname, scrollY]));
});
document.addEventListener("click", (event) => { if (event.target instanceof Element && event.target.closest("[data-leaves]")) isDirty = false; });
addEventListener("beforeunload", (event) => { if (isDirty) event.preventDefault(); });
for (const each of document.querySelectorAll("[data-resubmits]")) each.addEventListener("change", () => form.requestSubmit(document.querySelector('button[form="editor"][value="try"]')));

const [path, height] = JSON.parse(sessionStorage.getItem("fenji-editor") ?? "[]");
sessionStorage.removeItem("fenji-editor");
if (path === location.pathname && !location.hash) scrollTo({ top: height, behavior: "instant" });

// The text shows what stands in the fields as soon as somebody opens it.
document.querySelector("[data-text-panel]")?.addEventListener("toggle", async (event) => {
  if (!event.target.open) return;
  const answer = await post(form.dataset.text).catch(() => null);
  if (!answer?.ok) return;
  const found = await answer.json();
  form.elements.text.value = found.text;
  for (const [key, line] of Object.entries(found.lines)) {
    const was = form.elements[`was:${key}`];
    if (was) was.value = line;
  }
  form.elements.folded.value = found.folded;
});
