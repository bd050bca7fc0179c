// One backend of one listener: its row, and what it did in the last five minutes.

const kStates = { up: "up", draining: "draining", down: "down", maintenance: "maintenance" };

// With what an operator has asked for, where that does not show: a backend that is down does not drain.
function reasonOf({ state, reason, operatorState, operatorReason }) {
  const hides = operatorState && state !== "draining" && state !== "maintenance";
  return hides ? `${reason} (${operatorState}: ${operatorReason ?? ""})` : reason;
}

class BackendRow {
  // `step`: seconds between two values that are kept; more where there are many backends.
  constructor(name, step) {
    const { root, parts } = instance("backend-template");
    Object.assign(this, { name, root, parts, state: null, got: null, due: 0 });
    this.sessions = new Counter(step);
    this.bytes = new Counter(step);
    parts.name.textContent = name;
  }

  // What is kept of each answer, whether or not the row is seen.
  note(backend, at) {
    this.backend = backend;
    this.sessions.push(at, backend.connections.total);
    this.bytes.push(at, backend.bytes.toBackend + backend.bytes.toClient);
    const before = this.state;
    this.state = backend.state;
    return before !== null && before !== this.state; // it has changed
  }

  // Up first is calm, but trouble is what one looks for where there are many.
  trouble() {
    return { down: 0, draining: 1, maintenance: 2 }[this.state] ?? 3;
  }

  matches(text) {
    const { name, address, state } = this.backend;
    return text === "" || `${name} ${address} ${state} ${reasonOf(this.backend)}`.toLowerCase().includes(text);
  }

  draw(now, scale) {
    const { parts, backend } = this;
    this.root.dataset.state = kStates[backend.state] ?? "unknown";
    setText(parts.address, backend.address);
    setText(parts.state, backend.state);
    setText(parts.since, `for ${format.duration(backend.sinceSeconds)}`);
    setText(parts.reason, reasonOf(backend));
    setText(parts.active, format.count(backend.connections.active));
    setText(parts.rate, format.rate(this.sessions.rate()));
    setText(parts.traffic, format.bytes(this.bytes.rate()));
    setText(parts.failures, format.count(backend.failures));
    const { passed, notReady, failed } = backend.checks;
    const bad = notReady + failed;
    setText(parts.checks, bad ? `${format.count(bad)} of ${format.plural(passed + bad, "check")} failed` : "");
    parts.failures.parentElement.classList.toggle("some", backend.failures > 0);
    this.drawShare(scale);
    this.drawSpark(now);
  }

  drawShare(scale) {
    const { parts, backend } = this;
    const width = (share) => `${(100 * Math.min((share ?? 0) / scale, 1)).toFixed(2)}%`;
    parts["got-bar"].style.width = width(this.got);
    parts["due-mark"].style.left = width(this.due);
    parts["due-mark"].hidden = this.due === 0;
    setText(parts.got, format.percent(this.got));
    const configured = backend.weight === backend.configuredWeight ? "" : ` (configured ${backend.configuredWeight})`;
    setText(parts.due, `of ${format.percent(this.due)}, weight ${backend.weight}${configured}`);
  }

  drawSpark(now) {
    const points = this.sessions.points();
    const top = Math.max(1, ...points.map(([, value]) => value ?? 0));
    this.parts.spark.setAttribute("d", pathOf(points, now, linear(top), 100, 30));
  }
}
