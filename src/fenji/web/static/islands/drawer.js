// The list behind a number opens beside the page, at an address of its own; Back and Esc close it. Without this, the link opens the same page with the list on it.
const drawer = document.getElementById("drawer");
let last = 0;

const hasList = (address) => new URL(address, location.href).searchParams.has("list");

function withoutList(address) {
  const found = new URL(address, location.href);
  for (const name of ["list", "list_sort", "list_after"]) found.searchParams.delete(name);
  return found.href;
}

async function show(address) {
  const turn = ++last;
  let answer;
  try {
    answer = await fetch(address, { headers: { "Fenji-Part": "drawer" } });
  } catch {
    location.assign(address);
    return;
  }
  const text = await answer.text();
  if (turn !== last) return;
  if (!answer.ok) {
    location.assign(address);
    return;
  }
  drawer.innerHTML = text;  // made by our own templates, where every value is escaped
  if (!drawer.open) drawer.showModal();
  drawer.scrollTop = 0;
}

function hide() {
  last++;
  if (drawer.open) drawer.close();
  drawer.replaceChildren();
}

function close() {
  if (history.state?.list) history.back();
  else {
    history.replaceState({}, "", withoutList(location.href));
    hide();
  }
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.hasAttribute("data-close-drawer")) {
    event.preventDefault();
    close();
  } else if (link.hasAttribute("data-list")) {
    event.preventDefault();
    // Within an open list, sorting and paging take its place: one Back closes it.
    if (drawer.open) history.replaceState(history.state, "", link.href);
    else history.pushState({ list: true }, "", link.href);
    show(link.href);
  }
});

drawer.addEventListener("cancel", (event) => { event.preventDefault(); close(); });
drawer.addEventListener("click", (event) => { if (event.target === drawer && event.clientX < drawer.getBoundingClientRect().left) close(); });
addEventListener("popstate", () => { hasList(location.href) ? show(location.href) : hide(); });

if (drawer.open) {
  drawer.close();
  drawer.showModal();
}
