#!/usr/bin/env python3
"""The status page in a headless Chromium, before the real keepstate-lb and before a stand-in for it.

Usage: status_page_test.py PROGRAM [UNITTEST_ARGUMENTS]     PROGRAM is keepstate-lb; exit code 77: there is no Chromium
"""
import sys
import unittest

import chromium
import daemon
import stand_in

PROGRAM = "build/dev/bin/keepstate-lb"
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 375)]
STATE_OF = "[...document.querySelectorAll('tbody tr')].find((row) => row.textContent.includes('{}'))?.dataset.state"

# The lowest contrast of any text that is seen, by WCAG 2.2 s1.4.3, and whose it is.
CONTRAST = """(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = channels(getComputedStyle(one).backgroundColor);
      if (color.length === 3) return color;
    }
    return [255, 255, 255];
  };
  let worst = [21, ''];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || !element.checkVisibility() || element.closest('script, style, svg, .unseen')) continue;
    const [a, b] = [light(channels(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < worst[0]) worst = [ratio, node.textContent];
  }
  return worst;
})()"""


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backends = daemon.three_backends()
        cls.addClassCleanup(lambda: [one.stop() for one in cls.backends])
        cls.daemon = cls.enterClassContext(daemon.Daemon(PROGRAM, cls.backends))
        cls.browser = cls.enterClassContext(chromium.Chromium())
        answer = cls.daemon.get("")
        cls.html, cls.headers = answer.read(), answer.headers

    @classmethod
    def enterClassContext(cls, manager):  # of Python 3.11 and later
        value = manager.__enter__()
        cls.addClassCleanup(manager.__exit__, None, None, None)
        return value

    def expect_good_manners(self, page, url):
        """No word on the console, no request to anybody else, nothing to scroll sideways, nothing kept."""
        self.assertEqual(page.errors, [])
        self.assertEqual({one for one in page.requests if not one.startswith((url, "data:"))}, set())
        widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        self.assertLessEqual(*widths)
        self.assertEqual(page.evaluate("[document.cookie, localStorage.length]"), ["", 0])
        self.assertEqual(page.loads, 1)


class BeforeAStandIn(PageTest):
    def serve(self, answer):
        """`answer` is what /v1/status says; the test may change it."""
        self.answer = answer
        server = stand_in.StandIn(self.html, self.headers, lambda: self.answer)
        self.addCleanup(server.close)
        return server

    @staticmethod
    def usual(**changes):
        names = ("controller-0", "controller-1", "controller-2")
        backends = [stand_in.backend(name, f"10.10.0.1{i}:6443", 1 / 3, 1000 + i, active=40)
                    for i, name in enumerate(names)]
        backends[1].update(changes)
        events = [{"time": "2026-01-05T14:00:00Z", "level": "info", "text": "serving"}]
        return stand_in.status([stand_in.listener("kube-apiserver", backends)], events)

    def test_is_readable_in_every_look(self):
        server = self.serve(self.usual(state="down", reason="connection refused " * 9, failures=3,
                                       operatorState="drain", operatorReason="new disk"))
        for scheme, width in LOOKS:
            with self.subTest(scheme=scheme, width=width):
                page = self.browser.open(server.url, width=width, scheme=scheme)
                page.wait_for("document.querySelectorAll('tbody tr').length === 3")
                ratio, text = page.evaluate(CONTRAST)
                self.assertGreaterEqual(ratio, 4.5, text)
                ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/)[0]")
                self.assertEqual(int(ground) < 128, scheme == "dark")
                self.assertIn("1 of 3 down", page.text())
                self.assertIn("(drain: new disk)", page.text())
                self.expect_good_manners(page, server.url)

    def test_tells_that_the_daemon_does_not_answer_and_recovers(self):
        server = self.serve(self.usual())
        page = self.browser.open(server.url)
        page.wait_for("document.title.startsWith('All well')")
        self.answer = None
        page.wait_for("document.title.startsWith('No answer')")
        self.assertIn("The daemon does not answer since", page.evaluate("document.querySelector('[role=alert]').innerText"))
        self.assertIn("controller-0", page.text())
        self.answer = self.usual()
        page.wait_for("document.title.startsWith('All well')")
        page.wait_for("document.querySelector('[role=alert]').hidden")
        self.assertEqual(page.evaluate("document.getElementById('announcer').textContent"), "The daemon answers again.")
        self.assertEqual(page.loads, 1)

    def test_goes_on_after_an_answer_that_it_does_not_understand(self):
        server = self.serve({"version": "0.1.0"})
        page = self.browser.open(server.url)
        page.wait_for("!document.querySelector('[role=alert]').hidden")
        self.answer = self.usual()
        page.wait_for("document.title.startsWith('All well')")

    def test_takes_nothing_for_html(self):
        evil = "<img src=x onerror='document.title=1'><script>hacked=1</script>"
        answer = self.usual(name=evil, address=evil, reason=evil)
        answer["listeners"][0]["backends"].append(stand_in.backend("__proto__", "10.0.0.9:1", 0, 0))
        answer["listeners"][0].update(name=evil, policy=evil)
        answer["events"][0].update(level=evil, text=evil)
        answer["reload"] = {"lastSuccessful": False, "time": None, "message": evil}
        server = self.serve(answer)
        page = self.browser.open(server.url, width=375)
        page.wait_for("document.querySelectorAll('tbody tr').length === 4")
        self.assertEqual(page.evaluate("document.images.length + document.querySelectorAll('script').length"), 1)
        self.assertEqual(page.text().count(evil), 8)
        self.expect_good_manners(page, server.url)

    def test_does_not_run_what_somebody_put_into_it(self):
        page = self.browser.open(self.serve(self.usual()).url)
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'hacked = 1'}))")
        self.assertEqual(page.evaluate("typeof hacked"), "undefined")

    def test_stays_usable_with_a_thousand_backends(self):
        backends = [stand_in.backend(f"backend-{i}", f"10.0.{i // 250}.{i % 250}:6443", 0.001, 5) for i in range(1000)]
        backends[777].update(state="down", reason="silence")
        server = self.serve(stand_in.status([stand_in.listener("many", backends)]))
        for width in (1280, 375):
            page = self.browser.open(server.url, width=width)
            page.wait_for("document.querySelector('tbody tr')")
            self.assertEqual(page.evaluate("document.querySelector('tbody th .name').textContent"), "backend-777")
            self.assertLessEqual(page.evaluate("document.querySelectorAll('tbody tr').length"), 50)
            page.evaluate("document.querySelector('input').focus()")
            page.call("Input.insertText", text="backend-42")
            page.wait_for("document.querySelectorAll('tbody tr').length === 11")  # 42 and 420 to 429
            self.expect_good_manners(page, server.url)

    def test_works_by_keyboard(self):
        page = self.browser.open(self.serve(self.usual()).url, scheme="light")
        page.wait_for("document.querySelector('tbody tr')")
        page.press("Tab")
        self.assertEqual(page.evaluate("document.activeElement.id"), "theme")
        for _ in range(2):
            page.press("Enter")
        self.assertEqual(page.evaluate("document.documentElement.dataset.theme"), "dark")
        page.press("Tab")
        label = page.evaluate("document.activeElement.getAttribute('aria-label')")
        self.assertTrue(label.startswith("New sessions a second, now: begun"), label)
        page.press("ArrowLeft")
        self.assertIn("5 s ago", page.evaluate("document.activeElement.getAttribute('aria-label')"))

    def test_draws_rates_and_latency_from_successive_answers(self):
        answer = self.usual()
        server = self.serve(answer)
        page = self.browser.open(server.url)
        page.wait_for("document.querySelectorAll('.chart').length === 4")
        total = 0

        def grow():
            nonlocal total
            total += 100
            backends = [stand_in.backend(f"controller-{i}", "10.10.0.1:1", 1 / 3, total * (i + 1)) for i in range(3)]
            return stand_in.status([stand_in.listener("kube-apiserver", backends)])

        server.status = grow
        page.wait_for("document.querySelector('.chart .line').getAttribute('d').split('L').length > 2")
        page.wait_for("document.querySelectorAll('.chart')[3].querySelector('.now').textContent.endsWith('ms')")
        page.wait_for("/50 % of 33 %/.test(document.querySelectorAll('tbody tr')[2].innerText)")
        self.expect_good_manners(page, server.url)

    def test_draws_no_latency_where_none_is_told(self):
        answer = self.usual()
        del answer["listeners"][0]["latency"]
        server = self.serve(answer)
        page = self.browser.open(server.url)
        page.wait_for("document.querySelectorAll('.chart').length === 3")
        self.expect_good_manners(page, server.url)

    def test_listeners_come_and_go(self):
        one = self.usual()
        server = self.serve(one)
        page = self.browser.open(server.url)
        page.wait_for("document.querySelectorAll('.listener').length === 1")
        two = self.usual()
        two["listeners"].insert(0, stand_in.listener("first", [stand_in.backend("b", "10.0.0.1:1", 1, 1)]))
        self.answer = two
        page.wait_for("document.querySelectorAll('.listener').length === 2")
        self.assertEqual(page.evaluate("document.querySelector('.listener h2').textContent"), "first")
        self.answer = one
        page.wait_for("document.querySelectorAll('.listener').length === 1")
        self.expect_good_manners(page, server.url)


class BeforeTheDaemon(PageTest):
    def state(self, name):
        return STATE_OF.format(name)

    def open(self, scheme="light", width=1280):
        page = self.browser.open(self.daemon.url, width=width, scheme=scheme)
        page.wait_for("document.querySelectorAll('tbody tr').length === 3")
        return page

    def test_sees_a_backend_go_down_and_come_back_in_every_look(self):
        pages = [self.open(scheme, width) for scheme, width in LOOKS]
        for page in pages:
            page.wait_for("document.title.startsWith('All well')")
        self.backends[1].stop()
        for page in pages:
            page.wait_for(self.state("controller-1") + " === 'down'")
            page.wait_for("document.title.startsWith('1 of 3 down')")
            reason = page.evaluate("document.querySelector('[data-state=down] .reason').textContent")
            self.assertIn("refused", reason.lower())
            self.assertIn("controller-1 of kube-apiserver is down",
                          page.evaluate("document.getElementById('announcer').textContent"))
        self.backends[1].start()
        for page in pages:
            page.wait_for(self.state("controller-1") + " === 'up'")
            page.wait_for("document.title.startsWith('All well')")
            self.assertIn("controller-1", page.evaluate("document.getElementById('events').textContent"))
            self.expect_good_manners(page, self.daemon.url)

    def test_counts_sessions_and_what_they_carry(self):
        page = self.open()
        for _ in range(100):
            self.daemon.say(b"there and back")
        page.wait_for("/of 100 new sessions/.test(document.querySelector('.legend').textContent)")
        self.assertRegex(page.evaluate("document.querySelector('.summary').textContent"), r"\d+ sessions so far")
        with self.daemon.connect() as client:
            client.sendall(b"stay")
            client.recv(4)
            page.wait_for("document.getElementById('sessions').textContent === '1'")
        page.wait_for("document.getElementById('sessions').textContent === '0'")
        self.expect_good_manners(page, self.daemon.url)

    def test_outlives_a_restart_of_the_daemon(self):
        page = self.open()
        self.daemon.stop()
        page.wait_for("document.title.startsWith('No answer')")
        self.daemon.start()
        page.wait_for("document.title.startsWith('All well')")
        self.assertEqual(page.loads, 1)


if __name__ == "__main__":
    if chromium.program() is None:
        print("there is no Chromium; Debian: apt-get install chromium", file=sys.stderr)
        sys.exit(77)
    if len(sys.argv) > 1:
        PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=2)
