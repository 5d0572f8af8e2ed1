// Asks before a page with unsaved words is left: <form data-guard>.
export function guard(within) {
  for (const form of within.querySelectorAll("form[data-guard]")) {
    let changed = false;
    form.addEventListener("input", () => (changed = true));
    form.addEventListener("submit", () => (changed = false));
    form.addEventListener("portal:saved", () => (changed = false));
    window.addEventListener("beforeunload", (event) => changed && event.preventDefault());
  }
}
