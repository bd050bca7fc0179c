#!/usr/bin/env python3
"""Pictures of the status page for docs/: a good day in light on a desk, and a bad one in dark on a phone.

Usage: screenshots.py PROGRAM FOLDER     PROGRAM is keepstate-lb, whose page it is; what the page says is a stand-in's,
                                         so that five minutes of history take seconds and look the same each time
"""
import math
import pathlib
import random
import sys

import chromium
import daemon
import png
import stand_in

STEP = 2  # seconds between two answers, on the page's clock
# The page's clock, which goes forward with each question.
CLOCK = """let now = 0;
performance.now = () => now;
const ask = fetch;
window.fetch = (...a) => { now += %d; return ask(...a); };
const today = Date;
window.Date = class extends today { constructor(...a) { if (a.length) super(...a); else super('2026-01-05T14:03:09'); } };
""" % (STEP * 1000)
# Asks at once, and waits until the answer is drawn.
NEXT = """new Promise((done) => {
  const line = document.querySelector('.chart .line');
  new MutationObserver((_, one) => { one.disconnect(); done(); }).observe(line, {attributes: true});
  document.dispatchEvent(new Event('visibilitychange'));
})"""


class Day:
    """What the stand-in says: each answer is STEP seconds after the one before. `gets` is what each backend gets."""

    def __init__(self, gets):
        self.random = random.Random(7)
        self.gets = gets
        self.totals = [41000.0 * weight for weight in (1, 1, 2)]
        self.time = 0

    def backends(self):
        self.time += STEP
        for i, part in enumerate(self.gets):
            rate = 17 + 5 * math.sin(self.time / 55) + 2 * math.sin(self.time / 13)
            self.totals[i] += max(0.0, self.random.gauss(rate, 1.6)) * part * STEP
        open_now = [round(170 * part + 3 * part * math.sin(self.time / 31 + i)) for i, part in enumerate(self.gets)]
        return [stand_in.backend(f"controller-{i}", f"10.10.0.1{i + 1}:6443", self.gets[i], round(self.totals[i]),
                                 weight=(1, 1, 2)[i], active=open_now[i]) for i in range(3)]

    def good(self):
        return self.told(self.backends(), [("14:01:12", "info", "controller-1 of kube-apiserver is up: GET /readyz: 200"),
                                           ("14:00:58", "warn", "controller-1 of kube-apiserver is draining: GET /readyz: 500"),
                                           ("13:40:31", "info", "configuration reloaded, generation 7")])

    def bad(self):
        backends = self.backends()
        backends[1].update(state="down", reason="connecting: Connection refused", sinceSeconds=48, failures=2)
        backends[1]["checks"].update(failed=24)
        return self.told(backends, [("14:02:21", "warn", "controller-1 of kube-apiserver is down: connecting: Connection refused"),
                                    ("13:40:31", "info", "configuration reloaded, generation 7")])

    @staticmethod
    def told(backends, events):
        told = [{"time": f"2026-01-05T{when}", "level": level, "text": text} for when, level, text in events]
        return stand_in.status([stand_in.listener("kube-apiserver", backends)], told, time="2026-01-05T14:03:09")


def picture(browser, page_of_daemon, day, status, file, **looks):
    server = stand_in.StandIn(*page_of_daemon, status)
    page = browser.open("about:blank", **looks)
    page.call("Page.addScriptToEvaluateOnNewDocument", source=CLOCK)
    page.go(server.url)
    page.wait_for("document.querySelector('tbody tr')")
    for _ in range(320 // STEP):
        page.evaluate(NEXT)
    page.screenshot(file)
    small = png.shrink(pathlib.Path(file).read_bytes())
    pathlib.Path(file).write_bytes(small)
    server.close()
    print(file)


def main(program, folder):
    backends = daemon.three_backends()
    with daemon.Daemon(program, backends) as lb, chromium.Chromium() as browser:
        answer = lb.get("")
        page = (answer.read(), answer.headers)
        day = Day([0.25, 0.25, 0.5])
        picture(browser, page, day, day.good, f"{folder}/status_page_light.png", width=1180, scheme="light")
        day = Day([1 / 3, 0, 2 / 3])
        picture(browser, page, day, day.bad, f"{folder}/status_page_dark_phone.png", width=375, height=800,
                scheme="dark", scale=1.5)


if __name__ == "__main__":
    if len(sys.argv) != 3 or chromium.program() is None:
        sys.exit("usage: screenshots.py PROGRAM FOLDER   (and Chromium is needed: apt-get install chromium)")
    main(*sys.argv[1:])
