// What does ECharts need for each kind of chart? Plain data in, options out; colors come from the page, texts from the server.

import { tick } from "./chart_words.js";

const AXIS = 11.5;
const NAMES = 12;
const MULTIPLE = 200;
const FEW = 8;
const EMPTY = "rgba(0,0,0,0)";

let pen;

function width(text, look, size = NAMES) {
  pen ??= document.createElement("canvas").getContext("2d");
  pen.font = `${size}px ${look.font}`;
  return pen.measureText(text).width;
}

function widest(texts, look, most) {
  return Math.min(Math.max(0, ...texts.map((each) => width(each, look))), most);
}

function piece(tag, style, text = "") {
  const made = document.createElement(tag);
  Object.assign(made.style, style);
  made.textContent = text;
  return made;
}

function tip(heading, rows) {
  const box = piece("div", { display: "grid", gridTemplateColumns: "auto 1fr auto", columnGap: "8px", rowGap: "2px", alignItems: "center" });
  box.append(piece("div", { gridColumn: "1 / -1", fontWeight: "600" }, heading));
  for (const { color, name, text } of rows) {
    box.append(piece("span", { width: "9px", height: "9px", borderRadius: "2px", background: color ?? "none" }));
    box.append(piece("span", {}, name), piece("span", { textAlign: "right", fontVariantNumeric: "tabular-nums" }, text));
  }
  return box;
}

const seriesRows = (series, look, at) => series.map((each) => ({ color: look.color(each.color), name: each.name, text: each.texts[at] }));

function tooltip({ look }, more) {
  return {
    confine: true,
    backgroundColor: look.role("ground"),
    borderColor: look.role("line"),
    padding: [8, 12],
    textStyle: { color: look.role("ink"), fontSize: 12, fontFamily: look.font },
    extraCssText: "box-shadow:0 4px 16px rgba(0,0,0,.12);border-radius:8px;max-width:360px;white-space:normal",
    ...more,
  };
}

const ofItem = (page) => tooltip(page, { trigger: "item", formatter: ({ data }) => (data?.tip ? tip(...data.tip) : "") });

const ofPlace = (page, lines) => tooltip(page, {
  trigger: "axis",
  axisPointer: { lineStyle: { color: page.look.role("quiet") }, shadowStyle: { color: page.look.role("line"), opacity: 0.35 }, type: "line" },
  formatter: (found) => tip(...lines(found[0].dataIndex)),
});

function named({ look }) {
  return { axisLabel: { color: look.role("quiet"), fontSize: AXIS, fontFamily: look.font, hideOverlap: true }, axisTick: { show: false }, axisLine: { lineStyle: { color: look.role("neutral") } } };
}

function categories(page, names, more = {}) {
  return { type: "category", data: names, ...named(page), ...more };
}

function measured(page, chart, axis, values, more = {}) {
  const there = values.filter((each) => each !== null);
  const largest = Math.max(0, ...there.map(Math.abs));
  const base = named(page);
  return {
    type: axis.log ? "log" : "value",
    ...base,
    axisLine: { show: false },
    splitLine: { lineStyle: { color: page.look.role("line") } },
    splitNumber: page.isSmall ? 3 : 5,
    ...more,
    axisLabel: { ...base.axisLabel, formatter: (value) => tick(value, axis, chart.figures, largest), ...more.axisLabel },
  };
}

const valuesOf = (series) => series.flatMap((each) => [...each.values, ...(each.lower ?? []), ...(each.upper ?? [])]);
const all = (values) => values.filter((each) => each !== null);

function legend(chart, page) {
  if (chart.series.length < 2) return { top: 12, graphic: [] };
  const { look } = page;
  const graphic = [];
  let [x, y] = [2, 4];
  for (const each of chart.series) {
    const needed = 32 + width(each.name, look);
    if (x > 2 && x + needed > page.width) [x, y] = [2, y + 22];
    graphic.push({ name: each.name, color: look.color(each.color), dashed: each.dashed, x, y });
    x += needed;
  }
  return { top: y + 32, graphic };
}

function legendSeries({ graphic }, look) {
  return {
    type: "custom",
    coordinateSystem: "none",
    silent: true,
    data: graphic.map((_each, at) => [at]),
    tooltip: { show: false },
    renderItem: (params) => {
      const { name, color, dashed, x, y } = graphic[params.dataIndex];
      const mark = dashed
        ? { type: "line", shape: { x1: x, y1: y + 6, x2: x + 12, y2: y + 6 }, style: { stroke: color, lineWidth: 2, lineDash: [4, 3] } }
        : { type: "rect", shape: { x, y: y + 0.5, width: 11, height: 11, r: 3 }, style: { fill: color } };
      const text = { type: "text", style: { text: name, x: x + 17, y: y + 6, verticalAlign: "middle", fill: look.role("quiet"), fontSize: AXIS, fontFamily: look.font } };
      return { type: "group", children: [mark, text] };
    },
  };
}

const withLegend = (found, series, look) => (found.graphic.length ? [...series, legendSeries(found, look)] : series);
const listed = (series, at) => series.lists[at] ?? null;
const cursor = (list) => (list ? "pointer" : "default");

function bars(chart, page) {
  const { look } = page;
  const isFull = chart.layout === "full";
  const isStacked = isFull || chart.layout === "stacked";
  const head = legend(chart, page);
  const lines = (at) => [chart.categories[at], seriesRows(chart.series, look, at)];
  const series = chart.series.map((each) => ({
    type: "bar",
    name: each.name,
    stack: isStacked ? "all" : undefined,
    barMaxWidth: 44,
    barCategoryGap: "28%",
    barGap: "4%",
    itemStyle: { borderRadius: 2, borderColor: isStacked ? look.role("ground") : EMPTY, borderWidth: isStacked ? 0.5 : 0 },
    label: chart.horizontal && !isStacked
      ? { show: true, position: "right", color: look.role("ink"), fontSize: AXIS, fontFamily: look.font, formatter: ({ dataIndex }) => each.texts[dataIndex] }
      : { show: isFull, position: "inside", color: inkOn(look.color(each.color)), fontSize: AXIS, fontFamily: look.font, formatter: ({ dataIndex }) => each.texts[dataIndex] },
    labelLayout: isFull ? ({ rect, labelRect }) => (labelRect.width + 6 > rect.width ? { x: -1000 } : {}) : undefined,
    cursor: cursor(each.lists.some(Boolean)),
    data: each.values.map((value, at) => ({
      value,
      list: listed(each, at),
      itemStyle: { color: look.color(chart.colors[at] ?? each.color) },
      ...(value < 0 && !isStacked ? { label: { position: "left" } } : {}),
    })),
  }));
  const names = { ...categories(page, chart.categories, { inverse: chart.horizontal }), axisLine: { show: false } };
  const sizes = measured(page, chart, chart.axis, isStacked ? chart.series.flatMap((each) => each.values) : valuesOf(chart.series), isFull ? { max: 1, interval: 0.25 } : {});
  const most = page.width * 0.36;
  if (chart.horizontal) names.axisLabel = { ...names.axisLabel, color: look.role("ink"), fontSize: NAMES, interval: 0, width: most, overflow: "truncate" };
  else if (chart.categories.length <= FEW) names.axisLabel = { ...names.axisLabel, interval: 0, hideOverlap: false, width: (page.width - 60) / chart.categories.length - 8, overflow: "truncate" };
  const right = chart.horizontal && !isStacked ? 12 + widest(chart.series.flatMap((each) => each.texts), look, 160) : 8;
  return {
    tooltip: ofPlace(page, lines),
    grid: { top: head.top, left: 4, right, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: chart.horizontal ? sizes : names,
    yAxis: chart.horizontal ? names : sizes,
    series: withLegend(head, series, look),
  };
}

function picked(chart, isStacked) {
  const places = chart.kind === "areas" || chart.x.unit === "date" ? null : chart.places;
  return (part, pixel) => {
    if (!chart.series.some((each) => each.lists.some(Boolean)) || !part.containPixel("grid", pixel)) return null;
    const [x, y] = part.convertFromPixel({ xAxisIndex: 0, yAxisIndex: 0 }, pixel);
    const at = places ? places.reduce((best, each, place) => (Math.abs(each - x) < Math.abs(places[best] - x) ? place : best), 0) : Math.round(x);
    if (!isStacked) {
      const near = chart.series.map((each) => ({ each, off: Math.abs(part.convertToPixel({ yAxisIndex: 0 }, each.values[at] ?? NaN) - pixel[1]) }));
      const best = near.filter(({ off }) => off < 20).sort((one, other) => one.off - other.off)[0];
      return best ? listed(best.each, at) : null;
    }
    let sum = 0;
    return listed(chart.series.find((each) => (sum += each.values[at] ?? 0) >= y) ?? { lists: [] }, at);
  };
}

function band(page, series, places, more = {}) {
  if (!series.lower || !series.upper || !all(series.lower).length || !all(series.upper).length) return [];
  const color = page.look.color(series.color);
  return [{
    type: "custom",
    silent: true,
    z: 3,
    tooltip: { show: false },
    encode: { x: 0, y: [1, 2] },
    data: [[places[0], Math.min(...all(series.lower)), Math.max(...all(series.upper))]],
    clip: true,
    renderItem: (_params, api) => {
      const edges = { lower: [], upper: [] };
      places.forEach((place, at) => {
        for (const side of ["lower", "upper"]) {
          if (series[side][at] === null) return;
          const [x, y] = api.coord([place, series[side][at]]);
          const way = edges[side];
          if (more.stepped && way.length) way.push([x, way.at(-1)[1]]);
          way.push([x, y]);
        }
      });
      const around = { type: "polygon", shape: { points: [...edges.upper, ...[...edges.lower].reverse()] }, style: { fill: color, opacity: more.opacity ?? 0.16 } };
      const rims = Object.values(edges).map((points) => ({ type: "polyline", shape: { points }, style: { stroke: color, fill: null, lineDash: [2, 3], opacity: more.isRimmed ? 0.6 : 0 } }));
      return { type: "group", children: [around, ...rims] };
    },
  }];
}

function beginning(chart, page) {
  if (chart.forecast_from === null) return undefined;
  return {
    silent: true,
    symbol: "none",
    animation: false,
    lineStyle: { color: page.look.role("ink"), type: [4, 4], width: 1 },
    label: { formatter: chart.words.forecast, color: page.look.role("quiet"), fontSize: AXIS, fontFamily: page.look.font, distance: 4 },
    data: [{ xAxis: chart.forecast_from }],
  };
}

function areas(chart, page) {
  const { look } = page;
  const narrow = page.width < 480;
  const right = 30 + widest(chart.series.map((each) => each.name), look, page.width * 0.25);
  const lines = (at) => [chart.days[at], seriesRows([...[...chart.series].reverse(), ...(chart.total ? [chart.total] : [])], look, at)];
  const sums = chart.days.map((_day, at) => chart.series.reduce((sum, each) => sum + (each.values[at] ?? 0), 0));
  const series = chart.series.map((each, place) => ({
    type: "line",
    name: each.name,
    stack: "all",
    symbol: "circle",
    symbolSize: 5,
    showSymbol: false,
    lineStyle: { color: look.role("ground"), width: 1 },
    itemStyle: { color: look.color(each.color) },
    areaStyle: { color: look.color(each.color), opacity: 1 },
    emphasis: { disabled: true },
    cursor: cursor(each.lists.some(Boolean)),
    markLine: place ? undefined : beginning(chart, page),
    data: each.values.map((value, at) => ({ value, list: listed(each, at) })),
  }));
  const places = chart.days.map((_day, at) => at);
  if (chart.total) series.push(...band(page, chart.total, places, { opacity: 0.14, isRimmed: true }));
  return {
    tooltip: ofPlace(page, lines),
    grid: { top: 26, left: 4, right, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: categories(page, chart.labels, { boundaryGap: false, splitNumber: narrow ? 4 : 8 }),
    yAxis: measured(page, chart, chart.axis, [...sums, ...(chart.total?.upper ?? [])]),
    series: [...series, namesOfAreas(chart, page, right)],
  };
}

function spaced(wanted, gap, low, high) {
  const placed = [];
  const order = wanted.map((_each, at) => at).sort((one, other) => wanted[one] - wanted[other]);
  let last = low - gap;
  for (const at of order) last = placed[at] = Math.max(wanted[at], last + gap);
  let after = high + gap;
  for (const at of order.reverse()) after = placed[at] = Math.min(placed[at], after - gap);
  return placed;
}

function namesOfAreas(chart, page, room) {
  const { look } = page;
  const end = chart.days.length - 1;
  let below = 0;
  const middles = chart.series.map((each) => {
    const height = each.values[end] ?? 0;
    below += height;
    return below - height / 2;
  });
  return {
    type: "custom",
    silent: true,
    clip: false,
    tooltip: { show: false },
    encode: { x: 0, y: 1 },
    data: [[end, 0]],
    renderItem: ({ coordSys }, api) => {
      const places = middles.map((each) => api.coord([end, each])[1]);
      const x = coordSys.x + coordSys.width;
      const children = spaced(places, 15, coordSys.y - 6, coordSys.y + coordSys.height).flatMap((y, at) => [
        { type: "rect", shape: { x: x + 7, y: y - 3.5, width: 7, height: 7, r: 2 }, style: { fill: look.color(chart.series[at].color) } },
        { type: "text", style: { text: chart.series[at].name, x: x + 18, y, verticalAlign: "middle", fill: look.role("quiet"), fontSize: NAMES, fontFamily: look.font, width: room - 20, overflow: "truncate" } },
      ]);
      return { type: "group", children };
    },
  };
}

function lines(chart, page) {
  const { look } = page;
  const head = legend(chart, page);
  const isDays = chart.x.unit === "date";
  const places = isDays ? chart.places.map((_each, at) => at) : chart.places;
  const isCut = chart.forecast_from !== null;
  const told = (at) => [chart.place_texts[at], seriesRows(chart.series, look, at)];
  const series = chart.series.map((each, place) => ({
    type: "line",
    name: each.name,
    step: chart.stepped ? "end" : false,
    symbol: "circle",
    symbolSize: 6,
    showSymbol: all(each.values).length === 1,
    z: each.dashed ? 4 : 5,
    lineStyle: { color: look.color(each.color), width: each.dashed ? 1.6 : 2.2, type: each.dashed ? [4, 4] : "solid" },
    itemStyle: { color: look.color(each.color) },
    emphasis: { disabled: true },
    cursor: cursor(each.lists.some(Boolean)),
    markLine: place ? undefined : isCut ? beginning(chart, page) : chart.diagonal ? diagonal(look, 1) : undefined,
    data: each.values.map((value, at) => ({ value: isDays ? value : [places[at], value], list: listed(each, at) })),
  }));
  const bands = chart.series.flatMap((each) => band(page, each, places, { stepped: chart.stepped }));
  const limits = chart.diagonal ? { min: 0, max: 1, interval: 0.25 } : {};
  return {
    tooltip: ofPlace(page, told),
    grid: { top: head.top + (isCut ? 12 : 0), left: 4, right: chart.diagonal ? Math.max(14, page.width - 340) : 14, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: isDays ? categories(page, chart.labels, { boundaryGap: false }) : measured(page, chart, chart.x, places, { splitLine: { show: false }, min: places[0], max: places.at(-1), axisLine: { show: true, lineStyle: { color: look.role("neutral") } }, ...limits }),
    yAxis: measured(page, chart, chart.axis, valuesOf(chart.series), limits),
    series: withLegend(head, [...series, ...bands], look),
  };
}

function diagonal(look, most) {
  const ends = [{ coord: [0, 0] }, { coord: [most, most] }];
  return { silent: true, symbol: "none", animation: false, label: { show: false }, lineStyle: { color: look.role("neutral"), type: [5, 4], width: 1 }, data: [ends] };
}

function sankey(chart, page) {
  const { look } = page;
  const sides = { left: chart.left, right: chart.right };
  const most = page.width * 0.28;
  const nodes = Object.entries(sides).flatMap(([side, found], depth) => found.map((each, at) => ({
    name: `${side}${at}`,
    depth,
    told: each.name,
    itemStyle: { color: look.color(each.color), borderWidth: 0 },
    label: { position: side },
    tip: [each.name, []],
  })));
  const links = chart.flows.map((each) => ({
    source: `left${each.source}`,
    target: `right${each.target}`,
    value: each.value,
    list: each.list,
    tip: [`${chart.left[each.source].name} → ${chart.right[each.target].name}`, [{ name: chart.axis.title, text: each.text }]],
    lineStyle: { color: look.color(each.color), opacity: chart.left[each.source].name === chart.right[each.target].name ? 0.16 : 0.5 },
  }));
  const room = (side) => 14 + widest(sides[side].map((each) => each.name), look, most);
  return {
    tooltip: ofItem(page),
    series: [{
      type: "sankey",
      left: room("left"),
      right: room("right"),
      top: 8,
      bottom: 8,
      nodeWidth: 9,
      nodeGap: 9,
      layoutIterations: 0,
      draggable: false,
      cursor: cursor(chart.flows.some((each) => each.list)),
      emphasis: { focus: "adjacency", lineStyle: { opacity: 0.7 } },
      label: { color: look.role("quiet"), fontSize: NAMES, fontFamily: look.font, width: most, overflow: "truncate", formatter: ({ data }) => data.told },
      data: nodes,
      links,
    }],
  };
}

function mixed(color, ground, share) {
  const parts = (text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  const [one, other] = [parts(color), parts(ground)];
  return "#" + one.map((each, at) => Math.round(other[at] + (each - other[at]) * share).toString(16).padStart(2, "0")).join("");
}

function inkOn(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255).map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.19 ? "#141B26" : "#FFFFFF";
}

function heat(chart, page) {
  const { look } = page;
  const fill = ({ depth }) => {
    if (!depth && chart.diverging) return look.role("ground");
    const color = chart.diverging ? look.role(depth > 0 ? "good" : "bad") : look.color(chart.color);
    return mixed(color, look.role("ground"), 0.06 + 0.76 * Math.abs(depth));
  };
  const slot = (page.width - 12 - widest(chart.rows.map((each) => each.name), look, page.width * 0.3)) / Math.max(chart.columns.length, 1);
  const isWritten = widest(chart.cells.flat().map((each) => each?.text ?? ""), look, page.width) <= slot - 6;
  const data = chart.cells.flatMap((row, y) => row.flatMap((cell, x) => (cell === null ? [] : [{
    value: [x, y, cell.depth],
    list: cell.list,
    tip: [`${chart.rows[y].name} · ${chart.columns[x].name}`, [{ name: chart.axis.title, text: cell.full }]],
    itemStyle: { color: fill(cell), borderColor: look.role("ground"), borderWidth: 2, borderRadius: 4 },
    label: { show: isWritten && cell.text !== "", color: inkOn(fill(cell)), formatter: cell.text, fontSize: AXIS, fontFamily: look.font },
  }])));
  const plain = { axisLine: { show: false }, splitLine: { show: false } };
  const across = categories(page, chart.columns.map((each) => each.name), { position: "top", ...plain });
  const down = categories(page, chart.rows.map((each) => each.name), { inverse: true, ...plain });
  across.axisLabel = { ...across.axisLabel, interval: 0, width: slot, overflow: "break", hideOverlap: false };
  down.axisLabel = { ...down.axisLabel, color: look.role("ink"), fontSize: NAMES, interval: 0, width: page.width * 0.3, overflow: "truncate" };
  return {
    tooltip: ofItem(page),
    grid: { top: 6, left: 4, right: 4, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: across,
    yAxis: down,
    series: [{ type: "heatmap", data, cursor: cursor(data.some((each) => each.list)), emphasis: { itemStyle: { borderColor: look.role("ink"), borderWidth: 1 } } }],
  };
}

export { AXIS, NAMES, MULTIPLE, all, areas, bars, categories, cursor, diagonal, heat, legend, lines, listed, measured, named, ofItem, ofPlace, picked, sankey, seriesRows, valuesOf, widest, width, withLegend };
