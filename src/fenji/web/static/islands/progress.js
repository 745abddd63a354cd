// Work that takes its time: how far it is, told by the server as it happens, or asked for every two seconds where that fails.
const PAUSE = 2000;
const TRIES = 3;

for (const place of document.querySelectorAll("[data-progress]")) watch(place);

function watch(place) {
  let failures = 0;
  const source = new EventSource(`${place.dataset.progress}/events`);
  source.addEventListener("job", (event) => {
    failures = 0;
    if (show(place, JSON.parse(event.data))) source.close();
  });
  source.addEventListener("error", () => {
    failures += 1;
    if (source.readyState !== EventSource.CLOSED && failures < TRIES) return;
    source.close();
    setTimeout(() => ask(place), PAUSE);
  });
}

async function ask(place) {
  try {
    const answer = await fetch(`${place.dataset.progress}/state`, { headers: { Accept: "application/json" } });
    if (answer.status === 404 || answer.redirected) { location.reload(); return; }
    if (answer.ok && show(place, await answer.json())) return;
  } catch {
    place.querySelector("[data-step]").textContent = place.dataset.lost;
  }
  setTimeout(() => ask(place), PAUSE);
}

function show(place, told) {
  place.querySelector("progress").value = told.share;
  place.querySelector("[data-step]").textContent = told.step;
  place.querySelector("[data-share]").textContent = told.percent;
  const log = document.querySelector("[data-log]");
  if (log) for (const line of told.log.slice(log.children.length)) log.append(lineOf(line));
  if (told.ended) location.reload();
  return told.ended;
}

function lineOf(line) {
  const found = document.createElement("li");
  const at = document.createElement("time");
  at.textContent = line.at;
  found.append(at, line.text);
  return found;
}
