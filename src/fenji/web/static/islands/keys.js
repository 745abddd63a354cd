// Keys: ? shows them, g and a letter go to a page, [ and ] to the review before and after, t changes light and dark. They can be switched off, for whoever speaks to the machine.
const OFF = "fenji-keys";
const dialog = document.getElementById("keys");
const choice = dialog?.querySelector("[data-keys-off]");
let waits = false;

const areOff = () => { try { return localStorage.getItem(OFF) === "off"; } catch { return false; } };
const isTyping = (target) => target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

function show() {
  choice.checked = areOff();
  if (!dialog.open) dialog.showModal();
}

function review(step) {
  const select = document.querySelector("[data-scope] select[name=as_of]");
  if (!select) return;
  const wanted = select.selectedIndex + step;
  if (wanted < 0 || wanted >= select.options.length) return;
  select.selectedIndex = wanted;
  select.form.requestSubmit();
}

const DOES = {
  "?": show,
  t: () => document.querySelector("[data-theme-form] button")?.click(),
  "[": () => review(1),  // the newest review stands first
  "]": () => review(-1),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || areOff() || document.querySelector("dialog[open]")) return;
  if (waits) {
    waits = false;
    const link = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  if (event.key === "g") { waits = true; setTimeout(() => { waits = false; }, 1500); return; }
  if (Object.hasOwn(DOES, event.key)) { event.preventDefault(); DOES[event.key](); }
});

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("[data-opens-keys]")) show();
  if (target?.closest("[data-closes-keys]")) dialog.close();
});
choice?.addEventListener("change", () => { try { localStorage.setItem(OFF, choice.checked ? "off" : "on"); } catch { /* a browser that keeps nothing */ } });
