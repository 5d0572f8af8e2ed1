// Warns before the session ends and keeps it when asked: <dialog data-session="SECONDS" data-session-keep="/address/">.
const WARN = 5 * 60;
let watching = false;

export function sessionWarning() {
  const dialog = document.querySelector("dialog[data-session]");
  if (!dialog || watching) return;
  watching = true;
  let ends = Date.now() + Number(dialog.dataset.session) * 1000;
  const left = dialog.querySelector("[data-session-left]");
  const ended = dialog.querySelector("[data-session-ended]");
  const running = dialog.querySelector("[data-session-running]");

  dialog.querySelector("[data-session-stay]").addEventListener("click", keep);
  setInterval(look, 1000);

  function look() {
    const seconds = Math.round((ends - Date.now()) / 1000);
    if (seconds > WARN) return;
    if (!dialog.open) dialog.showModal();
    running.hidden = seconds <= 0;
    ended.hidden = seconds > 0;
    const minutes = Math.ceil(seconds / 60);
    // Read aloud once a minute, not once a second.
    if (left.dataset.minutes !== String(minutes)) {
      left.dataset.minutes = String(minutes);
      left.textContent = minutes;
    }
  }

  async function keep() {
    const token = dialog.dataset.token;
    const answer = await fetch(dialog.dataset.sessionKeep, {
      method: "POST",
      headers: { "X-CSRFToken": token, Accept: "application/json" },
    });
    if (!answer.ok || answer.redirected) return location.reload();
    ends = Date.now() + (await answer.json()).seconds * 1000;
    dialog.close();
  }
}
