// What the frame does beyond links and forms: theme without a new page, scope at once, copying, the menu on narrow screens, keys.
const root = document.documentElement;
root.classList.add("scripted");
const body = document.body;

export function note(text) {
  const place = document.getElementById("note");
  place.textContent = text;
  clearTimeout(note.timer);
  note.timer = setTimeout(() => { place.textContent = ""; }, 2500);
}

// On a narrow screen the tab of this page may stand beyond the edge of the row.
for (const row of document.querySelectorAll(".tabs")) {
  const own = row.querySelector("[aria-current]");
  if (own) row.scrollLeft = own.offsetLeft - row.offsetLeft - (row.clientWidth - own.offsetWidth) / 2;
}

function isDark() {
  const chosen = root.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function showTheme(form) {
  form.querySelector("button").value = isDark() ? "light" : "dark";
}

for (const form of document.querySelectorAll("[data-theme-form]")) {
  showTheme(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const theme = isDark() ? "light" : "dark";
    const data = new URLSearchParams(new FormData(form));
    data.set("theme", theme);
    root.dataset.theme = theme;
    showTheme(form);
    root.dispatchEvent(new CustomEvent("fenji:theme", { bubbles: true }));
    fetch(form.action, { method: "POST", body: data, redirect: "manual" }).catch(() => note(body.dataset.lost));
  });
}

// Another language is another page: the address as it is now, and what stands in the fields, come along.
const TYPED = "fenji-typed";
const isTick = (field) => ["checkbox", "radio"].includes(field.type);

function fields() {
  const all = document.querySelectorAll("main input, main select, main textarea");
  return [...all].filter((each) => each.name && !["hidden", "password", "file"].includes(each.type));
}

function named() {
  const seen = {};
  return fields().map((each) => [`${each.name} ${(seen[each.name] = (seen[each.name] ?? 0) + 1)}`, each]);
}

for (const form of document.querySelectorAll("[data-language-form]")) {
  form.addEventListener("submit", () => {
    const base = new URL(form.action).pathname.slice(0, -"/language".length);
    const { next } = form.elements;
    // After a form, the page stands at an address that only forms know: then the server says where it opens again.
    const path = base + next.value.split("?")[0];
    if (path === location.pathname) next.value = (path + location.search).slice(base.length);
    const typed = named().map(([name, field]) => [name, isTick(field) ? field.checked : field.value]);
    sessionStorage.setItem(TYPED, JSON.stringify([path, Object.fromEntries(typed)]));
  });
}

document.addEventListener("DOMContentLoaded", () => {
  const [path, typed] = JSON.parse(sessionStorage.getItem(TYPED) ?? "[]");
  sessionStorage.removeItem(TYPED);
  if (path !== location.pathname) return;
  for (const [name, field] of named()) {
    const what = isTick(field) ? "checked" : "value";
    if (!(name in typed) || typed[name] === field[what]) continue;
    field[what] = typed[name];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

for (const form of document.querySelectorAll("[data-scope]")) form.addEventListener("change", () => form.requestSubmit());
for (const form of document.querySelectorAll("[data-scope], [data-lean]")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

for (const each of document.querySelectorAll("[data-whole-address]")) each.textContent = new URL(each.textContent, location.href).href;

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    note(body.dataset.copied);
  } catch {
    note(text);
  }
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  if (target.closest("[data-copy-address]")) copy(location.href);
  const sentence = target.closest("[data-copy-sentence]");
  if (sentence) copy(sentence.parentElement.querySelector("[data-sentence]").textContent.replace(/\s+/g, " ").trim());
  const secret = target.closest("[data-copy-secret]");
  if (secret) copy(secret.parentElement.querySelector("[data-secret]").textContent.trim());
  const opener = target.closest("[data-opens-nav]");
  const side = document.getElementById("nav");
  if (opener) openNav(opener, side, !side.classList.contains("is-open"));
  else if (side?.classList.contains("is-open") && !target.closest("#nav")) openNav(document.querySelector("[data-opens-nav]"), side, false);
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (!menu.contains(target)) menu.open = false;
});

function openNav(opener, side, isOpen) {
  side.classList.toggle("is-open", isOpen);
  opener.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) side.querySelector("a")?.focus();
}

document.addEventListener("keydown", (event) => {
  const field = document.querySelector("[data-search]");
  const isTyping = event.target instanceof Element && event.target.matches("input, textarea, select");
  const isAsked = (event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey);
  if (!field || !isAsked) return;
  event.preventDefault();
  field.focus();
  field.select();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("[data-menu][open]")) { menu.open = false; menu.querySelector("summary").focus(); }
  const side = document.getElementById("nav");
  if (side?.classList.contains("is-open")) openNav(document.querySelector("[data-opens-nav]"), side, false);
});

document.addEventListener("htmx:config:request", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token) event.detail.ctx.request.headers["X-CSRF-Token"] = token.content;
});
