// Draws the charts of a page from the JSON beside each table; the table stays one click away.
import { BarChart, LineChart, LinesChart, MapChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GeoComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, registerMap, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { heightOf, map } from "./map.js";
import theme from "./tokens.json";

use([BarChart, LineChart, LinesChart, MapChart, ScatterChart, GeoComponent, GridComponent, LegendComponent, LabelLayout, MarkLineComponent, TooltipComponent, AriaComponent, SVGRenderer]);

const { colour } = theme;
// What tells series apart without colour, on screens in grey and on paper: none, stripes, dots, stripes the other way, and so on.
const LIGHT = "rgba(255, 255, 255, 0.72)";
const DECALS = [
  { symbol: "none" },
  { color: LIGHT, dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: Math.PI / 4 },
  { color: LIGHT, symbol: "circle", symbolSize: 0.55, dashArrayX: [[8, 8], [0, 8, 8, 0]], dashArrayY: [6, 0] },
  { color: LIGHT, dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 },
  { color: LIGHT, dashArrayX: [1, 0], dashArrayY: [1, 4], rotation: 0 },
  { color: LIGHT, symbol: "rect", symbolSize: 0.5, dashArrayX: [6, 4], dashArrayY: [6, 4], rotation: 0 },
];
const SYMBOLS = ["circle", "rect", "triangle", "diamond"];
const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3]];
const MANY_POINTS = 60; // of a line: more of them would hide it
const MOST_NAMES = 14; // along one axis; of more, those are left out that would overlap
const NARROW = 420; // pixels, of a drawing on a phone
const PAPER = 660; // pixels across an A4 page between its margins
const ROW = 34; // pixels of height for each bar that lies
const words = { color: colour["ink-2"], fontFamily: "Public Sans Web, system-ui, sans-serif", fontSize: 12 };
const drawn = [];

for (const figure of document.querySelectorAll("figure[data-chart]")) draw(figure);
addEventListener("beforeprint", () => drawn.forEach((one) => one.to(PAPER)));
addEventListener("afterprint", () => drawn.forEach((one) => one.to()));

async function draw(figure) {
  const source = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const place = figure.querySelector("[data-chart-canvas]");
  if (source.kind === "map") registerMap("world", await (await fetch(place.dataset.world)).json());
  place.hidden = false;
  if (source.kind === "across") place.style.height = `${rows(source) * ROW + 60}px`;
  place.setAttribute("role", "img");
  const chart = init(place, null, { renderer: "svg" });
  const title = figure.querySelector("figcaption").firstElementChild.textContent;
  const to = (width) => {
    if (!width && !place.clientWidth) return; // nothing to draw on, within something that is folded
    if (source.kind === "map") place.style.height = `${heightOf(source, width ?? place.clientWidth)}px`;
    chart.resize({ width: width ?? "auto" });
    chart.setOption(options(source, width ?? place.clientWidth, title), { notMerge: true }); // a phone that is turned has another drawing
  };
  to();
  figure.classList.add("is-drawn");
  drawn.push({ to });
  new ResizeObserver(() => to()).observe(place);
}

/** How many bars lie below each other. */
function rows(source) {
  return source.labels.length * (source.stack ? 1 : Math.max(1, source.series.length * 0.7));
}

/** {kind: "line" | "bar" | "stacked" | "across" | "map", labels: [], series: [{name, values, tone?}], stack?, unit?, target?, mark?} as drawing options. */
function options(source, width, title) {
  const common = { aria: { enabled: true, label: { description: title } }, animation: false, textStyle: words };
  if (source.kind === "map") return { ...common, ...map(source, width, words) };
  const across = source.kind === "across";
  // Every bar is named: long names break into lines instead of being left out.
  const room = across ? Math.min(230, width * 0.38) : Math.max(40, width / source.labels.length - 8);
  const names = source.kind === "line" || source.labels.length > MOST_NAMES || (!across && width < NARROW && source.labels.length > 6) ? { ...words, hideOverlap: true } : { ...words, interval: 0, width: room, overflow: "break", lineHeight: 15 };
  const categories = { type: "category", data: source.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: colour.line } }, axisLabel: names, inverse: across };
  const values = { type: "value", axisLabel: { ...words, hideOverlap: true }, splitLine: { lineStyle: { color: colour["line-2"] } }, minInterval: source.whole ? 1 : 0, max: source.most };
  const several = source.series.length > 1;
  return {
    ...common,
    aria: { ...common.aria, decal: { show: several && source.kind !== "line", decals: DECALS } },
    color: theme.series,
    grid: { left: 4, right: across ? 44 : 16, top: several ? legendRoom(source, width) : 16, bottom: 4, containLabel: true },
    legend: several ? { top: 0, left: 0, itemWidth: 20, itemHeight: 12, itemGap: 14, textStyle: words } : undefined,
    tooltip: { trigger: "axis", axisPointer: { type: source.kind === "line" ? "line" : "shadow" }, valueFormatter: (value) => said(value, source), textStyle: words, borderColor: colour.line },
    xAxis: across ? values : categories,
    yAxis: across ? categories : values,
    series: source.series.map((one, index) => series(source, one, index)),
  };
}

/** Names of series break into lines where they do not fit into one. */
function legendRoom(source, width) {
  const letters = source.series.reduce((sum, one) => sum + one.name.length * 6.6 + 40, 0);
  return 14 + 22 * Math.max(1, Math.ceil(letters / width));
}

function said(value, source) {
  return value == null ? "–" : `${value.toLocaleString("en-GB")}${source.unit ? ` ${source.unit}` : ""}`;
}

function series(source, one, index) {
  const line = source.kind === "line";
  const stacked = source.kind === "stacked" || source.stack;
  const last = one.values.length - 1;
  return {
    name: one.name,
    type: line ? "line" : "bar",
    stack: stacked ? "all" : undefined,
    data: one.values,
    barMaxWidth: 28,
    barGap: "12%",
    symbol: one.values.length > MANY_POINTS ? "none" : SYMBOLS[index % SYMBOLS.length],
    symbolSize: 8,
    lineStyle: line ? { width: 2.5, type: DASHES[index % DASHES.length] } : undefined,
    areaStyle: line && source.area ? { opacity: 0.12 } : undefined,
    itemStyle: { color: one.tone ? theme.tone[one.tone] : theme.series[index % theme.series.length], borderColor: stacked ? colour.paper : undefined, borderWidth: stacked ? 1 : 0, borderRadius: line || stacked ? 0 : corners(source) },
    label: line ? ends(source, last) : source.kind === "across" && !stacked ? { show: true, position: "right", color: colour.ink, fontWeight: 600, fontSize: 12, formatter: ({ value }) => (value == null ? "" : value.toLocaleString("en-GB")) } : undefined,
    markLine: source.mark !== undefined && index === 0 ? marked(source) : source.target !== undefined && index === 0 ? { symbol: "none", silent: true, lineStyle: { color: colour["ink-3"], type: "dashed" }, label: { ...words, formatter: source.target_label ?? "", position: "insideEndTop" }, data: [source.kind === "across" ? { xAxis: source.target } : { yAxis: source.target }] } : undefined,
  };
}

/** The line's ends carry their figures, so that the finding can be read without pointing. */
function ends(source, last) {
  return { show: source.series.length === 1, position: "top", color: colour.ink, fontWeight: 600, fontSize: 12, formatter: ({ dataIndex, value }) => (dataIndex === 0 || dataIndex === last ? `${value}${source.unit ? ` ${source.unit}` : ""}` : "") };
}

/** A line across the chart at the name `mark`: where to look. */
function marked(source) {
  return { symbol: "none", silent: true, lineStyle: { color: colour.ink, type: "solid", width: 1.5 }, label: { ...words, color: colour.ink, formatter: source.mark_label ?? source.mark, position: "end" }, data: [{ xAxis: source.mark }] };
}

/** Bars are round where they end. (A function, not a constant: the charts are drawn before this line is reached.) */
function corners(source) {
  return source.kind === "across" ? [0, 3, 3, 0] : [3, 3, 0, 0];
}
