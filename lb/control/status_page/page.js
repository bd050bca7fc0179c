// The page: asks /v1/status again and again and shows what it says. All that comes from there is put in as text.

const kEvery = 1000; // ms
const kEveryHidden = 10000;
const kPatience = 5000;
const kMostEvents = 100;

const page = Object.fromEntries([...document.querySelectorAll("[id]")].map((element) => [element.id, element]));
const cards = new Map();
let lastAnswer = null; // when it came
let silentSince = null;
let timer = 0;
let asking = false;

const seconds = () => performance.now() / 1000;

// Read aloud by those who cannot see: what changed, once an answer.
const news = [];

function announce() {
  if (news.length === 0) return;
  const rest = news.length > 5 ? ` And ${news.length - 5} more.` : "";
  page.announcer.textContent = `${news.slice(0, 5).join(". ")}.${rest}`;
  news.length = 0;
}

function showFacts(status) {
  setText(page.version, status.version);
  setText(page.uptime, format.duration(status.uptimeSeconds));
  setText(page.workers, format.count(status.workers));
  setText(page.generation, format.count(status.generation));
  setText(page["old-processes"], status.oldProcesses === 0 ? "none" : format.count(status.oldProcesses));
  const { active, limit } = status.connections;
  setText(page.sessions, format.count(active));
  setText(page["session-limit"], `of ${format.count(limit)}`);
  const used = limit > 0 ? active / limit : 0;
  page["session-meter"].firstElementChild.style.width = `${(100 * Math.min(used, 1)).toFixed(1)}%`;
  page["session-meter"].classList.toggle("full", used > 0.9);
  showReload(status.reload);
}

function showReload(reload) {
  const when = reload.time === null ? "as at the start" : format.clock(reload.time);
  setText(page.reload, reload.lastSuccessful ? (reload.time === null ? when : `loaded ${when}`) : `refused ${when}`);
  page.reload.classList.toggle("bad", !reload.lastSuccessful);
  page["reload-failed"].hidden = reload.lastSuccessful;
  const text = `The last reload changed nothing, and what ran before goes on. ${reload.message}`;
  setText(page["reload-failed"], reload.lastSuccessful ? "" : text);
}

function showListeners(listeners, at) {
  const now = new Set(listeners.map((listener) => listener.name));
  for (const [name, card] of cards) {
    if (now.has(name)) continue;
    card.root.remove();
    cards.delete(name);
  }
  for (const listener of listeners) {
    if (!cards.has(listener.name)) cards.set(listener.name, new ListenerCard(listener.name, (text) => news.push(text)));
    cards.get(listener.name).update(listener, at);
  }
  keepChildren(page.listeners, listeners.map((listener) => cards.get(listener.name).root));
}

function eventElement(event) {
  const item = document.createElement("li");
  item.dataset.level = ["info", "warn", "error"].includes(event.level) ? event.level : "info";
  const time = document.createElement("time");
  time.dateTime = event.time;
  time.textContent = format.clock(event.time);
  const level = document.createElement("span");
  level.className = "level";
  level.textContent = event.level;
  const text = document.createElement("span");
  text.textContent = event.text;
  item.append(time, level, text);
  return item;
}

// Newest first, and made anew only when there is news.
function showEvents(events) {
  const told = JSON.stringify(events);
  if (told === page.events.told) return;
  page.events.told = told;
  const newest = [...events].sort((a, b) => Date.parse(b.time) - Date.parse(a.time)).slice(0, kMostEvents);
  page.events.replaceChildren(...newest.map(eventElement));
  page.events.hidden = newest.length === 0;
  page["no-events"].hidden = newest.length > 0;
}

function showOverall(status) {
  const backends = status.listeners.flatMap((listener) => listener.backends);
  const down = backends.filter((backend) => backend.state === "down").length;
  const away = backends.filter((backend) => backend.state !== "up").length;
  let word = ["ready", "All well"];
  if (down) word = ["some", `${format.count(down)} of ${format.count(backends.length)} down`];
  else if (away) word = ["some", `${format.count(backends.length - away)} of ${format.count(backends.length)} up`];
  if (!status.ready) word = ["bad", "Not ready"];
  if (status.shuttingDown) word = ["bad", "Shutting down"];
  say(...word);
}

function say(state, text) {
  page.overall.dataset.state = state;
  setText(page.overall, text);
  document.title = `${text} · keepstate-lb`;
}

function show(status) {
  const at = seconds();
  page.facts.hidden = page["events-card"].hidden = false;
  page.waiting.hidden = true;
  showFacts(status);
  showListeners(status.listeners, at);
  showEvents(status.events ?? []);
  showOverall(status);
  announce();
  setText(page.freshness, `As of ${format.clock(status.time)}, process ${status.pid}.`);
}

function noteAnswer(status) {
  if (silentSince !== null) news.push("The daemon answers again");
  show(status);
  silentSince = null;
  lastAnswer = new Date();
  page.silence.hidden = true;
  document.body.classList.remove("stale");
}

function noteSilence(why) {
  silentSince ??= new Date();
  const when = lastAnswer === null ? "" : ` What stands here is of ${format.clock(lastAnswer)}.`;
  setText(page.silence, `The daemon does not answer since ${format.clock(silentSince)} (${why}).${when} Asking on.`);
  page.silence.hidden = false;
  document.body.classList.add("stale");
  say("bad", "No answer");
}

async function ask() {
  const response = await fetch("v1/status", { cache: "no-store", signal: AbortSignal.timeout(kPatience) });
  if (!response.ok) throw new Error(`it says ${response.status}`);
  return response.json();
}

function causeOf(error) {
  if (error.name === "TimeoutError") return `for ${format.duration(kPatience / 1000)}`;
  return error instanceof TypeError ? "no connection" : error.message;
}

async function askAndShow() {
  if (asking) return;
  asking = true;
  clearTimeout(timer);
  const begun = performance.now();
  const status = await ask().catch((error) => noteSilence(causeOf(error)));
  try {
    if (status) noteAnswer(status);
  } catch (error) {
    news.length = 0;
    noteSilence(`its answer is not understood: ${error.message}; load this page anew`);
  }
  asking = false;
  const every = document.hidden ? kEveryHidden : kEvery;
  timer = setTimeout(askAndShow, Math.max(100, every - (performance.now() - begun)));
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) askAndShow();
});

// The reader's colours: as the system says, until the button is pressed.
const kThemes = { auto: "system", light: "light", dark: "dark" };
page.theme.addEventListener("click", () => {
  const names = Object.keys(kThemes);
  const next = names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length];
  document.documentElement.dataset.theme = next;
  page["theme-name"].textContent = kThemes[next];
});

askAndShow();
