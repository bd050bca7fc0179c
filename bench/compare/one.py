#!/usr/bin/env python3
"""Measures one row of one peer and prints the load's JSON. Runs inside a network namespace of its own, so that nothing of
an earlier measurement (TIME_WAIT, routes, ports) is left: `unshare --net one.py PEER ROW ...`, which compare.py does."""
import argparse
import contextlib
import pathlib
import subprocess
import sys
import tempfile
import time
from typing import Iterator

import peers
import rows

PORT = 6443
BACKEND_PORT = 7001
BACKENDS = [f"127.0.0.{host}:{BACKEND_PORT}" for host in (11, 12, 13)]
LISTENING = "0A"  # in /proc/net/tcp
# TIME_WAIT toward the backends is the balancer's when clients close first: ports for all, and again after a second.
SYSCTLS = {"net/ipv4/tcp_tw_reuse": "1", "net/ipv4/ip_local_port_range": "1024 65535"}
PROXY_CORE, LOAD_CORE = "0", "1"
LONGEST_START = 10.0


def prepare_namespace() -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for name, value in SYSCTLS.items():
        pathlib.Path("/proc/sys", name).write_text(value, encoding="ascii")


def pinned(workers: int, core: str) -> list[str]:
    return ["taskset", "-c", core] if workers == 1 else []


def await_listening(process: subprocess.Popen, port: int) -> None:
    """Looks and does not connect: a balancer would take that for a client, and its backends for down."""
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        sockets = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
        if any(words[1].endswith(f":{port:04X}") and words[3] == LISTENING for words in sockets):
            return
        time.sleep(0.01)
    raise RuntimeError(f"{process.args} does not listen")


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid] + [one for child in children for one in family(int(child))]


@contextlib.contextmanager
def running(command: list[str], port: int, **pipes: int) -> Iterator[subprocess.Popen]:
    with subprocess.Popen(command, text=True, **pipes) as process:
        try:
            await_listening(process, port)
            yield process
        finally:
            process.terminate()


def measure(arguments: argparse.Namespace) -> str:
    row = next(row for row in rows.ROWS if row.key == arguments.row)
    start = peers.PEERS[arguments.peer]
    targets = [f"127.0.0.1:{PORT}"] if start else BACKENDS
    load = [*pinned(row.workers, LOAD_CORE), arguments.load, *row.load, "--seconds", arguments.seconds]
    load += ["--spin"] if row.workers == 1 else []
    load += [word for backend in BACKENDS for word in ("--serve", backend)]
    load += [word for target in targets for word in ("--target", target)]
    with contextlib.ExitStack() as stack:
        loading = stack.enter_context(
            running(load, BACKEND_PORT, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        watched = []
        if start:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            place = peers.Place(pathlib.Path(folder), arguments.lb, PORT, BACKENDS, row.workers)
            command = [*pinned(row.workers, PROXY_CORE), *start(place)]
            proxy = stack.enter_context(running(command, PORT, stdout=subprocess.DEVNULL))
            watched = family(proxy.pid)
        answer, _ = loading.communicate(" ".join(map(str, watched)) + "\n")
        if loading.returncode != 0:
            raise RuntimeError(f"the load failed on {arguments.peer}, {arguments.row}")
        return answer


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=list(peers.PEERS))
    parser.add_argument("row", choices=[row.key for row in rows.ROWS])
    parser.add_argument("--lb", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--seconds", default="2")
    arguments = parser.parse_args()
    prepare_namespace()
    print(measure(arguments), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
