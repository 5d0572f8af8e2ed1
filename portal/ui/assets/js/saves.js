// Parts of a form that are saved one by one: <form data-saves> with [data-control] sections that htmx replaces.
// Says beside the part when the portal could not be reached; nothing is asked on leaving once every part is saved.
export function saves(within) {
  for (const form of within.querySelectorAll("form[data-saves]")) {
    form.addEventListener("input", ({ target }) => (part(target).dataset.changed = "yes"));
    for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
      form.addEventListener(name, ({ target }) => said(target, false));
    }
    form.addEventListener("htmx:beforeRequest", ({ target }) => said(target, true));
    form.addEventListener("htmx:afterSettle", () => {
      if (!form.querySelector("[data-changed]")) form.dispatchEvent(new CustomEvent("portal:saved"));
    });
  }
}

function part(target) {
  return target.closest("[data-control]") ?? target;
}

function said(target, quiet) {
  const words = part(target).querySelector("[data-not-saved]");
  if (words) words.hidden = quiet;
}
