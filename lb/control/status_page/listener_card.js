// One listener: its charts, and the table of its backends.

const kFew = 12; // so many backends keep the order of the configuration, and need no search
const kShownAtOnce = 25;
const kEnoughForShares = 20; // new sessions, before their spread says more than the one of those that are open

class ListenerCard {
  constructor(name, announce) {
    const { root, parts } = instance("listener-template");
    Object.assign(this, { name, root, parts, announce, rows: new Map(), limit: kShownAtOnce, filter: "" });
    parts.name.textContent = name;
    root.setAttribute("aria-label", `Listener ${name}`);
    parts.filter.addEventListener("input", () => {
      this.filter = parts.filter.value.trim().toLowerCase();
      this.limit = kShownAtOnce;
      this.drawRows();
    });
    parts.more.addEventListener("click", () => {
      this.limit += 200;
      this.drawRows();
    });
    this.sessions = new Counter();
    this.failed = new Counter();
    this.toClient = new Counter();
    this.toBackend = new Counter();
    this.open = new Gauge();
    this.connect = new Quantiles([0.5, 0.99]);
    this.firstByte = new Quantiles([0.5, 0.99]);
    this.charts = [this.sessionChart(), this.openChart(), this.trafficChart()];
    parts.charts.append(...this.charts.map((chart) => chart.root));
  }

  sessionChart() {
    const of = (name, look, counter) => ({ name, look, points: () => counter.points(), now: () => counter.rate() });
    return new Chart({
      title: "New sessions a second",
      series: [of("begun", "first", this.sessions), of("failed", "bad", this.failed)],
      show: format.rate,
      least: 1,
    });
  }

  openChart() {
    const series = [{ name: "open", look: "first", points: () => this.open.points(), now: () => this.open.latest() }];
    return new Chart({ title: "Open sessions", series, show: format.rate, least: 10 });
  }

  trafficChart() {
    const of = (name, look, counter) => ({ name, look, points: () => counter.points(), now: () => counter.rate() });
    return new Chart({
      title: "Traffic",
      series: [of("to clients", "first", this.toClient), of("to backends", "second", this.toBackend)],
      show: format.bytes,
      least: 1024,
      unit: 1024,
      headline: (values) => (values.includes(null) ? null : sum(values)),
    });
  }

  latencyChart() {
    const of = (name, look, [, gauge]) => ({ name, look, points: () => gauge.points(), now: () => gauge.latest() });
    const series = [
      of("first byte p50", "first", this.firstByte.gauges[0]),
      of("p99", "third", this.firstByte.gauges[1]),
      of("connect p50", "second", this.connect.gauges[0]),
      of("p99", "fourth", this.connect.gauges[1]),
    ];
    return new Chart({ title: "Latency", series, show: format.latency, least: 0.01, floor: 0.0001 });
  }

  update(listener, at) {
    this.listener = listener;
    this.now = at;
    this.sessions.push(at, listener.connections.total);
    this.failed.push(at, listener.connections.failed);
    this.toClient.push(at, listener.bytes.toClient);
    this.toBackend.push(at, listener.bytes.toBackend);
    this.open.push(at, listener.connections.active);
    this.noteLatency(listener.latency, at);
    this.noteBackends(listener.backends, at);
    this.draw();
  }

  noteLatency(latency, at) {
    if (!latency) return;
    if (this.charts.length === 3) {
      this.charts.push(this.latencyChart());
      this.parts.charts.append(this.charts[3].root);
    }
    if (latency.connect) this.connect.push(at, latency.connect);
    if (latency.firstByte) this.firstByte.push(at, latency.firstByte);
  }

  noteBackends(backends, at) {
    const step = backends.length > kFew ? 15 : 0;
    const rows = new Map();
    for (const backend of backends) {
      const row = this.rows.get(backend.name) ?? new BackendRow(backend.name, step);
      if (row.note(backend, at)) this.tellChange(row);
      rows.set(backend.name, row);
    }
    for (const [name, row] of this.rows) if (!rows.has(name)) row.root.remove();
    this.rows = rows;
    this.noteShares();
  }

  tellChange(row) {
    const { name, state, reason } = row.backend;
    this.announce(`${name} of ${this.name} is ${state}: ${reason}`);
    row.root.classList.remove("changed");
    requestAnimationFrame(() => row.root.classList.add("changed"));
  }

  // What each one got: of the new sessions since the shares last changed where there were enough, else of those that
  // are open.
  noteShares() {
    const rows = [...this.rows.values()];
    const due = rows.map((row) => `${row.name} ${row.backend.share}`).join("\n");
    if (due !== this.due) Object.assign(this, { due, dueSince: this.now });
    const seconds = Math.min(kWindow, this.now - this.dueSince);
    const grown = rows.map((row) => (seconds > 0 ? row.sessions.growth(seconds)?.by ?? 0 : 0));
    const isBusy = sum(grown) >= Math.max(kEnoughForShares, 5 * rows.length);
    const parts = isBusy ? grown : rows.map((row) => row.backend.connections.active);
    const all = sum(parts);
    rows.forEach((row, i) => {
      row.got = all > 0 ? parts[i] / all : null;
      row.due = row.backend.share;
    });
    this.scale = Math.max(0.000001, ...rows.map((row) => Math.max(row.got ?? 0, row.due)));
    const sessions = format.plural(all, isBusy ? "new session" : "open session");
    setText(this.parts["share-basis"], `of ${sessions}${isBusy ? ` in the last ${format.duration(seconds)}` : ""}`);
  }

  draw() {
    const { parts, listener } = this;
    setText(parts.address, listener.address);
    setText(parts.summary, this.summary());
    parts["fail-open"].hidden = !listener.failOpen;
    for (const chart of this.charts) chart.draw(this.now);
    this.drawRows();
  }

  summary() {
    const counts = new Map();
    for (const row of this.rows.values()) counts.set(row.state, (counts.get(row.state) ?? 0) + 1);
    const states = ["up", "draining", "down", "maintenance"].filter((state) => counts.has(state));
    const told = states.map((state) => `${format.count(counts.get(state))} ${state}`).join(", ");
    return `${told} · ${this.listener.policy} · ${format.plural(this.listener.connections.total, "session")} so far`;
  }

  drawRows() {
    const isMany = this.rows.size > kFew;
    let rows = [...this.rows.values()].filter((row) => row.matches(this.filter));
    if (isMany) rows = rows.map((row, i) => [row, i]).sort(byTrouble).map(([row]) => row);
    const shown = rows.slice(0, this.limit);
    for (const row of shown) row.draw(this.now, this.scale);
    keepChildren(this.parts.rows, shown.map((row) => row.root));
    this.parts.tools.hidden = !isMany;
    setText(this.parts.shown, `${format.count(shown.length)} of ${format.plural(this.rows.size, "backend")}`);
    this.parts.more.hidden = shown.length === rows.length;
    setText(this.parts.more, `Show more of ${format.count(rows.length)}`);
  }
}

function byTrouble([a, i], [b, j]) {
  return a.trouble() - b.trouble() || i - j;
}
