// Charts as SVG, drawn anew with each answer. They are looked at by pointer, finger or the arrow keys.

const kWidth = 300;
const kHeight = 100;

// The next of 1, 2, 5, 10, ... that holds all values, so that the scale seldom changes. Where values have units like KiB,
// of the unit that they are shown in.
function niceTop(values, least, unit = 0) {
  let largest = Math.max(least, ...values);
  let size = 1;
  while (unit && largest > unit / 2) [largest, size] = [largest / unit, size * unit];
  const power = 10 ** Math.floor(Math.log10(largest));
  return size * [1, 2, 5, 10].map((step) => step * power).find((top) => top >= largest * 0.999);
}

// A scale gives the part of the height that a value has, from 0 to 1.
const linear = (top) => (value) => Math.min(value / top, 1);
const logarithmic = (floor, top) => (value) => Math.max(0, Math.min(Math.log(value / floor) / Math.log(top / floor), 1));

function pathOf(points, now, scale, width = kWidth, height = kHeight) {
  let path = "";
  let pen = "M";
  for (const [at, value] of points) {
    if (value === null) {
      pen = "M";
      continue;
    }
    const x = width * (1 - (now - at) / kWindow);
    const y = height - (height - 2) * scale(value) - 1;
    path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  }
  return path;
}

// The same, closed along the bottom.
function areaOf(points, now, scale) {
  const known = points.filter(([, value]) => value !== null);
  if (known.length < 2) return "";
  const x = (at) => (kWidth * (1 - (now - at) / kWindow)).toFixed(1);
  const line = pathOf(known, now, scale).replace(/^M/, "L");
  return `M${x(known[0][0])} ${kHeight}${line}L${x(known[known.length - 1][0])} ${kHeight}Z`;
}

function svgElement(name, className) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  element.setAttribute("class", className);
  return element;
}

class Chart {
  // `series`: [{name, look, points(), now()}]; the first one is drawn as an area. `headline` makes one value of theirs.
  // With a `floor` the scale is logarithmic, from there on.
  constructor({ title, series, show, least, unit, floor = 0, headline = (values) => values[0] }) {
    const { root, parts } = instance("chart-template");
    Object.assign(this, { root, parts, title, series, show, least, unit, floor, headline, cursor: null, now: 0 });
    parts.title.textContent = title;
    this.area = svgElement("path", `area ${series[0].look}`);
    parts.lines.append(this.area);
    this.lines = series.map((one) => svgElement("path", `line ${one.look}`));
    parts.lines.append(...this.lines);
    this.legend = series.length > 1 ? series.map((one) => this.legendOf(one)) : [];
    this.listen();
  }

  legendOf(one) {
    const item = document.createElement("span");
    const key = document.createElement("span");
    key.className = `key ${one.look}`;
    const value = document.createElement("b");
    item.append(key, `${one.name} `, value);
    this.parts.series.append(item);
    return value;
  }

  listen() {
    const plot = this.parts.plot;
    plot.addEventListener("pointermove", (event) => {
      const box = plot.getBoundingClientRect();
      this.look(kWindow * (1 - (event.clientX - box.left) / box.width));
    });
    plot.addEventListener("pointerleave", () => this.look(null));
    plot.addEventListener("blur", () => this.look(null));
    plot.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: 5, ArrowRight: -5, Escape: null }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.look(step === null ? null : (this.cursor ?? 0) + step);
    });
  }

  // Tells of so many seconds ago instead of now; null: of now.
  look(ago) {
    this.cursor = ago === null || ago <= 0 ? null : Math.min(ago, kWindow);
    this.tell();
  }

  draw(now) {
    this.now = now;
    const all = this.series.map((one) => one.points());
    const known = all.flat().filter(([at, value]) => value !== null && at >= now - kWindow);
    const top = niceTop(known.map(([, value]) => value), this.least, this.unit);
    const scale = this.floor ? logarithmic(this.floor, top) : linear(top);
    all.forEach((points, i) => this.lines[i].setAttribute("d", pathOf(points, now, scale)));
    this.area.setAttribute("d", areaOf(all[0], now, scale));
    setText(this.parts.top, this.floor ? `${this.show(this.floor)} to ${this.show(top)} (log)` : this.show(top));
    this.tell();
  }

  tell() {
    const values = this.series.map((one) => (this.cursor === null ? one.now() : valueAt(one.points(), this.now - this.cursor)));
    this.parts.now.textContent = this.show(this.headline(values));
    this.legend.forEach((element, i) => (element.textContent = this.show(values[i])));
    this.parts.at.textContent = this.cursor === null ? "now" : `${format.duration(this.cursor)} ago`;
    this.parts.cursor.setAttribute("d", this.cursor === null ? "" : `M${kWidth * (1 - this.cursor / kWindow)} 0V${kHeight}`);
    const told = this.series.map((one, i) => `${one.name} ${this.show(values[i])}`).join(", ");
    const when = this.cursor === null ? "now" : this.parts.at.textContent;
    this.parts.plot.setAttribute("aria-label", `${this.title}, ${when}: ${told}. Arrow keys look back.`);
  }
}

function valueAt(points, time) {
  let best = null;
  for (const [at, value] of points) {
    if (best === null || Math.abs(at - time) < Math.abs(best[0] - time)) best = [at, value];
  }
  return best === null || Math.abs(best[0] - time) > kGap ? null : best[1];
}
