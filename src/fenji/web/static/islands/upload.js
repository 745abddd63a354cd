// Files that are dropped or chosen: sent one after the other as they are, so that the server writes them to its disk as they come.
for (const form of document.querySelectorAll("[data-upload]")) take(form);

function take(form) {
  const input = form.querySelector('input[type="file"]');
  const zone = form.querySelector(".drop");
  const list = form.querySelector("[data-files]");
  for (const name of ["dragover", "dragleave", "drop"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.toggle("is-over", name === "dragover");
    });
  }
  zone.addEventListener("drop", (event) => {
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
  input.addEventListener("change", () => {
    list.replaceChildren(...[...input.files].map(row));
  });
  form.addEventListener("submit", (event) => {
    if (!input.files.length || form.dataset.sent) return;
    event.preventDefault();
    send(form, [...input.files], list);
  });
}

function row(file) {
  const found = document.createElement("li");
  const name = document.createElement("b");
  name.textContent = file.name;
  const said = document.createElement("span");
  said.textContent = sizeOf(file.size);
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  found.append(name, said, bar);
  return found;
}

function sizeOf(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** step).toFixed(step ? 1 : 0)} ${units[step]}`;
}

async function send(form, files, list) {
  const button = form.querySelector("button.main");
  button.disabled = true;
  const place = form.dataset.upload || (await begun(form));
  let failed = place ? 0 : 1;
  const replaces = form.querySelector("[name=replaces]")?.checked ? "?replaces=true" : "";
  for (const [at, file] of place ? files.entries() : []) {
    if (list.children[at].classList.contains("is-sent")) continue;
    const problem = await put(form, `${form.dataset.api}/imports/${place}/files/${encodeURIComponent(file.name)}${replaces}`, file, list.children[at]);
    list.children[at].classList.toggle("is-sent", !problem);
    list.children[at].querySelector("span").textContent = problem || sizeOf(file.size);
    list.children[at].classList.toggle("is-bad", Boolean(problem));
    failed += problem ? 1 : 0;
  }
  button.disabled = false;
  if (place) form.dataset.upload = place;
  if (failed) return;
  form.dataset.sent = "yes";
  form.action = form.dataset.then.replace("IMPORT", place);
  form.querySelector('input[type="file"]').disabled = true;
  form.submit();
}

function headers(form) {
  return { "X-CSRF-Token": form.querySelector("[name=csrf_token]").value, "Accept-Language": document.documentElement.lang };
}

async function begun(form) {
  const key = `${Date.now()}-${Math.random()}`;
  try {
    const answer = await fetch(`${form.dataset.api}/imports`, {
      method: "POST", body: "{}", headers: { ...headers(form), "Content-Type": "application/json", "Idempotency-Key": key },
    });
    if (answer.ok) return (await answer.json()).import.import_id;
    form.querySelector("[data-problem]").textContent = (await answer.json()).detail;
  } catch {
    form.querySelector("[data-problem]").textContent = document.body.dataset.lost;
  }
  return "";
}

function put(form, address, file, shown) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("PUT", address);
    for (const [name, value] of Object.entries(headers(form))) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => { shown.querySelector("progress").value = event.loaded / event.total; });
    request.addEventListener("error", () => done(document.body.dataset.lost));
    request.addEventListener("load", () => {
      if (request.status < 300) { shown.querySelector("progress").value = 1; done(""); return; }
      let told = {};
      try { told = JSON.parse(request.responseText); } catch { /* no answer of ours */ }
      const first = (told.problems || [])[0];
      done([first ? first.what : told.detail, first && first.what_to_do].filter(Boolean).join(" ") || document.body.dataset.lost);
    });
    request.send(file);
  });
}
