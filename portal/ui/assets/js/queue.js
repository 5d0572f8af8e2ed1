// Keys for a queue: <table data-queue> whose rows hold one link each. j next, k previous, o open, x select.
// Single letters can be in the way of speech input, so a switch turns them off (WCAG 2.1.4); the choice is kept.
const KEY = "queue-keys";

export function queue(within) {
  for (const table of within.querySelectorAll("table[data-queue]")) keys(table);
}

function keys(table) {
  const rows = () => [...table.tBodies[0].rows];
  const button = document.querySelector("[data-queue-switch]");
  let on = localStorage.getItem(KEY) !== "off";
  let at = -1;

  if (button) {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(on));
    button.addEventListener("click", () => {
      on = !on;
      localStorage.setItem(KEY, on ? "on" : "off");
      button.setAttribute("aria-pressed", String(on));
    });
  }

  document.addEventListener("keydown", (event) => {
    if (!on || !table.isConnected || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "j") go(at + 1);
    else if (event.key === "k") go(at - 1);
    else if (event.key === "o" && at >= 0) rows()[at].querySelector("a[href]")?.click();
    else if (event.key === "x" && at >= 0) rows()[at].querySelector("input[type=checkbox]")?.click();
    else return;
    event.preventDefault();
  });

  function go(to) {
    const all = rows();
    if (!all.length) return;
    at = Math.max(0, Math.min(all.length - 1, to));
    all.forEach((row, index) => row.classList.toggle("is-at", index === at));
    all[at].querySelector("a[href]")?.focus();
    all[at].scrollIntoView({ block: "nearest" });
  }
}

function typing(target) {
  return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog") !== null;
}
