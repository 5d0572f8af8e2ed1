// A map of the world: countries that have something are shaded, and a disc with the figure stands on each. On a phone,
// where the discs of Europe would lie upon each other, the figures stand in named bars below it instead.
import { getMap } from "echarts/core";
import theme from "./tokens.json";

const { colour } = theme;
const SMALLEST = 20; // pixels across: a disc that still holds its figure
const LARGEST = 38;
const HEIGHT = 0.45; // of its width, without Antarctica
const PHONE = 500; // pixels across, below which it is not much wider than a hand
const ROW = 26; // pixels of height for each bar below it
const ROUNDS = 60;

/** How high the drawing has to be, in pixels. */
export function heightOf(source, width) {
  return Math.round(width * HEIGHT) + (width < PHONE ? source.labels.length * ROW + 8 : 0);
}

/** {labels: [names], codes: [ISO 3166 numbers], series: [{name, values}, …]}: the first series is drawn, all are in the tip. */
export function map(source, width, words) {
  const height = Math.round(width * HEIGHT);
  return { ...ground(source, width, height, words), ...(width < PHONE ? bars(source, width, height, words) : discs(source, width, height)) };
}

/** The shaded countries. */
function ground(source, width, height, words) {
  return {
    tooltip: { trigger: "item", textStyle: words, borderColor: colour.line, formatter: ({ data }) => (data?.value ? tip(source, data.place) : "") },
    geo: {
      map: "world",
      aspectScale: 1,
      layoutCenter: ["50%", height / 2],
      layoutSize: width,
      silent: true,
      itemStyle: { areaColor: colour["line-2"], borderColor: colour.paper, borderWidth: 0.6 },
      regions: source.codes.map((code) => ({ name: code, itemStyle: { areaColor: theme.series[5] } })),
    },
  };
}

/** Below the map a bar for each country, in the order in which they are given: those with most first. */
function bars(source, width, height, words) {
  const [first] = source.series;
  return {
    grid: { left: 4, right: 40, top: height + 4, bottom: 4, containLabel: true },
    xAxis: { type: "value", show: false },
    yAxis: { type: "category", data: source.labels, inverse: true, axisTick: { show: false }, axisLine: { lineStyle: { color: colour.line } }, axisLabel: { ...words, interval: 0, width: width * 0.42, overflow: "truncate" } },
    series: [
      {
        type: "bar",
        data: first.values.map((value, place) => ({ value, place })),
        barMaxWidth: 15,
        itemStyle: { color: theme.series[0], borderRadius: [0, 3, 3, 0] },
        label: { show: true, position: "right", color: colour.ink, fontWeight: 600, fontSize: 12 },
      },
    ],
  };
}

/** A disc for each country, beside it where there is no room. */
function discs(source, width, height) {
  const centres = getMap("world").geoJSON.centres;
  const [first] = source.series;
  const most = Math.max(1, ...first.values);
  const there = source.codes.map((code, place) => ({ code, place })).filter(({ code }) => centres[code]);
  const grow = (value) => SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(value / most);
  const { wide, middle } = bounds(getMap("world").geoJSON);
  const unit = width / wide; // pixels for one unit of the outlines
  const round = there.map(({ code, place }) => ({ at: centres[code], radius: grow(first.values[place]) / 2 / unit }));
  const stands = apart(round, middle + height / 2 / unit);
  return {
    series: [
      {
        type: "lines",
        coordinateSystem: "geo",
        silent: true,
        data: round.map(({ at }, one) => ({ coords: [at, stands[one]] })),
        lineStyle: { color: colour["ink-2"], width: 1, opacity: 1 },
      },
      {
        type: "scatter",
        coordinateSystem: "geo",
        data: there.map(({ place }, one) => ({ place, name: source.labels[place], value: [...stands[one], first.values[place]] })),
        symbol: "circle",
        symbolSize: ([, , value]) => grow(value),
        itemStyle: { color: theme.series[0], borderColor: colour.paper, borderWidth: 1.5, opacity: 1 },
        label: { show: true, color: colour.paper, fontWeight: 700, fontSize: 12, formatter: ({ value }) => value[2] },
        emphasis: { scale: false },
      },
    ],
  };
}

/** How many units the outlines are wide, and the middle of their height. */
function bounds({ features }) {
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { geometry } of features) {
    for (const [x, y] of geometry.coordinates.flat(2)) {
      [west, east] = [Math.min(west, x), Math.max(east, x)];
      [south, north] = [Math.min(south, y), Math.max(north, y)];
    }
  }
  return { wide: east - west, middle: (south + north) / 2 };
}

/** Where discs ({at, radius}) stand once they have pushed each other aside: none covers another's figure, none goes beyond the upper edge. As portal/ui/drawing/maps.py. */
function apart(discs, top) {
  const at = discs.map((one) => [...one.at]);
  for (let round = 0; round < ROUNDS; round += 1) {
    at.forEach((place, one) => (place[1] = Math.min(place[1], top - discs[one].radius)));
    for (let one = 0; one < at.length; one += 1) {
      for (let other = 0; other < one; other += 1) {
        const [dx, dy] = [at[one][0] - at[other][0], at[one][1] - at[other][1]];
        const [far, near] = [Math.hypot(dx, dy), discs[one].radius + discs[other].radius];
        if (far >= near) continue;
        const [ux, uy] = far ? [dx / far, dy / far] : [1, 0]; // two in the same place part along one line
        const push = (near - far) / 2;
        at[one] = [at[one][0] + ux * push, at[one][1] + uy * push];
        at[other] = [at[other][0] - ux * push, at[other][1] - uy * push];
      }
    }
  }
  return at;
}

function tip(source, place) {
  const lines = source.series.map((one) => `${one.name}: ${one.values[place].toLocaleString("en-GB")}`);
  const box = document.createElement("div");
  box.append(Object.assign(document.createElement("strong"), { textContent: source.labels[place] }));
  for (const text of lines) box.append(Object.assign(document.createElement("div"), { textContent: text }));
  return box;
}
