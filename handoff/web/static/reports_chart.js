// Charts as SVG: each has a title and a description, and the page shows the table behind it.
import { h } from "/shared/dom.js";

const NS = "http://www.w3.org/2000/svg";
let numbers = 0;

/** An SVG element. */
export function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) element.setAttribute(name, value);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

function chart(width, height, title, description, ...content) {
  const id = `chart${++numbers}`;
  return s("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-labelledby": `${id}t ${id}d` },
    s("title", { id: `${id}t` }, title), s("desc", { id: `${id}d` }, description), content);
}

/** A round number not below `most`, for the top of an axis. */
function top(most) {
  const unit = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  return [1, 2, 5, 10].map((n) => n * unit).find((n) => n >= most) ?? most;
}

/** Half as wide on a phone, where what is written must stay readable. */
const fitting = (width) => (innerWidth < 760 ? 360 : width);
const every = (labels, shown) => Math.max(1, Math.ceil(labels.length / shown));

function axes({ width, height, left, bottom, most, format, labels, at }) {
  const plot = height - bottom - 10;
  const steps = [0, 0.5, 1].map((part) => {
    const y = 10 + plot * (1 - part);
    return [s("line", { x1: left, x2: width, y1: y, y2: y, class: "grid" }), s("text", { x: left - 6, y: y + 4, "text-anchor": "end" }, format(most * part))];
  });
  const step = every(labels, Math.floor(width / 75));
  return [steps, labels.map((label, n) => (n % step ? null : s("text", { x: at(n), y: height - 6, "text-anchor": "middle" }, label)))];
}

/** Stacked columns: `series` is [{name, values, tone}], one value a label. */
export function columns({ title, description, labels, series, format = String, width: wanted = 640, height = 220 }) {
  const [left, bottom, width] = [48, 26, fitting(wanted)];
  const totals = labels.map((_, n) => series.reduce((sum, each) => sum + (each.values[n] ?? 0), 0));
  const most = top(Math.max(...totals, 1));
  const slot = (width - left) / Math.max(labels.length, 1);
  const wide = Math.min(slot * 0.7, 46);
  const plot = height - bottom - 10;
  const at = (n) => left + slot * (n + 0.5);
  const bars = labels.map((label, n) => {
    let y = 10 + plot;
    return series.map((each) => {
      const tall = (plot * (each.values[n] ?? 0)) / most;
      y -= tall;
      return tall > 0 ? s("rect", { x: at(n) - wide / 2, y, width: wide, height: tall, class: `tone-${each.tone}` }, s("title", {}, `${label}: ${each.name} ${format(each.values[n])}`)) : null;
    });
  });
  return chart(width, height, title, description, axes({ width, height, left, bottom, most, format, labels, at }), bars);
}

/** Lines over time; gaps where a value is null. `limit` draws one level line. */
export function lines({ title, description, labels, series, limit = null, most = null, format = String, width: wanted = 640, height = 220 }) {
  const [left, bottom, width] = [48, 26, fitting(wanted)];
  const high = most ?? top(Math.max(1, ...series.flatMap((each) => each.values.map((value) => value ?? 0))));
  const slot = (width - left) / Math.max(labels.length, 1);
  const plot = height - bottom - 10;
  const at = (n) => left + slot * (n + 0.5);
  const y = (value) => 10 + plot * (1 - value / high);
  const paths = series.map((each, k) => {
    let pen = "M";
    const path = each.values.map((value, n) => {
      if (value === null) { pen = "M"; return ""; }
      const step = `${pen}${at(n).toFixed(1)},${y(value).toFixed(1)}`;
      pen = "L";
      return step;
    }).join("");
    const dots = each.values.map((value, n) => (value === null ? null : s("circle", { cx: at(n), cy: y(value), r: 3.5, class: `tone-${k}` }, s("title", {}, `${labels[n]}: ${each.name} ${format(value)}`))));
    return [s("path", { d: path || "M0,0", class: `line tone-${k}` }), dots];
  });
  const level = limit === null ? null : s("line", { x1: left, x2: width, y1: y(limit.value), y2: y(limit.value), class: "limit" }, s("title", {}, limit.name));
  return chart(width, height, title, description, axes({ width, height, left, bottom, most: high, format, labels, at }), level, paths);
}

/** Bars side by side with a name to the left, as elements: they wrap and grow with the text. */
export function bars(rows, format) {
  const most = Math.max(...rows.map((row) => row.value), 1);
  return h("ul", { class: "bars" }, rows.map((row) => {
    const fill = h("span", { class: "bar-fill" });
    fill.style.setProperty("--part", row.value / most);
    return h("li", {}, h("span", { class: "bar-name" }, row.name), h("span", { class: "bar-track", "aria-hidden": "true" }, fill), h("span", { class: "bar-value" }, format(row)));
  }));
}

/** A heat map: `value(row, column)`, rows and columns with names. */
export function heat({ title, description, rows, columns: across, value, tell }) {
  const [left, cell, tall, head] = [44, 25, 24, 20];
  const [width, height] = [left + across.length * cell, head + rows.length * tall];
  const most = Math.max(...rows.flatMap((_, r) => across.map((__, c) => value(r, c) ?? 0)), 1e-9);
  const cells = rows.map((row, r) => across.map((column, c) => {
    const found = value(r, c);
    const part = (found ?? 0) / most;
    return s("rect", { x: left + c * cell + 1, y: head + r * tall + 1, width: cell - 2, height: tall - 2, rx: 3, class: "heat", "fill-opacity": (0.06 + 0.94 * part).toFixed(3) }, s("title", {}, tell(row, column, found ?? 0)));
  }));
  const names = rows.map((row, r) => s("text", { x: left - 8, y: head + r * tall + 16, "text-anchor": "end" }, row));
  const hours = across.map((column, c) => (c % 3 ? null : s("text", { x: left + c * cell + cell / 2, y: 13, "text-anchor": "middle" }, column)));
  return chart(width, height, title, description, names, hours, cells);
}

/** What the tones of a chart mean. */
export const legend = (names) => h("ul", { class: "legend" }, names.map((each) => h("li", {}, h("span", { class: `key tone-${each.tone}`, "aria-hidden": "true" }), each.name)));
