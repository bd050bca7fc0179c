// What the last five minutes were like, put together from successive answers. Times are seconds of this page's clock.

const kWindow = 300;
const kGap = 30; // between two answers: what lies between them is not known, and not drawn
const kSmooth = 5; // seconds that the numbers beside the charts tell of
const kLatencyWindow = 15;

// A counter's values. At most one in `step` seconds is kept, and always the latest.
class Counter {
  constructor(step = 0) {
    this.step = step;
    this.values = []; // [time, value]
  }

  push(at, value) {
    const last = this.values.length - 1;
    if (last >= 0 && value < this.values[last][1]) this.values.length = 0; // another process counts anew
    if (last >= 1 && at - this.values[last - 1][0] < this.step) this.values.pop();
    this.values.push([at, value]);
    while (this.values.length > 2 && this.values[1][0] < at - kWindow) this.values.shift();
  }

  // How much it grew in the last `seconds`, and in how many it really did.
  growth(seconds) {
    const values = this.values;
    if (values.length < 2) return null;
    const [now, latest] = values[values.length - 1];
    let first = values.length - 2;
    while (first > 0 && now - values[first][0] < seconds) first--;
    return { by: latest - values[first][1], in: now - values[first][0] };
  }

  rate(seconds = kSmooth) {
    const growth = this.growth(seconds);
    return growth === null || growth.in <= 0 || growth.in > seconds + kGap ? null : growth.by / growth.in;
  }

  // [time, rate] between each two values; null where nobody looked.
  points() {
    const points = [];
    for (let i = 1; i < this.values.length; i++) {
      const [before, from] = this.values[i - 1];
      const [at, to] = this.values[i];
      const seconds = at - before;
      points.push([at, seconds <= 0 || seconds > kGap ? null : (to - from) / seconds]);
    }
    return points;
  }
}

// A value that is what it is at each moment.
class Gauge {
  constructor() {
    this.values = [];
  }

  push(at, value) {
    const last = this.values[this.values.length - 1];
    if (last && at - last[0] > kGap) this.values.push([at - 0.001, null]);
    this.values.push([at, value]);
    while (this.values[0][0] < at - kWindow) this.values.shift();
  }

  latest() {
    return this.values.length ? this.values[this.values.length - 1][1] : null;
  }

  points() {
    return this.values;
  }
}

// Quantiles of what a histogram counted in the last seconds.
class Quantiles {
  constructor(quantiles) {
    this.answers = []; // [time, buckets]
    this.gauges = quantiles.map((q) => [q, new Gauge()]);
  }

  push(at, histogram) {
    const buckets = histogram.buckets;
    const last = this.answers[this.answers.length - 1];
    if (last && (last[1].length !== buckets.length || histogram.count < last[2])) this.answers.length = 0;
    this.answers.push([at, buckets, histogram.count]);
    while (this.answers.length > 2 && this.answers[1][0] < at - kLatencyWindow) this.answers.shift();
    const grown = growthOf(buckets, this.answers[0][1]);
    for (const [q, gauge] of this.gauges) gauge.push(at, this.answers.length < 2 ? null : quantileOf(grown, q));
  }
}

function growthOf(now, before) {
  return now.map(([bound, count], i) => [bound, count - before[i][1]]);
}

// Within a bucket values are taken to be spread evenly; in the last one nothing but its lower end is known.
function quantileOf(buckets, q) {
  const all = buckets.length ? buckets[buckets.length - 1][1] : 0;
  if (all <= 0) return null;
  const rank = q * all;
  let lower = 0;
  let below = 0;
  for (const [bound, count] of buckets) {
    if (count >= rank) return bound === null ? lower : lower + (bound - lower) * ((rank - below) / (count - below || 1));
    lower = bound;
    below = count;
  }
  return lower;
}
