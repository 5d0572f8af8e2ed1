// Large files, sent in parts: <div data-large="/address/" data-large-for="id of the file input"> and inside it what
// partners/_large.html has. A part that is lost is sent again; a network that is away is waited for; and the same file,
// chosen again after a reload or on another day, goes on where it stopped (elements with data-large-known).
import { Upload } from "tus-js-client";

const PART = 4 * 1024 * 1024;
/** Of a file's beginning and of its end, to know it again. */
const SAMPLE = 64 * 1024;
const DELAYS = [0, 1000, 3000, 5000, 10000];
const AGAIN = 10000;
/** What is read aloud while nothing else happens: every quarter. */
const QUARTERS = 4;

const places = [...document.querySelectorAll("[data-large]")].map(place);

// Before any other listener: a file that goes in parts is not sent with the form.
document.addEventListener("submit", (event) => {
  const large = places.find((one) => one.form === event.target && one.takes());
  if (!large) return;
  event.preventDefault();
  event.stopPropagation();
  large.begin();
}, true);

function place(box) {
  const input = document.getElementById(box.dataset.largeFor);
  const form = input.form;
  const find = (name) => box.querySelector(`[data-large-${name}]`);
  const bar = find("bar");
  const pauseButton = find("pause");
  let upload = null;
  let running = false;
  let digest = "";
  let timer = null;
  let quarter = 0;
  let speed = null;

  for (const button of form.querySelectorAll("[data-large-go]")) button.hidden = false;
  for (const words of form.querySelectorAll("[data-large-plain]")) words.hidden = true;
  pauseButton.addEventListener("click", () => (running ? pause() : go()));
  find("cancel").addEventListener("click", cancel);
  window.addEventListener("online", () => timer && go());

  function takes() {
    return Boolean(box.dataset.largeUrl) || input.files[0]?.size > Number(box.dataset.largeFrom);
  }

  async function begin() {
    const file = input.files[0];
    if (upload) return;
    if (!file) return fail(word("other"));
    if (file.size > Number(box.dataset.largeMost)) return fail(word("most"));
    const mark = await fingerprint(file);
    const known = knownAs(file, mark);
    if (box.dataset.largeUrl && !known) return fail(word("other"));
    find("name").textContent = file.name;
    box.hidden = false;
    for (const one of form.querySelectorAll("[type=submit]")) one.disabled = true;
    input.disabled = true;
    upload = new Upload(file, {
      endpoint: known ? null : box.dataset.large,
      uploadUrl: known ? new URL(known, location.href).href : null,
      chunkSize: PART,
      retryDelays: DELAYS,
      storeFingerprintForResuming: false,
      fileReader: { openFile: async (source) => ({ size: source.size, slice: (from, to) => slice(source, from, to), close() {} }) },
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, Accept: "application/json" },
      metadata: { ...about(), filename: file.name, fingerprint: mark },
      onBeforeRequest: (request) => {
        if (request.getMethod() === "PATCH" && digest) request.setHeader("Upload-Checksum", `sha256 ${digest}`);
      },
      // Begun: from here on it is gone on with, and never begun a second time.
      onUploadUrlAvailable: () => (upload.options.endpoint = null),
      onShouldRetry: (error) => navigator.onLine && passes(status(error)),
      onProgress: progress,
      onError: stopped,
      onSuccess: ({ lastResponse }) => done(lastResponse.getHeader("Upload-Document")),
    });
    go(Boolean(known));
  }

  /** The fields of the form, or of the one question, as they are sent with the form. */
  function about() {
    const said = { purpose: box.dataset.largePurpose ?? "", document: box.dataset.largeDocument ?? "" };
    const fields = new URLSearchParams();
    if (box.dataset.largeQuestion) {
      Object.assign(said, { application: box.dataset.largeApplication, question: box.dataset.largeQuestion });
      fields.append("marking", form.elements[`marking-${box.dataset.largeQuestion}`].value);
    } else {
      for (const [name, value] of new FormData(form)) {
        if (typeof value === "string" && name !== "csrfmiddlewaretoken") fields.append(name, value);
      }
    }
    return { ...said, fields: fields.toString() };
  }

  async function slice(source, from, to) {
    const value = source.slice(from, to);
    digest = crypto.subtle ? base64(await crypto.subtle.digest("SHA-256", await value.arrayBuffer())) : "";
    return { value, done: to >= source.size };
  }

  function go(again = true) {
    clearTimeout(timer);
    timer = null;
    running = true;
    speed = null;
    show(word("pause"));
    say(word(again ? "again" : "begun"));
    upload.start();
  }

  function pause() {
    upload.abort();
    running = false;
    clearTimeout(timer);
    timer = null;
    show(word("continue"));
    say(word("paused"));
  }

  async function cancel() {
    running = false;
    clearTimeout(timer);
    try {
      await upload.abort(true);
    } catch {
      // Without a network it stays on the list of unfinished uploads, from which it can be cancelled.
    }
    location.assign(box.dataset.largeBack);
  }

  function progress(sent, all) {
    bar.max = all;
    bar.value = sent;
    const now = performance.now();
    speed ??= { at: now, from: sent };
    const pace = (sent - speed.from) / (now - speed.at);
    const left = now - speed.at > 1500 && pace > 0 ? (all - sent) / pace / 1000 : null;
    find("said").textContent = sentence(sent, all, left);
    const reached = Math.floor((sent / all) * QUARTERS);
    if (reached > quarter && sent < all) say(find("said").textContent);
    quarter = reached;
  }

  function sentence(sent, all, left) {
    const giga = all >= 2 ** 30;
    const figure = (bytes) => (giga ? (bytes / 2 ** 30).toFixed(1) : Math.floor(bytes / 2 ** 20).toLocaleString("en-GB"));
    const amount = word("amount").replace("{done}", figure(sent)).replace("{all}", `${figure(all)} ${giga ? "GB" : "MB"}`);
    return left === null ? amount : `${amount}, ${time(left)}`;
  }

  function time(seconds) {
    if (seconds < 50) return word("soon");
    const minutes = Math.round(seconds / 60);
    if (minutes < 2) return word("minute");
    return minutes < 100 ? word("minutes").replace("{n}", minutes) : word("hours").replace("{n}", Math.round(minutes / 60));
  }

  function stopped(error) {
    if (passes(status(error))) {
      // Longer away than the tries lasted: it goes on with the network, or when somebody presses the button.
      running = false;
      show(word("continue"));
      say(word("away"), true);
      timer = setTimeout(go, AGAIN);
      return;
    }
    let reason = "";
    try {
      reason = JSON.parse(error.originalResponse.getBody()).detail;
    } catch {
      // No answer of the upload's address: the session has ended, most likely.
    }
    fail(reason || word("reload"));
  }

  function fail(reason) {
    upload = null;
    running = false;
    box.hidden = false;
    box.classList.add("is-failed");
    find("running").hidden = true;
    find("failed").textContent = reason;
    input.disabled = false;
    for (const one of form.querySelectorAll("[type=submit]")) one.disabled = false;
  }

  function done(address) {
    running = false;
    bar.value = bar.max;
    find("controls").hidden = true;
    find("said").textContent = word("done");
    say(word("done"));
    if (box.dataset.largeQuestion || !address) location.reload();
    else location.assign(address);
  }

  function show(label) {
    box.classList.remove("is-failed");
    find("running").hidden = false;
    find("failed").textContent = "";
    pauseButton.textContent = label;
  }

  function say(text, shown = false) {
    find("live").textContent = text;
    if (shown || text === word("paused")) find("said").textContent = text;
  }

  function word(name) {
    return box.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`] ?? "";
  }

  return { form, takes, begin };
}

/** Whether it may be better in a moment: no answer, a server that is down, a part that was changed on its way, or two tabs. */
function passes(code) {
  return code === 0 || code >= 500 || [408, 409, 423, 429, 460].includes(code);
}

function status(error) {
  return error.originalResponse?.getStatus() ?? 0;
}

/** The address of an unfinished upload of the same file. */
function knownAs(file, mark) {
  const found = [...document.querySelectorAll("[data-large-known]")].find(
    ({ dataset }) => Number(dataset.size) === file.size && (dataset.fingerprint ? dataset.fingerprint === mark : dataset.name === file.name),
  );
  return found?.dataset.largeKnown ?? null;
}

async function fingerprint(file) {
  if (!crypto.subtle) return "";
  const sample = new Blob([file.slice(0, SAMPLE), file.slice(-SAMPLE), String(file.size)]);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await sample.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function base64(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}
