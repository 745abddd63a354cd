// Histograms, Pareto charts, boxes and intervals as options of ECharts.

import { AXIS, NAMES, all, categories, cursor, diagonal, legend, listed, measured, ofItem, ofPlace, seriesRows, valuesOf, width, withLegend } from "./chart_kinds.js";

function line(x1, y1, x2, y2, stroke, lineWidth = 1, lineDash = null) {
  return { type: "line", shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth, lineDash } };
}

function flags(chart, page, across) {
  const { look } = page;
  const ends = [];
  return [...chart.thresholds].sort((one, other) => one.value - other.value).map((each) => {
    const text = `${each.name} ${each.text.replace(/\.00$/, "")}`;
    const wide = width(text, look) + 30;
    const left = Math.min(Math.max(across(each.value) - wide / 2, 0), page.width - wide);
    let row = ends.findIndex((end) => left > end + 3);
    if (row < 0) row = ends.push(0) - 1;
    ends[row] = left + wide;
    return { ...each, text, wide, left, row, rows: ends };
  });
}

function flag(each, page, x, top, bottom) {
  const { look } = page;
  const y = top - 22 * (each.rows.length - each.row);
  const left = Math.min(Math.max(x - each.wide / 2, 0), page.width - each.wide);
  const label = { text: each.text, x: left + 20, y: y + 9, verticalAlign: "middle", fill: look.role("ink"), font: `600 ${AXIS}px ${look.font}` };
  return {
    type: "group",
    children: [
      line(x, y + 18, x, bottom, look.role("ink"), 1.3),
      { type: "rect", shape: { x: left, y, width: each.wide, height: 18, r: 5 }, style: { fill: look.role("ground"), stroke: look.role("line") } },
      { type: "rect", shape: { x: left + 7, y: y + 5, width: 8, height: 8, r: 2 }, style: { fill: look.color(each.color) } },
      { type: "text", style: label },
    ],
  };
}

function histogram(chart, page) {
  const { look } = page;
  const sums = chart.spans.map((_span, at) => chart.series.reduce((sum, each) => sum + (each.values[at] ?? 0), 0));
  const bins = chart.series.flatMap((each, place) => each.values.map((value, at) => ({ each, at, value, below: chart.series.slice(0, place).reduce((sum, one) => sum + (one.values[at] ?? 0), 0) }))).filter(({ value }) => value);
  const [low, high] = [chart.edges[0], chart.edges.at(-1)];
  const place = (value) => (chart.x.log ? Math.log(value) : value);
  const guess = (value) => 40 + ((place(value) - place(low)) / (place(high) - place(low))) * (page.width - 50);
  const told = flags(chart, page, guess);
  const top = 10 + 22 * (told[0]?.rows.length ?? 0);
  const x = measured(page, chart, chart.x, chart.edges, { min: low, max: high, splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: look.role("neutral") } } });
  return {
    tooltip: ofItem(page),
    grid: { top, left: 4, right: 14, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: x,
    yAxis: measured(page, chart, chart.axis, sums),
    series: [
      {
        type: "custom",
        cursor: cursor(chart.series.some((each) => each.lists.some(Boolean))),
        encode: { x: [0, 1], y: [2, 3] },
        data: bins.map(({ each, at, value, below }) => ({
          value: [chart.edges[at], chart.edges[at + 1], below, below + value],
          list: listed(each, at),
          tip: [chart.spans[at], seriesRows([each], look, at)],
        })),
        renderItem: ({ dataIndex }, api) => {
          const [left, y] = api.coord([api.value(0), api.value(3)]);
          const [right, bottom] = api.coord([api.value(1), api.value(2)]);
          const shape = { x: left + 0.5, y, width: Math.max(right - left - 1, 0.5), height: bottom - y };
          return { type: "rect", shape, style: { fill: look.color(bins[dataIndex].each.color) }, emphasis: { style: { opacity: 0.8 } } };
        },
      },
      {
        type: "custom",
        silent: true,
        z: 5,
        tooltip: { show: false },
        encode: { x: 0, y: 1 },
        data: told.map((each) => [each.value, 0]),
        renderItem: (params, api) => {
          const [at, bottom] = api.coord([api.value(0), 0]);
          return flag(told[params.dataIndex], page, at, params.coordSys.y - 4, bottom);
        },
      },
    ],
  };
}

function pareto(chart, page) {
  const { look } = page;
  const [shares, sums] = chart.series;
  const head = legend(chart, page);
  const lines = (at) => [chart.categories[at], seriesRows(chart.series, look, at)];
  const bars = { type: "bar", barMaxWidth: 48, itemStyle: { color: look.color(shares.color), borderRadius: 2 }, cursor: cursor(shares.lists.some(Boolean)), data: shares.values.map((value, at) => ({ value, list: listed(shares, at) })) };
  const way = { type: "line", symbol: "circle", symbolSize: 7, lineStyle: { color: look.color(sums.color), width: 2 }, itemStyle: { color: look.color(sums.color) }, emphasis: { disabled: true }, data: sums.values };
  const names = categories(page, chart.categories);
  const slot = (page.width - 60) / Math.max(chart.categories.length, 1);
  names.axisLabel = { ...names.axisLabel, interval: 0, width: slot - 6, overflow: "truncate" };
  return {
    tooltip: ofPlace(page, lines),
    grid: { top: head.top, left: 4, right: 8, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: names,
    yAxis: measured(page, chart, chart.axis, [1], { min: 0, max: 1, interval: 0.2 }),
    series: withLegend(head, [bars, way], look),
  };
}

function lyingNames(page, names) {
  const found = categories(page, names, { inverse: true, axisLine: { show: false } });
  found.axisLabel = { ...found.axisLabel, color: page.look.role("ink"), fontSize: NAMES, interval: 0, width: page.width * 0.36, overflow: "truncate" };
  return found;
}

function boxes(chart, page) {
  const { look } = page;
  const values = chart.spreads.flatMap((each) => each.values);
  const known = chart.spreads.map((each, at) => ({ each, at })).filter(({ each }) => all(each.values).length);
  const item = ({ dataIndex }, api) => {
    const { each, at } = known[dataIndex];
    const [low, first, middle, third, high] = each.values.map((value) => (value === null ? null : api.coord([value, at])[0]));
    const [, y] = api.coord([api.value(0), at]);
    const half = Math.min(api.size([0, 1])[1] * 0.25, 12);
    const gray = look.role("neutral");
    const children = [];
    if (low !== null && high !== null) children.push(line(low, y, high, y, gray, 1.5), ...[low, high].map((x) => line(x, y - half / 2, x, y + half / 2, gray, 1.5)));
    if (first !== null && third !== null) children.push({ type: "rect", shape: { x: first, y: y - half, width: Math.max(third - first, 1.5), height: half * 2, r: 3 }, style: { fill: look.color(each.color) } });
    if (middle !== null) children.push(line(middle, y - half - 2, middle, y + half + 2, look.role("ground"), 4), line(middle, y - half - 2, middle, y + half + 2, look.role("ink"), 2));
    return { type: "group", children };
  };
  const positive = all(values).filter((each) => each > 0);
  const low = chart.axis.log ? { min: 10 ** Math.floor(Math.log10(Math.min(...positive, 1e9))) } : {};
  return {
    tooltip: ofItem(page),
    grid: { top: 4, left: 4, right: 20, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: measured(page, chart, chart.axis, values, low),
    yAxis: lyingNames(page, chart.spreads.map((each) => each.name)),
    series: [{
      type: "custom",
      cursor: cursor(chart.spreads.some((each) => each.list)),
      encode: { x: [0, 1], y: 2 },
      data: known.map(({ each, at }) => ({ value: [Math.min(...all(each.values)), Math.max(...all(each.values)), at], list: each.list, tip: [each.name, chart.names.map((name, place) => ({ name, text: each.texts[place] }))] })),
      renderItem: item,
    }],
  };
}

function intervals(chart, page, { isLying, offset, heading }) {
  const { look } = page;
  return chart.series.map((each, place) => ({
    type: "custom",
    name: each.name,
    z: 4,
    cursor: cursor(each.lists.some(Boolean)),
    encode: isLying ? { x: [1, 2, 3], y: 0 } : { x: 0, y: [1, 2, 3] },
    data: each.values.map((value, at) => ({ value: [isLying ? at : chart.places[at], value, each.lower?.[at] ?? value, each.upper?.[at] ?? value], list: listed(each, at), tip: [heading(at), seriesRows([each], look, at)] })),
    renderItem: ({ dataIndex }, api) => {
      if (each.values[dataIndex] === null) return null;
      const at = (value) => (isLying ? api.coord([value, api.value(0)]) : api.coord([api.value(0), value]));
      const apart = isLying ? offset(place) : 0;
      const [middle, low, high] = [1, 2, 3].map((column) => at(api.value(column)).map((pixel, side) => (side ? pixel + apart : pixel)));
      const color = look.color(each.color);
      const dot = { type: "circle", shape: { cx: middle[0], cy: middle[1], r: 4.5 }, style: { fill: color, stroke: look.role("ground"), lineWidth: 1.5 } };
      return { type: "group", children: [line(...low, ...high, color, 2), dot] };
    },
  }));
}

function dots(chart, page) {
  const { look } = page;
  const head = legend(chart, page);
  const offset = (place) => 13 * (place - (chart.series.length - 1) / 2);
  const series = intervals(chart, page, { isLying: true, offset, heading: (at) => chart.categories[at] });
  if (chart.reference !== null) series[0].markLine = { silent: true, symbol: "none", animation: false, label: { show: false }, lineStyle: { color: look.role("ink"), type: [4, 4], width: 1 }, data: [{ xAxis: chart.reference }] };
  return {
    tooltip: ofItem(page),
    grid: { top: head.top, left: 4, right: 20, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: measured(page, chart, chart.axis, [...valuesOf(chart.series), chart.reference]),
    yAxis: lyingNames(page, chart.categories),
    series: withLegend(head, series, look),
  };
}

function points(chart, page) {
  const { look } = page;
  const head = legend(chart, page);
  const series = intervals(chart, page, { isLying: false, heading: (at) => chart.place_texts[at] });
  const most = Math.max(...chart.places, ...all(valuesOf(chart.series)));
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10].find((each) => most / each <= 6) ?? most / 5;
  const limits = { min: 0, max: Math.ceil(most / step - 1e-9) * step, interval: step };
  if (series.length) series[0].markLine = diagonal(look, limits.max);
  return {
    tooltip: ofItem(page),
    grid: { top: head.top, left: 4, right: 14, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: measured(page, chart, chart.x, chart.places, { ...limits, splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: look.role("neutral") } } }),
    yAxis: measured(page, chart, chart.axis, valuesOf(chart.series), limits),
    series: withLegend(head, series, look),
  };
}

export { boxes, dots, histogram, pareto, points };
