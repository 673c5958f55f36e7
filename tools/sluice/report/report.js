// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Draws report.json (docs/spec/report.md) on report.html. Text from the model goes into
// the page as text only.
"use strict";

const report = JSON.parse(document.getElementById("data").textContent);
const layers = report.layers;

// Above this many shapes a chart is a bitmap; below, it is searchable vector graphics.
const maxVectorShapes = 5000;

const number = (value) => value.toLocaleString("en-US");
const percent = (value) => `${(100 * value).toFixed(1)} %`;

function bytes(value) {
  if (value < 1024) return `${value} B`;
  return value < 1 << 20 ? `${(value / 1024).toFixed(1)} KiB` : `${(value / (1 << 20)).toFixed(2)} MiB`;
}

// Exporters join the names of fused nodes by ';', and begin all with the same words.
function shortName(name) {
  const last = name.slice(name.lastIndexOf(";") + 1);
  return last.length > 36 ? `…${last.slice(-35)}` : last;
}

function element(parent, tag, text, className) {
  const node = parent.appendChild(document.createElement(tag));
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
}

const escapeHtml = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

// Places in the order of their work, each with a colour.
const work = (place) => layers.filter((layer) => layer.place === place).reduce((sum, layer) => sum + layer.macs, 0);
const places = [...new Set(layers.map((layer) => layer.place))].sort((a, b) => work(b) - work(a));
const placeColours = ["#2f8f7b", "#c77a2e", "#6b74c9", "#b8527a", "#7d8b99"];
const placeColour = (place) => placeColours[places.indexOf(place) % placeColours.length];

// Neighbouring layers get hues far apart.
function layerColour(name) {
  const index = Math.max(layers.findIndex((layer) => layer.name === name), 0);
  return `hsl(${Math.round(index * 137.5) % 360} 45% 58%)`;
}

function newChart(id, height, shapes) {
  const node = document.getElementById(id);
  node.style.height = `${height}px`;
  const chart = echarts.init(node, null, { renderer: shapes > maxVectorShapes ? "canvas" : "svg" });
  addEventListener("resize", () => chart.resize());
  return chart;
}

const baseOption = { animation: false, tooltip: { confine: true } };
const tooltip = (lines) => lines.map(escapeHtml).join("<br>");

function drawHeader() {
  document.title = `${report.model} on ${report.target}`;
  document.getElementById("model").textContent = report.model;
  const engine = report.engine;
  document.getElementById("target").textContent = engine
    ? `${report.target} · ${engine.pc}×${engine.pk} MACs at ${engine.clock_mhz} MHz`
    : report.target;
}

function drawTotals() {
  const totals = report.totals;
  const tiles = [
    ["MACs", number(totals.macs)],
    ["on the device", percent(totals.macs ? totals.macs_on_device / totals.macs : 0)],
  ];
  if (report.engine) {
    tiles.push(["cycles", number(totals.cycles)]);
    tiles.push(["ms at the board's clock", (totals.cycles / report.engine.clock_mhz / 1000).toFixed(3)]);
    tiles.push(["MAC utilisation", percent(totals.mac_utilisation)]);
    tiles.push(["loaded", bytes(totals.bytes_loaded)]);
    tiles.push(["stored", bytes(totals.bytes_stored)]);
    tiles.push(["transitions", number(totals.transitions)]);
  }
  tiles.push(["arena", bytes(totals.arena_bytes)]);
  tiles.push(["constants", bytes(totals.constant_bytes)]);
  for (const [label, value] of tiles) {
    const tile = element(document.getElementById("totals"), "div", undefined, "tile");
    element(tile, "b", value);
    element(tile, "span", label);
  }
}

// Each column: title, the value to sort by, its text, and its kind.
const columns = [
  ["#", (layer) => layers.indexOf(layer), String, "number"],
  ["layer", (layer) => layer.name, shortName],
  ["kind", (layer) => layer.kind, String],
  ["place", (layer) => layer.place, String, "place"],
  ["MACs", (layer) => layer.macs, number, "number"],
  ["cycles", (layer) => layer.cycles, number, "number"],
  ["utilisation", (layer) => layer.utilisation, percent, "bar"],
  ["loaded", (layer) => layer.bytes_loaded, bytes, "number"],
  ["stored", (layer) => layer.bytes_stored, bytes, "number"],
  ["SNR, dB", (layer) => layer.snr_db ?? null, (value) => (value === null ? "–" : value.toFixed(1)), "number"],
  ["output", (layer) => layer.shape.join("×"), String],
  ["why not on the device", (layer) => layer.reason, String, "reason"],
];

function fillLayers(rows) {
  const body = document.querySelector("#layers tbody");
  body.replaceChildren();
  for (const layer of rows) {
    const row = element(body, "tr");
    for (const [, value, text, kind] of columns) {
      const cell = element(row, "td", undefined, kind === "bar" ? "number bar" : kind);
      if (kind === "place") element(cell, "span", "", "dot").style.background = placeColour(layer.place);
      if (kind === "bar") cell.style.setProperty("--part", percent(layer.utilisation).replace(" ", ""));
      cell.append(text(value(layer)));
      if (kind === undefined) cell.title = value(layer);
    }
  }
}

function drawLayers() {
  const head = element(document.querySelector("#layers thead"), "tr");
  for (const [title, value, , kind] of columns) {
    const cell = element(head, "th", title, kind === "number" || kind === "bar" ? "number" : "");
    cell.addEventListener("click", () => {
      const down = cell.getAttribute("aria-sort") === "ascending";
      for (const other of head.children) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sorted = [...layers].sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0));
      fillLayers(down ? sorted.reverse() : sorted);
    });
  }
  fillLayers(layers);
}

// A rectangle between two points of the chart's axes, cut off at its borders.
function rectangle(params, from, to, colour) {
  const area = params.coordSys;
  const shape = echarts.graphic.clipRectByRect(
    {
      x: Math.min(from[0], to[0]),
      y: Math.min(from[1], to[1]),
      width: Math.max(Math.abs(to[0] - from[0]), 1),
      height: Math.max(Math.abs(to[1] - from[1]), 1),
    },
    area,
  );
  return shape && { type: "rect", shape, style: { fill: colour, stroke: "#fff", lineWidth: 0.5 } };
}

function drawTimeline() {
  const units = ["store", "compute", "load"];
  const steps = report.timeline;
  const chart = newChart("timeline", 260, steps.length);
  chart.setOption({
    ...baseOption,
    tooltip: {
      ...baseOption.tooltip,
      formatter: ({ dataIndex }) => {
        const step = steps[dataIndex];
        return tooltip([
          `${step.unit}: ${step.layer}`,
          `cycles ${number(step.start)} to ${number(step.end)} (${number(step.end - step.start)})`,
        ]);
      },
    },
    grid: { left: 80, right: 24, top: 12, bottom: 64 },
    xAxis: { type: "value", name: "cycles", nameLocation: "middle", nameGap: 24, max: "dataMax" },
    yAxis: { type: "category", data: units },
    dataZoom: [{ type: "inside", filterMode: "none" }, { type: "slider", filterMode: "none", bottom: 6, height: 18 }],
    series: {
      type: "custom",
      encode: { x: [1, 2], y: 0 },
      data: steps.map((step) => [units.indexOf(step.unit), step.start, step.end]),
      renderItem: (params, api) => {
        const step = steps[params.dataIndex];
        const half = api.size([0, 1])[1] * 0.35;
        const from = api.coord([step.start, api.value(0)]);
        const to = api.coord([step.end, api.value(0)]);
        return rectangle(params, [from[0], from[1] - half], [to[0], to[1] + half], layerColour(step.layer));
      },
    },
  });
}

function drawMemory() {
  const select = document.getElementById("space");
  for (const space of new Set(report.memory.map((entry) => entry.space))) element(select, "option", space);
  const chart = newChart("memory", 420, report.memory.length);
  const draw = () => {
    const entries = report.memory.filter((entry) => entry.space === select.value);
    chart.setOption(memoryOption(entries), true);
  };
  select.addEventListener("change", draw);
  draw();
}

function memoryOption(entries) {
  return {
    ...baseOption,
    tooltip: {
      ...baseOption.tooltip,
      formatter: ({ dataIndex }) => {
        const { buffer, offset, size, first, last } = entries[dataIndex];
        return tooltip([
          buffer,
          `${bytes(size)} at ${number(offset)}`,
          `${layers[first]?.name ?? "input"} to ${layers[last]?.name ?? "output"}`,
        ]);
      },
    },
    grid: { left: 80, right: 24, top: 16, bottom: 100 },
    xAxis: {
      type: "value",
      min: 0,
      max: Math.max(layers.length, 1),
      interval: Math.max(Math.ceil(layers.length / 40), 1),
      axisLabel: {
        rotate: 45,
        formatter: (index) => shortName(layers[index]?.name ?? "").slice(-18),
      },
    },
    yAxis: { type: "value", min: 0, axisLabel: { formatter: bytes } },
    series: {
      type: "custom",
      encode: { x: [0, 1], y: [2, 3] },
      data: entries.map((entry) => [entry.first, entry.last + 1, entry.offset, entry.offset + entry.size]),
      renderItem: (params, api) =>
        rectangle(
          params,
          api.coord([api.value(0), api.value(3)]),
          api.coord([api.value(1), api.value(2)]),
          layerColour(layers[entries[params.dataIndex].first]?.name),
        ),
    },
  };
}

const nodeWidth = 240;
const rowHeight = 58;

// Nodes on rows: each one row below the lowest of those it reads.
function placeNodes() {
  const nodes = new Map(layers.map((layer) => [layer.name, { layer, row: 0 }]));
  const edges = report.edges.map((edge) => ({ ...edge }));
  for (const edge of edges) {
    const outside = `${edge.from ? "output" : "input"} ${edge.tensor}`;
    for (const end of ["from", "to"]) {
      if (edge[end] !== "") continue;
      edge[end] = outside;
      if (!nodes.has(outside)) nodes.set(outside, { layer: null, row: 0 });
    }
  }
  const known = edges.filter((edge) => nodes.has(edge.from) && nodes.has(edge.to));
  // As many rounds as there are nodes end any graph, and stop at a cycle.
  for (let round = 0, moved = true; moved && round < nodes.size; ++round) {
    moved = false;
    for (const edge of known) {
      const wanted = nodes.get(edge.from).row + 1;
      if (nodes.get(edge.to).row >= wanted) continue;
      nodes.get(edge.to).row = wanted;
      moved = true;
    }
  }
  const rows = [];
  for (const [name, node] of nodes) (rows[node.row] ??= []).push(name);
  return { nodes, edges: known, rows: rows.filter(Boolean) };
}

// An edge that passes by other rows bends around their nodes: half its curveness times
// its length is how far it strays.
function curveness(from, to) {
  const isStraight = to.row - from.row <= 1 || from.column !== to.column;
  return isStraight ? 0 : (nodeWidth + 60) / (rowHeight * (to.row - from.row));
}

function drawGraph() {
  const legend = document.getElementById("places");
  for (const place of places) {
    element(legend, "span", "", "dot").style.background = placeColour(place);
    legend.append(place);
  }
  const { nodes, edges, rows } = placeNodes();
  const widest = Math.max(...rows.map((row) => row.length));
  const chart = newChart("graph", 48 + rowHeight * Math.max(rows.length - 1, 1), nodes.size + edges.length);
  const data = rows.flatMap((row, y) =>
    row.map((name, i) => {
      const node = nodes.get(name);
      const layer = node.layer;
      node.column = i - (row.length - 1) / 2;
      return {
        name,
        value: [node.column, y],
        symbol: "roundRect",
        symbolSize: [nodeWidth, 36],
        itemStyle: { color: layer ? placeColour(layer.place) : "#7d8b99" },
        label: { show: true, color: "#fff", formatter: layer ? `${shortName(name)}\n${layer.kind} ${layer.shape.join("×")}` : name },
      };
    }),
  );
  chart.setOption({
    ...baseOption,
    tooltip: {
      ...baseOption.tooltip,
      formatter: ({ dataType, data: item }) => {
        if (dataType === "edge") return tooltip([item.tensor, bytes(item.bytes)]);
        const layer = nodes.get(item.name).layer;
        return layer
          ? tooltip([layer.name, layer.reason || layer.place, `${number(layer.macs)} MACs, ${number(layer.cycles)} cycles`])
          : tooltip([item.name]);
      },
    },
    grid: { left: 8, right: 8, top: 24, bottom: 24 },
    xAxis: { type: "value", show: false, min: -Math.max(widest / 2, 1.5), max: Math.max(widest / 2, 1.5) },
    yAxis: { type: "value", show: false, inverse: true, min: 0, max: Math.max(rows.length - 1, 1) },
    series: {
      type: "graph",
      coordinateSystem: "cartesian2d",
      data,
      lineStyle: { color: "#8a98a6", width: 2, opacity: 1 },
      label: { fontSize: 11, lineHeight: 14, overflow: "truncate", width: nodeWidth - 16 },
      edges: edges.map((edge) => ({
        source: edge.from,
        target: edge.to,
        tensor: edge.tensor,
        bytes: edge.bytes,
        lineStyle: { curveness: curveness(nodes.get(edge.from), nodes.get(edge.to)) },
      })),
    },
  });
}

drawHeader();
drawTotals();
drawLayers();
drawTimeline();
drawMemory();
drawGraph();
