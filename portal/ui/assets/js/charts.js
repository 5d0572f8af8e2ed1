// Draws the charts of a page from the JSON beside each table; the table stays one click away.
import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import theme from "./tokens.json";

use([BarChart, LineChart, HeatmapChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent, AriaComponent, SVGRenderer]);

const { colour } = theme;
// Patterns so faint that they help without shouting: none, stripes, dots, and so on.
const FAINT = "rgba(255, 255, 255, 0.35)";
const DECALS = [
  { symbol: "none" },
  { color: FAINT, dashArrayX: [1, 0], dashArrayY: [2, 6], rotation: Math.PI / 4 },
  { color: FAINT, symbol: "circle", symbolSize: 0.6, dashArrayX: [[8, 8], [0, 8, 8, 0]], dashArrayY: [5, 0] },
  { color: FAINT, dashArrayX: [1, 0], dashArrayY: [2, 6], rotation: -Math.PI / 4 },
];
const MANY_POINTS = 60; // of a line: more of them would hide it
const MOST_NAMES = 14; // along one axis; of more, those are left out that would overlap
const words = { color: colour["ink-2"], fontFamily: "Public Sans Web, system-ui, sans-serif", fontSize: 12 };

for (const figure of document.querySelectorAll("figure[data-chart]")) draw(figure);

function draw(figure) {
  const source = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const place = figure.querySelector("[data-chart-canvas]");
  place.hidden = false;
  place.setAttribute("role", "img");
  const chart = init(place, null, { renderer: "svg" });
  chart.setOption(options(source, place.clientWidth));
  new ResizeObserver(() => {
    chart.resize();
    chart.setOption(options(source, place.clientWidth));
  }).observe(place);
}

/** {kind: "line" | "bar" | "stacked" | "across", labels: [], series: [{name, values, tone?}], unit?, target?, mark?} as drawing options. */
function options(source, width) {
  const across = source.kind === "across";
  // Every bar is named: long names break into lines instead of being left out.
  const room = across ? Math.min(180, width * 0.38) : Math.max(40, width / source.labels.length - 8);
  const names = source.kind === "line" || source.labels.length > MOST_NAMES ? { ...words, hideOverlap: true } : { ...words, interval: 0, width: room, overflow: "break", lineHeight: 15 };
  const categories = { type: "category", data: source.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: colour.line } }, axisLabel: names, inverse: across };
  const values = { type: "value", axisLabel: { ...words, hideOverlap: true }, splitLine: { lineStyle: { color: colour["line-2"] } }, minInterval: source.whole ? 1 : 0 };
  return {
    aria: { enabled: true, decal: { show: source.series.length > 1 && source.kind !== "line", decals: DECALS } },
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    color: theme.series,
    textStyle: words,
    grid: { left: 4, right: 16, top: source.series.length > 1 ? 36 : 16, bottom: 4, containLabel: true },
    legend: source.series.length > 1 ? { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: words } : undefined,
    tooltip: { trigger: "axis", axisPointer: { type: source.kind === "line" ? "line" : "shadow" }, valueFormatter: (value) => (value == null ? "–" : `${value.toLocaleString("en-GB")}${source.unit ? ` ${source.unit}` : ""}`), textStyle: words, borderColor: colour.line },
    xAxis: across ? values : categories,
    yAxis: across ? categories : values,
    series: source.series.map((one, index) => series(source, one, index)),
  };
}

function series(source, one, index) {
  const line = source.kind === "line";
  const last = one.values.length - 1;
  return {
    name: one.name,
    type: line ? "line" : "bar",
    stack: source.kind === "stacked" ? "all" : undefined,
    data: one.values,
    barMaxWidth: 28,
    symbol: one.values.length > MANY_POINTS ? "none" : "circle",
    symbolSize: 7,
    lineStyle: line ? { width: 2.5 } : undefined,
    itemStyle: { color: one.tone ? theme.tone[one.tone] : theme.series[index % theme.series.length], borderRadius: line || source.kind === "stacked" ? 0 : corners(source) },
    // The line's ends carry their figures, so that the finding can be read without pointing.
    label: { show: line && source.series.length === 1, position: "top", color: colour.ink, fontWeight: 600, fontSize: 12, formatter: ({ dataIndex, value }) => (dataIndex === 0 || dataIndex === last ? `${value}${source.unit ? ` ${source.unit}` : ""}` : "") },
    markLine: source.mark !== undefined && index === 0 ? marked(source) : source.target !== undefined && index === 0 ? { symbol: "none", silent: true, lineStyle: { color: colour["ink-3"], type: "dashed" }, label: { ...words, formatter: source.target_label ?? "", position: "insideEndTop" }, data: [source.kind === "across" ? { xAxis: source.target } : { yAxis: source.target }] } : undefined,
  };
}

/** A line across the chart at the name `mark`: where to look. */
function marked(source) {
  return { symbol: "none", silent: true, lineStyle: { color: colour.ink, type: "solid", width: 1.5 }, label: { ...words, color: colour.ink, formatter: source.mark_label ?? source.mark, position: "end" }, data: [{ xAxis: source.mark }] };
}

/** Bars are round where they end. (A function, not a constant: the charts are drawn before this line is reached.) */
function corners(source) {
  return source.kind === "across" ? [0, 3, 3, 0] : [3, 3, 0, 0];
}
