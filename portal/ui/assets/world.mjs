// The world as one small file for maps: outlines of countries and where each one's figure stands, by ISO 3166 number.
// Outlines are Natural Earth's (public domain) by the package world-atlas, projected here so that browsers need not.
import { geoArea, geoCentroid, geoEqualEarthRaw } from "d3-geo";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { feature } from "topojson-client";

const ANTARCTICA = "010";
const DEGREES = 180 / Math.PI;

/** GeoJSON of outlines in the plane, with `centres`: the middle of each country's largest piece, small ones included. */
export function world(modules) {
  const coarse = countries(modules, "110m");
  const fine = countries(modules, "50m");
  return {
    type: "FeatureCollection",
    features: coarse.filter((one) => one.id !== ANTARCTICA).map(outline),
    centres: Object.fromEntries(fine.filter((one) => one.id && one.id !== ANTARCTICA).map((one) => [one.id, plane(geoCentroid(largest(one.geometry)))])),
  };
}

function countries(modules, scale) {
  const topology = JSON.parse(readFileSync(join(modules, `world-atlas/countries-${scale}.json`), "utf8"));
  return feature(topology, topology.objects.countries).features;
}

function outline({ id, geometry }) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return { type: "Feature", properties: { name: id ?? "" }, geometry: { type: "MultiPolygon", coordinates: polygons.map((rings) => rings.map((ring) => whole(ring).map(plane))) } };
}

/** A ring that goes over the 180th meridian goes on beyond it, instead of drawing a line right across the map. */
function whole(ring) {
  const sides = ring.map(([longitude]) => longitude);
  return Math.max(...sides) - Math.min(...sides) > 180 ? ring.map(([longitude, latitude]) => [longitude < 0 ? longitude + 360 : longitude, latitude]) : ring;
}

/** Of a country in several pieces the largest: France's figure stands in Europe. */
function largest(geometry) {
  if (geometry.type === "Polygon") return geometry;
  const pieces = geometry.coordinates.map((coordinates) => ({ type: "Polygon", coordinates }));
  return pieces.reduce((most, one) => (geoArea(one) > geoArea(most) ? one : most));
}

function plane([longitude, latitude]) {
  return geoEqualEarthRaw(longitude / DEGREES, latitude / DEGREES).map((value) => Math.round(value * DEGREES * 10) / 10);
}
