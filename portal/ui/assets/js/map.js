// A map of the world: countries that have something are shaded, and a disc with the figure stands on each.
import { getMap } from "echarts/core";
import theme from "./tokens.json";

const { colour } = theme;
const SMALLEST = 17; // pixels across: a disc that still holds its figure
const LARGEST = 38;

/** {labels: [names], codes: [ISO 3166 numbers], series: [{name, values}, …]}: the first series is on the discs, all are in the tip. */
export function map(source, width, words) {
  const centres = getMap("world").geoJSON.centres;
  const [first] = source.series;
  const most = Math.max(1, ...first.values);
  const there = source.codes.map((code, place) => ({ code, place })).filter(({ code }) => centres[code]);
  const grow = (value) => (width < 500 ? 0.75 : 1) * (SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(value / most));
  return {
    tooltip: { trigger: "item", textStyle: words, borderColor: colour.line, formatter: ({ data }) => (data?.value ? tip(source, data.place) : "") },
    geo: {
      map: "world",
      aspectScale: 1,
      layoutCenter: ["50%", "50%"],
      layoutSize: width,
      silent: true,
      itemStyle: { areaColor: colour["line-2"], borderColor: colour.paper, borderWidth: 0.6 },
      regions: source.codes.map((code) => ({ name: code, itemStyle: { areaColor: theme.series[5] } })),
    },
    series: [
      {
        type: "scatter",
        coordinateSystem: "geo",
        data: there.map(({ code, place }) => ({ place, name: source.labels[place], value: [...centres[code], first.values[place]] })),
        symbol: "circle",
        symbolSize: ([, , value]) => grow(value),
        itemStyle: { color: theme.series[0], borderColor: colour.paper, borderWidth: 1.5 },
        label: { show: true, color: colour.paper, fontWeight: 700, fontSize: 12, formatter: ({ value }) => value[2] },
        emphasis: { scale: false },
      },
    ],
  };
}

function tip(source, place) {
  const lines = source.series.map((one) => `${one.name}: ${one.values[place].toLocaleString("en-GB")}`);
  const box = document.createElement("div");
  box.append(Object.assign(document.createElement("strong"), { textContent: source.labels[place] }));
  for (const text of lines) box.append(Object.assign(document.createElement("div"), { textContent: text }));
  return box;
}
