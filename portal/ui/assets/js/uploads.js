// Progress of an upload that htmx sends: <form hx-post hx-encoding="multipart/form-data"> with a hidden <progress> inside.
export function uploads(within) {
  for (const form of within.querySelectorAll("form[hx-encoding]")) {
    const box = form.querySelector("[data-upload]");
    const bar = box?.querySelector("progress");
    if (!bar) continue;
    form.addEventListener("htmx:beforeRequest", () => (box.hidden = false));
    form.addEventListener("htmx:xhr:progress", ({ detail }) => {
      if (detail.lengthComputable) bar.value = (detail.loaded / detail.total) * 100;
    });
    form.addEventListener("htmx:afterRequest", () => (box.hidden = true));
  }
}
