// Everything that pages do better with a script. Each part looks for its own data attribute and is silent without it.
import characterCount from "@uswds/uswds/js/usa-character-count";
import comboBox from "@uswds/uswds/js/usa-combo-box";
import fileInput from "@uswds/uswds/js/usa-file-input";
import skipnav from "@uswds/uswds/js/usa-skipnav";

import { autosave } from "./autosave.js";
import { conditional } from "./conditional.js";
import { guard } from "./guard.js";
import { menus } from "./menus.js";
import { queue } from "./queue.js";
import { saves } from "./saves.js";
import { sessionWarning } from "./session.js";
import { small } from "./small.js";
import { uploads } from "./uploads.js";

const parts = [autosave, conditional, guard, menus, queue, saves, sessionWarning, small, uploads];

function start(within) {
  for (const behaviour of [characterCount, comboBox, fileInput]) behaviour.on(within);
  for (const part of parts) part(within);
}

skipnav.on(document.body);
start(document.body);
// What a later answer brings into the page is set up in the same way.
document.body.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) start(event.detail.elt);
});
