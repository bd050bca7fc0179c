#!/usr/bin/env python3
"""Keepstate beside its peers: every peer in turn, row after row, several rounds; then medians, ranges and ratios.

Usage: compare.py --lb PROGRAM --load PROGRAM [--rounds 5] [--seconds 2] [--rows KEY,KEY] [--peers NAME,NAME] [--out FOLDER]

Writes compare.txt, compare.json and compare.svg to the folder. Ratios are taken inside a round (a peer's figure by that
of HAProxy's better setting), and their median is told: absolute numbers mean nothing on a machine that others share."""
import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys

import peers
import report
import rows

HERE = pathlib.Path(__file__).resolve().parent


def isolated() -> list[str]:
    return ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]


def measure(peer: str, row: rows.Row, arguments: argparse.Namespace) -> dict:
    command = [*isolated(), sys.executable, str(HERE / "one.py"), peer, row.key, "--lb", arguments.lb, "--load",
               arguments.load, "--seconds", arguments.seconds]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def takes_part(peer: str, row: rows.Row) -> bool:
    return row.workers == 1 or peer not in peers.ONE_WORKER_ONLY


def chosen(given: str, known: list[str], what: str) -> list[str]:
    names = given.split(",") if given else known
    for name in names:
        if name not in known:
            sys.exit(f"compare.py: there is no {what} '{name}'; these are: {', '.join(known)}")
    return names


def machine() -> dict[str, str]:
    model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    congestion = pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text(encoding="ascii").strip()
    return {"processor": model, "cores": str(os.cpu_count()), "kernel": platform.release(),
            "congestion control": congestion}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lb", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", default="2")
    parser.add_argument("--rows", default="")
    parser.add_argument("--peers", default="")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."))
    arguments = parser.parse_args()
    if (os.cpu_count() or 1) < 2:
        sys.exit("compare.py: needs two cores, one for the balancer and one for the load")
    names = chosen(arguments.peers, list(peers.PEERS), "peer")
    keys = chosen(arguments.rows, [row.key for row in rows.ROWS], "row")
    results = report.Results()
    for number in range(arguments.rounds):
        for row in (row for row in rows.ROWS if row.key in keys):
            for peer in (peer for peer in names if takes_part(peer, row)):
                print(f"round {number + 1}/{arguments.rounds}: {row.key}, {peer}   ", end="\r", file=sys.stderr)
                results.add(row.key, peer, measure(peer, row, arguments))
    about = {**machine(), **peers.versions(arguments.lb), "rounds": str(arguments.rounds),
             "seconds": arguments.seconds}
    return report.write(results, names, about, arguments.out)


if __name__ == "__main__":
    sys.exit(main())
