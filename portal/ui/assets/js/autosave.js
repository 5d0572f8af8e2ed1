// Saves a form while it is filled: <form data-autosave="/address/"> with [data-autosave-status] inside.
// The server answers {"saved": "14:02 GMT", "version": 7}; 409 means that someone else changed the same answers.
// What could not be sent waits in this tab's storage and is sent when the network, or the person, comes back.
const PAUSE = 1200;
/** Hidden fields that say which page it is, and as of when. */
const PAGE = ["version", "page", "rulebook"];

export function autosave(within) {
  for (const form of within.querySelectorAll("form[data-autosave]")) watch(form);
}

function watch(form) {
  const status = form.querySelector("[data-autosave-status]");
  const key = `draft:${location.pathname}`;
  let timer = null;
  let sent = snapshot(form);
  let running = false;
  let stopped = false;
  let waiting = false;

  restore();
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(timer);
    sessionStorage.removeItem(key);
  });
  window.addEventListener("online", save);
  // Leaving: one last try, unless the last one failed. Then the words are in storage already, and a save that arrives
  // after the next page was made would look like a colleague's.
  document.addEventListener("visibilitychange", () => document.hidden && !waiting && save());

  function later() {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }

  async function save() {
    const now = snapshot(form);
    if (stopped || running || now === sent) return;
    running = true;
    say(form.dataset.autosaveSaving);
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: body(form),
        headers: { "X-Autosave": "1", Accept: "application/json" },
        keepalive: now.length < 50_000,
      });
      await settle(answer, now);
    } catch {
      keep(now);
      say(form.dataset.autosaveOffline, true);
    } finally {
      running = false;
      if (!stopped && snapshot(form) !== now) later();
    }
  }

  async function settle(answer, now) {
    const known = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
    if (answer.ok && !answer.redirected) {
      sent = now;
      waiting = false;
      sessionStorage.removeItem(key);
      if (known.version !== undefined && form.elements.version) {
        form.elements.version.value = known.version;
        sent = snapshot(form);
      }
      say(known.message ?? form.dataset.autosaveSaved.replace("%s", known.saved ?? ""));
      form.dispatchEvent(new CustomEvent("portal:saved", { bubbles: true }));
      return;
    }
    keep(now);
    if (answer.status === 409) stopped = true;
    say(known.reason ?? form.dataset.autosaveOffline, true);
  }

  function keep(now) {
    waiting = true;
    const kept = { now, sent, page: Object.fromEntries(PAGE.map((name) => [name, form.elements[name]?.value])) };
    try {
      sessionStorage.setItem(key, JSON.stringify(kept));
    } catch {
      // A full or closed storage: the words stay in the form, and the status says that they are not saved.
    }
  }

  function restore() {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
    if (!kept || kept.now === sent) return;
    // Only what was typed comes back: a colleague may have changed the rest since, and the page shows that already.
    const [before, typed] = [new URLSearchParams(kept.sent), new URLSearchParams(kept.now)];
    for (const name of new Set([...before.keys(), ...typed.keys()])) {
      const values = typed.getAll(name);
      const field = form.elements.namedItem(name);
      if (!field || values.join() === before.getAll(name).join()) continue;
      for (const one of field instanceof RadioNodeList ? field : [field]) put(one, values);
    }
    // With the counter of the page on which it was typed, so that the server sees whether somebody was quicker.
    for (const name of PAGE) if (form.elements[name] && kept.page[name]) form.elements[name].value = kept.page[name];
    say(form.dataset.autosaveRestored);
    later();
  }

  function say(text, failed = false) {
    if (!status || !text) return;
    status.textContent = text;
    status.classList.toggle("is-failed", failed);
  }
}

function put(field, values) {
  if (field.type === "file" || field.type === "hidden") return;
  if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
  else if (field.multiple) for (const one of field.options) one.selected = values.includes(one.value);
  else field.value = values[0] ?? "";
}

/** The words as sent, without files and the token. */
function snapshot(form) {
  const words = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && name !== "csrfmiddlewaretoken" && !PAGE.includes(name)) words.append(name, value);
  }
  return words.toString();
}

function body(form) {
  const all = new FormData(form);
  for (const [name, value] of [...all]) if (typeof value !== "string") all.delete(name);
  return all;
}
