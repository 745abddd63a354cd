// Draws every <figure data-chart="ID"> from the JSON in <script type="application/json" id="ID">; without it the table and picture of the server stay.

import { drawn } from "./chart_options.js";

const HEAD = 60;
const charts = new Map();
let library;

function echarts() {
  library ??= import("../echarts.fenji.js");
  return library;
}

function shades(place) {
  const style = getComputedStyle(place);
  const role = (name) => style.getPropertyValue(`--${name}`).trim();
  const color = ({ role: name, index, of }) => (name === "tier" ? role(`tier-${of}-${index}`) || role(`tier-${index}`) : role(name));
  return { color, role, font: style.fontFamily };
}

function element(tag, classes, text) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  if (text !== undefined) made.textContent = text;
  return made;
}

function address(condition) {
  const url = new URL(location.href);
  url.searchParams.set("list", condition);
  return url.pathname + url.search;
}

function link(condition, text) {
  const made = element("a", "", text);
  made.href = address(condition);
  made.dataset.list = condition;
  return made;
}

function openList(figure, condition) {
  const made = link(condition, "");
  made.hidden = true;
  figure.append(made);
  made.click();
  made.remove();
}

function tableOf(chart) {
  const table = element("table", "chart-table");
  const caption = table.createCaption();
  caption.textContent = chart.sentence;
  const head = table.createTHead().insertRow();
  for (const each of chart.table.head) {
    const cell = element("th", each.number ? "number" : "", each.title);
    cell.scope = "col";
    head.append(cell);
  }
  const body = table.createTBody();
  chart.table.rows.forEach((row, at) => {
    const line = body.insertRow();
    row.forEach((text, place) => {
      const cell = element(place ? "td" : "th", chart.table.head[place].number ? "number" : "");
      if (!place) cell.scope = "row";
      const condition = chart.table.lists[at]?.[place];
      cell.append(condition ? link(condition, text) : text);
      line.append(cell);
    });
  });
  return table;
}

class Island {
  constructor(figure, chart, init) {
    Object.assign(this, { figure, chart, init, parts: [], isAll: false });
    this.plot = element("div", "chart-plot");
    this.plot.setAttribute("role", "img");
    this.plot.setAttribute("aria-label", chart.sentence);
    this.table = element("div", "chart-data");
    this.table.hidden = true;
    this.table.tabIndex = 0;
    this.table.setAttribute("role", "region");
    this.table.setAttribute("aria-label", chart.title);
    const place = document.querySelector(`[data-chart-tools="${CSS.escape(figure.dataset.chart)}"]`);
    this.bar = this.tools();
    (place ?? figure).append(this.bar);
    figure.append(this.plot, this.table);
    this.resized = new ResizeObserver(() => this.fit());
    this.draw();
    this.resized.observe(this.plot);
    figure.classList.add("chart-drawn");
  }

  tools() {
    const { words } = this.chart;
    const bar = element("div", "chart-tools");
    const button = (text, name, act) => {
      const made = element("button", "chart-tool", text);
      made.type = "button";
      made.dataset.tool = name;
      made.addEventListener("click", () => act(made));
      bar.append(made);
    };
    button(words.table, "table", (made) => this.toggleTable(made));
    button(words.png, "png", () => this.save());
    if (document.fullscreenEnabled) {
      button(words.fullscreen, "fullscreen", () => this.toggleScreen());
      this.onScreen = () => {
        bar.querySelector("[data-tool=fullscreen]").textContent = document.fullscreenElement === this.figure ? words.leave : words.fullscreen;
      };
      document.addEventListener("fullscreenchange", this.onScreen);
    }
    return bar;
  }

  toggleTable(button) {
    const isTable = this.table.hidden;
    if (isTable && !this.table.firstChild) this.table.append(tableOf(this.chart));
    this.table.hidden = !isTable;
    this.plot.hidden = isTable;
    button.textContent = isTable ? this.chart.words.chart : this.chart.words.table;
    button.setAttribute("aria-pressed", String(isTable));
    if (!isTable) this.fit();
  }

  toggleScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.figure.requestFullscreen();
  }

  draw() {
    this.width = this.plot.clientWidth;
    if (!this.width) return;
    this.clear();
    const all = drawn(this.chart, { look: shades(this.figure), width: this.width });
    this.plot.style.setProperty("--chart-columns", all.columns);
    this.plot.classList.toggle("chart-many", this.chart.kind === "multiples");
    for (const { option, height, title, pick } of all.parts) {
      const holder = element("div", "chart-part");
      const canvas = element("div", "chart-canvas");
      canvas.style.height = `${height}px`;
      if (title) holder.append(element("div", "chart-part-title", title));
      holder.append(canvas);
      this.plot.append(holder);
      const part = this.init(canvas, null, { renderer: "canvas" });
      part.setOption(this.still(option));
      if (!pick) part.on("click", ({ data }) => this.open(data?.list));
      if (pick) part.getZr().on("click", ({ offsetX, offsetY }) => this.open(pick(part, [offsetX, offsetY])));
      this.parts.push(part);
    }
    this.isBegun = true;
  }

  open(condition) {
    if (condition) openList(this.figure, condition);
  }

  still(option) {
    const isStill = this.isBegun || matchMedia("(prefers-reduced-motion: reduce)").matches || document.documentElement.dataset.motion === "none";
    return { animation: !isStill, animationDuration: 160, animationDurationUpdate: 160, ...option };
  }

  fit() {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => {
      if (this.plot.clientWidth && this.plot.clientWidth !== this.width) this.draw();
    });
  }

  clear() {
    for (const part of this.parts) {
      // A painting that goes on in the next frame does not hear that its chart is gone (zrender 6.1).
      part.getZr().painter._paintList = () => {};
      part.dispose();
    }
    this.parts = [];
    this.plot.replaceChildren();
  }

  async save() {
    const paper = element("div", "chart-paper");
    this.figure.append(paper);
    const sheet = this.sheet(shades(paper));
    paper.remove();
    const file = await new Promise((done) => sheet.toBlob(done, "image/png"));
    const made = element("a");
    made.href = URL.createObjectURL(file);
    made.download = `${this.chart.title.replace(/[^\p{L}\p{N} _-]+/gu, "")}.png`;
    made.click();
    setTimeout(() => URL.revokeObjectURL(made.href), 10000);
  }

  sheet(look) {
    const width = Math.max(this.plot.clientWidth, 640);
    const { parts, columns } = drawn(this.chart, { look, width });
    const across = width / columns;
    const high = Math.max(...parts.map((each) => each.height)) + 28;
    const sheet = element("canvas");
    sheet.width = width * 2;
    sheet.height = (HEAD + high * Math.ceil(parts.length / columns)) * 2;
    const pen = sheet.getContext("2d");
    pen.scale(2, 2);
    pen.fillStyle = look.role("ground");
    pen.fillRect(0, 0, sheet.width, sheet.height);
    const write = (text, x, y, font, role) => {
      pen.font = `${font} ${look.font}`;
      pen.fillStyle = look.role(role);
      pen.fillText(text, x, y, across * columns - 24);
    };
    write(this.chart.title, 12, 26, "600 15px", "ink");
    write(this.chart.subtitle, 12, 46, "12px", "quiet");
    parts.forEach(({ option, height, title }, at) => {
      const part = this.init(element("canvas"), null, { renderer: "canvas", width: across, height, devicePixelRatio: 2 });
      part.setOption({ ...option, animation: false });
      const [x, y] = [(at % columns) * across, HEAD + Math.floor(at / columns) * high];
      if (title) write(title, x + 12, y + 12, "600 12px", "ink");
      pen.drawImage(part.getRenderedCanvas({ pixelRatio: 2 }), x, y + 20, across, height);
      part.dispose();
    });
    return sheet;
  }

  end() {
    this.resized.disconnect();
    if (this.onScreen) document.removeEventListener("fullscreenchange", this.onScreen);
    this.bar.remove();
    this.clear();
  }
}

async function begin(figure) {
  charts.set(figure, null);
  const source = document.getElementById(figure.dataset.chart);
  if (!source) return;
  const { init } = await echarts();
  await document.fonts.ready;
  if (!figure.isConnected || charts.get(figure)) return;
  charts.set(figure, new Island(figure, JSON.parse(source.textContent), init));
}

function look() {
  for (const [figure, island] of charts) {
    if (figure.isConnected) continue;
    island?.end();
    charts.delete(figure);
  }
  for (const figure of document.querySelectorAll("figure[data-chart]")) if (!charts.has(figure)) begin(figure);
}

function redraw() {
  for (const island of charts.values()) island?.draw();
}

new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
look();
