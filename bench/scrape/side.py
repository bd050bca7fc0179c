#!/usr/bin/env python3
"""One side of a pair: the rate of new connections through lb, with or without somebody who scrapes it (or has its
status page open) every second; then what one answer costs alone. Prints JSON. Runs inside a network namespace of its own:
`unshare --net side.py ...`, which scrape.py does."""
import argparse
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "compare"))
import one  # noqa: E402  pylint: disable=wrong-import-position

PORT, ADMIN_PORT, BACKEND_PORT = 6443, 9440, 7001
SCRAPES_ALONE = 20
PATHS = {"scrape": "/metrics", "page": "/v1/status"}
BYTES_A_BACKEND = 200  # of either answer; an answer that is shorter lacks some
LONGEST_ANSWER = 10.0  # seconds


def cluster(backends: int) -> str:
    """All backends are one server, which listens on every address. No checks, as those are not what is measured."""
    addresses = "".join(f"          - {{address: 127.1.{i // 250}.{i % 250 + 1}:{BACKEND_PORT}}}\n"
                        for i in range(backends))
    return f"""apiVersion: keepstate/v1
kind: Cluster
metadata: {{name: scrape}}
spec:
  loadBalancer:
    workers: 1
    admin: {{address: 127.0.0.1:{ADMIN_PORT}}}
    listeners:
      - name: scraped
        address: 127.0.0.1:{PORT}
        healthCheck: {{type: none}}
        backends:
{addresses}"""


def ask(path: str, backends: int) -> int:
    """Bytes of the answer's body. One that is not whole, or not what was asked for, is an error."""
    answer = bytearray()
    with socket.create_connection(("127.0.0.1", ADMIN_PORT), timeout=LONGEST_ANSWER) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: lb\r\nConnection: close\r\n\r\n".encode("ascii"))
        while some := connection.recv(1 << 18):
            answer += some
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"GET {path}: {bytes(head[:60])!r}")
    told = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    if told != [len(body)]:
        raise RuntimeError(f"GET {path}: {len(body)} bytes came where {told} were told")
    if len(body) < backends * BYTES_A_BACKEND:
        raise RuntimeError(f"GET {path}: {len(body)} bytes cannot tell of {backends} backends")
    return len(body)


def cpu_seconds(process: int) -> float:
    tasks = pathlib.Path(f"/proc/{process}/task").iterdir()
    return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9


class Asker:
    """Asks once a second, in a thread, until left; one answer that is wrong fails the measurement."""

    def __init__(self, path: str, backends: int) -> None:
        self.answers = 0
        self._path, self._backends = path, backends
        self._over = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._go_on)

    def __enter__(self) -> "Asker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def check(self, seconds: float) -> None:
        """After the load has run for so long."""
        if self._failure is not None:
            raise RuntimeError("an answer was wrong, so this is no measurement") from self._failure
        if self.answers < seconds - 1:
            raise RuntimeError(f"asked {self.answers} times in {seconds:.1f} s, which is not once a second")

    def _go_on(self) -> None:
        due = time.monotonic() + 1
        try:
            while not self._over.wait(max(0.0, due - time.monotonic())):
                due += 1
                ask(self._path, self._backends)
                self.answers += 1
        except Exception as failure:  # pylint: disable=broad-exception-caught  # check() raises it where it counts
            self._failure = failure


def cost_alone(process: int, path: str, backends: int) -> dict:
    """Of an answer while nothing else goes on; what the daemon needs anyway is taken off."""
    begun, used = time.monotonic(), cpu_seconds(process)
    took = []
    size = 0
    for _ in range(SCRAPES_ALONE):
        before = time.monotonic()
        size = ask(path, backends)
        took.append(time.monotonic() - before)
    scraped, lasted = cpu_seconds(process) - used, time.monotonic() - begun
    used = cpu_seconds(process)
    time.sleep(lasted)
    idle = cpu_seconds(process) - used
    return {"cpu_seconds_a_scrape": (scraped - idle) / SCRAPES_ALONE, "seconds_a_scrape": sorted(took)[len(took) // 2],
            "bytes": size}


def measure(arguments: argparse.Namespace) -> dict:
    load = [*one.pinned(1, one.LOAD_CORE), arguments.load, "connect-rate", "--clients", "64", "--spin", "--seconds",
            arguments.seconds, "--serve", f"0.0.0.0:{BACKEND_PORT}", "--target", f"127.0.0.1:{PORT}"]
    with contextlib.ExitStack() as stack:
        file = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()), "cluster.yaml")
        file.write_text(cluster(arguments.backends), encoding="ascii")
        loading = stack.enter_context(
            one.running(load, BACKEND_PORT, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        command = [*one.pinned(1, one.PROXY_CORE), arguments.lb, "run", "-c", str(file), "--socket", "none",
                   "--log-level", "warn"]
        proxy = stack.enter_context(one.running(command, PORT))
        path = PATHS[arguments.what]
        with Asker(path, arguments.backends) if arguments.asked else contextlib.nullcontext() as asker:
            answer, _ = loading.communicate(f"{proxy.pid}\n")
        if loading.returncode != 0:
            raise RuntimeError("the load failed")
        result = json.loads(answer)
        if asker is not None:
            asker.check(result["seconds"])
        return {"rate": result["operations"] / result["seconds"], "errors": result["errors"],
                "asked": asker.answers if asker else 0, **cost_alone(proxy.pid, path, arguments.backends)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lb", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--backends", type=int, required=True)
    parser.add_argument("--seconds", default="5")
    parser.add_argument("--what", choices=sorted(PATHS), default="scrape")
    parser.add_argument("--asked", action="store_true", help="once a second, while the load runs")
    arguments = parser.parse_args()
    one.prepare_namespace()
    os.sched_setaffinity(0, {int(one.LOAD_CORE)})  # not beside the balancer
    print(json.dumps(measure(arguments)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
