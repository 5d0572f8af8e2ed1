// Builds the front end into portal/ui/static/build: one style sheet for pages, one for the admin, one script, charts, icons, fonts.
// `npm run build`. Nothing is fetched; everything comes from node_modules and this folder.
import { build } from "esbuild";
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as sass from "sass";
import { world } from "./world.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../../..");
const modules = join(root, "node_modules");
const uswds = join(modules, "@uswds/uswds");
const place = resolve(here, "../static/build");
const out = resolve(here, "../static/.build");

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

await Promise.all([style("portal"), style("admin"), script("portal"), script("large"), script("charts")]);
sprite();
writeFileSync(join(out, "world.json"), JSON.stringify(world(modules)));
cpSync(join(modules, "htmx.org/dist/htmx.min.js"), join(out, "htmx.js"));
cpSync(join(here, "icons/favicon.svg"), join(out, "favicon.svg"));
fontsForDocuments();
// Whole or not at all: what is being served stays until the new build is complete.
rmSync(place, { recursive: true, force: true });
renameSync(out, place);
report();

/** Sass, then esbuild for the addresses: small pictures go inline, fonts beside the sheet. */
async function style(name) {
  const { css } = sass.compile(join(here, `scss/${name}.scss`), {
    loadPaths: [join(here, "scss"), join(uswds, "packages")],
    quietDeps: true,
    silenceDeprecations: ["import", "global-builtin", "if-function"],
  });
  await build({
    stdin: { contents: withoutStaticFonts(css), loader: "css", resolveDir: join(here, "scss"), sourcefile: `${name}.css` },
    bundle: true,
    minify: true,
    loader: { ".svg": "dataurl", ".woff2": "file" },
    assetNames: "fonts/[name]",
    outfile: join(out, `${name}.css`),
    logLevel: "warning",
  });
}

/** USWDS declares one file per weight; our one variable file replaces them all. */
function withoutStaticFonts(css) {
  return css.replace(/@font-face\s*{[^}]*fonts\/(public-sans|roboto-mono)\/[^}]*}/g, "");
}

async function script(name) {
  await build({
    entryPoints: [join(here, `js/${name}.js`)],
    bundle: true,
    minify: true,
    format: name === "charts" ? "esm" : "iife",
    target: ["es2021"],
    legalComments: "none",
    outfile: join(out, `${name}.js`),
    logLevel: "warning",
  });
}

/** The icons that icons/used.txt lists, from USWDS, and our own drawings, as one sprite. */
function sprite() {
  const used = readFileSync(join(here, "icons/used.txt"), "utf8").split(/\s+/).filter(Boolean);
  const own = readdirSync(join(here, "icons/own")).map((file) => file.replace(".svg", ""));
  const symbols = [
    ...used.map((name) => symbol(name, join(uswds, `dist/img/usa-icons/${name}.svg`))),
    ...own.map((name) => symbol(name, join(here, `icons/own/${name}.svg`))),
  ];
  writeFileSync(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

function symbol(name, path) {
  const source = readFileSync(path, "utf8");
  const box = /viewBox="([^"]+)"/.exec(source)?.[1] ?? "0 0 24 24";
  const inner = source.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>[\s\S]*$/, "").trim();
  return `<symbol id="${name}" viewBox="${box}">${inner}</symbol>`;
}

/** Letters need the fonts as TrueType; they stay out of what browsers are sent. */
function fontsForDocuments() {
  const target = resolve(here, "../fonts");
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const weight of ["Regular", "Italic", "SemiBold", "Bold"]) {
    cpSync(join(uswds, `dist/fonts/public-sans/PublicSans-${weight}.ttf`), join(target, `PublicSans-${weight}.ttf`));
  }
}

function report() {
  for (const name of readdirSync(place, { recursive: true })) {
    const path = join(place, name);
    if (!statSync(path).isFile()) continue;
    const bytes = readFileSync(path);
    const sent = name.endsWith("woff2") ? bytes.length : gzipSync(bytes, { level: 9 }).length;
    console.log(`${String(sent).padStart(8)} B sent  ${name}`);
  }
}
