// Which picture belongs to a chart, and how high is it? One part, or one per small multiple.

import { MULTIPLE, areas, bars, heat, lines, picked, sankey } from "./chart_kinds.js";
import { boxes, dots, histogram, pareto, points } from "./chart_spreads.js";

const KINDS = { areas, bars, boxes, dots, heat, histogram, lines, pareto, points, sankey };

const HEIGHTS = {
  bars: (chart) => (chart.horizontal ? chart.categories.length * (chart.layout === "grouped" ? Math.max(30, 18 * chart.series.length) : 34) + 62 : 320),
  boxes: (chart) => chart.spreads.length * 38 + 40,
  dots: (chart) => chart.categories.length * Math.max(34, 14 * chart.series.length + 16) + 62,
  heat: (chart) => chart.rows.length * 32 + 46,
};

function height(chart) {
  return HEIGHTS[chart.kind]?.(chart) ?? 320;
}

function pick(chart) {
  return chart.kind === "areas" ? picked(chart, true) : chart.kind === "lines" ? picked(chart, false) : null;
}

export function drawn(chart, page) {
  if (chart.kind !== "multiples") return { columns: 1, parts: [{ option: KINDS[chart.kind](chart, page), height: height(chart), pick: pick(chart) }] };
  const columns = Math.max(1, Math.min(chart.charts.length, Math.floor(page.width / MULTIPLE)));
  const small = { ...page, width: page.width / columns - 16, isSmall: true };
  const shared = { figures: chart.figures, words: chart.words };
  const parts = chart.charts.map((each) => ({ title: each.title, height: 150, pick: pick(each), option: KINDS[each.kind]({ ...each, ...shared }, small) }));
  return { columns, parts };
}
