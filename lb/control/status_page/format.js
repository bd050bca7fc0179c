// Numbers and times in words, always with a space between number and unit, so that columns stay calm.

const format = {
  count(n) {
    return n < 1e6 ? new Intl.NumberFormat("en").format(n) : `${format.short(n / 1e6)} M`;
  },

  // Three digits are enough to see what goes on.
  short(x) {
    if (x === 0) return "0";
    if (x < 9.995) return x.toFixed(x < 0.0995 ? 2 : 1);
    return new Intl.NumberFormat("en").format(Math.round(x));
  },

  rate: (x) => (x === null ? "–" : format.short(x)),

  bytes(x) {
    if (x === null) return "–";
    for (const unit of ["B", "KiB", "MiB"]) {
      if (x < 1000) return `${format.short(x)} ${unit}/s`;
      x /= 1024;
    }
    return `${format.short(x)} GiB/s`;
  },

  latency(seconds) {
    if (seconds === null) return "–";
    if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
    return seconds < 1 ? `${format.short(seconds * 1000)} ms` : `${seconds.toFixed(2)} s`;
  },

  percent: (x) => (x === null ? "–" : `${(x * 100).toFixed(x > 0 && x < 0.1 ? 1 : 0)} %`),

  // The two largest units: "3 d 2 h", "4 min 10 s".
  duration(seconds) {
    const s = Math.max(0, Math.floor(seconds));
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min${s % 60 && s < 600 ? ` ${s % 60} s` : ""}`;
    if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
    return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
  },

  // In the reader's own time; the day too where it is not today.
  clock(time) {
    const date = new Date(time);
    if (Number.isNaN(date.getTime())) return "";
    const two = (n) => String(n).padStart(2, "0");
    const hours = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
    if (date.toDateString() === new Date().toDateString()) return hours;
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${hours}`;
  },

  plural: (n, one, many = `${one}s`) => `${format.count(n)} ${n === 1 ? one : many}`,
};
