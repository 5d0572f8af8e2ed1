// Menus made of <details class="tp-menu"> close on Escape, and when the focus or a click goes elsewhere.
let watching = false;

export function menus() {
  if (watching) return;
  watching = true;
  const open = () => document.querySelectorAll("details.tp-menu[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  for (const kind of ["click", "focusin"]) {
    document.addEventListener(kind, (event) => {
      for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
    });
  }
}
