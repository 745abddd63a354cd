// How is a mark of an axis written? By the same table as on the server: the units, signs and limits come with each chart.

const EXACT = 1e12;

function trimmed(number) {
  const [whole, part = ""] = Math.abs(number).toFixed(2).split(".");
  const rest = part.replace(/0+$/, "");
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",") + (rest ? "." + rest : "");
}

function stepOf(size, figures) {
  if (Math.abs(size) < figures.short_from) return null;
  return figures.steps.find(([begins]) => Math.abs(size) >= begins);
}

export function tick(value, axis, figures, largest) {
  const number = Math.round(value * EXACT) / EXACT;
  const minus = number < 0 ? figures.minus : "";
  if (axis.unit === "share") return minus + trimmed(number * 100) + "%";
  const step = stepOf(axis.log ? number : largest, figures);
  const told = step && number !== 0 ? trimmed(number / step[0]) + step[1] : trimmed(number);
  return minus + axis.sign + told;
}
