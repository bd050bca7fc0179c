"""Chromium without a screen, driven by the DevTools protocol over a pipe: no driver and no library is needed.

A Chromium owns its process and its folder; leave its `with` block and both are gone. A Page is one tab. One thread.
"""
import base64
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import tempfile
import time

PATIENCE = 60  # seconds that anything may take

# Whatever is not this host is not found, so that a request to it would be an error and no silent success.
ARGUMENTS = ["--headless=new", "--remote-debugging-pipe", "--no-first-run", "--no-default-browser-check",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-gpu",
             "--disable-dev-shm-usage", "--disable-extensions", "--hide-scrollbars", "--force-color-profile=srgb",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "about:blank"]


def program():
    """Where Chromium is; None where it is not installed."""
    return shutil.which("chromium") or shutil.which("chrome")


class Chromium:
    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="keepstate-chromium-", ignore_cleanup_errors=True)
        to_read, self.to_write = os.pipe()
        self.to_hear, to_say = os.pipe()
        arguments = [program(), f"--user-data-dir={self.folder.name}"] + ARGUMENTS
        if os.geteuid() == 0:
            arguments.insert(1, "--no-sandbox")  # which root cannot have
        # The protocol wants descriptors 3 and 4.
        script = f'exec 3<&{to_read} 4>&{to_say}; exec "$@"'
        environment = {**os.environ, "HOME": self.folder.name}
        with open(pathlib.Path(self.folder.name) / "log", "wb") as log:
            self.process = subprocess.Popen(["bash", "-c", script, "bash"] + arguments, pass_fds=(to_read, to_say),
                                            stdout=log, stderr=log, env=environment, start_new_session=True)
        os.close(to_read)
        os.close(to_say)
        self.last_id = 0
        self.rest = b""
        self.pages = {}
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)  # its own group, which holds its processes and no others
        self.process.wait()
        os.close(self.to_write)
        os.close(self.to_hear)
        self.folder.cleanup()

    def call(self, method, session=None, **parameters):
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.to_write, json.dumps(message).encode() + b"\0")
        wanted, until = self.last_id, time.monotonic() + PATIENCE
        while True:
            answer = self.hear(until, method)
            if answer.get("id") != wanted:
                continue
            if "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']['message']}")
            return answer["result"]

    def hear(self, until, why):
        """The next message. Those that belong to a page are noted there too."""
        while b"\0" not in self.rest:
            readable, _, _ = select.select([self.to_hear], [], [], max(0, until - time.monotonic()))
            chunk = os.read(self.to_hear, 1 << 20) if readable else b""
            if not chunk:
                log = (pathlib.Path(self.folder.name) / "log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"Chromium {'has ended' if readable else 'does not answer'} ({why}):\n{log}")
            self.rest += chunk
        message, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(message)
        if message.get("sessionId") in self.pages:
            self.pages[message["sessionId"]].note(message)
        return message

    def open(self, url, **looks):
        page = Page(self, **looks)
        page.go(url)
        return page


class Page:
    """What it did is kept in `errors` (console and exceptions) and `requests` (addresses)."""

    def __init__(self, browser, width=1280, height=900, scheme="light", scale=1):
        self.browser = browser
        self.errors = []
        self.requests = []
        self.loads = 0
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.pages[self.session] = self
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def note(self, message):
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.errors.append(" ".join(str(one.get("value", one)) for one in parameters["args"]))
        elif method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.errors.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Page.loadEventFired":
            self.loads += 1

    def go(self, url):
        answer = self.call("Page.navigate", url=url)
        if "errorText" in answer:
            raise RuntimeError(f"cannot load {url}: {answer['errorText']}")
        self.wait_for("document.readyState === 'complete'")

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(f"{expression}: {details.get('exception', {}).get('description', details['text'])}")
        return answer["result"].get("value")

    def wait_for(self, expression):
        """Until it is true; what the page looks like then is in the error when that takes too long."""
        until = time.monotonic() + PATIENCE
        look = (f"new Promise((done) => {{ let n = 0; const look = () => ({expression}) ? done(true)"
                " : ++n > 20 ? done(false) : setTimeout(look, 50); look(); })")
        while not self.evaluate(look):
            if time.monotonic() > until:
                raise AssertionError(f"never came true: {expression}\nthe page: {self.text()}\nerrors: {self.errors}")

    def text(self):
        return self.evaluate("document.body.innerText")

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                      windowsVirtualKeyCode={"Tab": 9, "Enter": 13, "ArrowLeft": 37}[key],
                      **({"text": "\r"} if key == "Enter" and kind == "keyDown" else {}))

    def screenshot(self, file):
        """All of the page, also what lies below the window."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        image = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        pathlib.Path(file).write_bytes(base64.b64decode(image))
