// Shows a part of a form only when another field has one of some values: <div data-when="owner_kind" data-when-value="fund|state">.
// Without a script the part is always there, and its hint says when it matters.
export function conditional(within) {
  for (const part of within.querySelectorAll("[data-when]")) {
    const form = part.closest("form");
    if (!form) continue;
    const wanted = part.dataset.whenValue.split("|");
    const update = () => {
      const given = new FormData(form).getAll(part.dataset.when);
      part.hidden = !given.some((value) => wanted.includes(value));
    };
    form.addEventListener("change", update);
    update();
  }
}
