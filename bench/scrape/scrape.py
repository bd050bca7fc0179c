#!/usr/bin/env python3
"""What being scraped every second costs lb: the rate of new connections with and without, in pairs, at 3 and at 1,000
backends; and the processor time of one scrape.

Usage: scrape.py --lb PROGRAM --load PROGRAM [--page] [--pairs 11] [--seconds 5] [--backends 3,1000] [--out FOLDER]
       scrape.py ... --trial --pairs 2 --seconds 3      to try it out: says nothing of the promise

--page asks for what the status page asks every second (GET /v1/status) in place of the metrics.

The two of a pair follow each other at once and take turns in who comes first, so that what the machine does besides
reaches both. A ratio is taken inside a pair; told are the geometric mean of the ratios and its 95 % interval (Student's
t on the logarithms). The promise: being asked every second costs less than 1 %; it is kept where the interval includes
or beats 0.99. A side in which an answer was wrong or missing is no measurement and ends all.
Writes scrape.json (page.json) to the folder; exit code 1 when the promise is broken."""
import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROMISE = 0.99
LEAST_PAIRS = 11
# Two-sided 95 %, by degrees of freedom; between two, the one before, which is wider.
STUDENT = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228,
           12: 2.179, 15: 2.131, 20: 2.086, 30: 2.042, 60: 2.000}


def isolated() -> list[str]:
    return ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]


def side(arguments: argparse.Namespace, backends: int, asked: bool) -> dict:
    command = [*isolated(), sys.executable, str(HERE / "side.py"), "--lb", arguments.lb, "--load", arguments.load,
               "--backends", str(backends), "--seconds", arguments.seconds, "--what", arguments.what,
               *(["--asked"] if asked else [])]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def pairs_of(arguments: argparse.Namespace, backends: int) -> list[dict]:
    pairs = []
    for number in range(arguments.pairs):
        print(f"{backends} backends, pair {number + 1}/{arguments.pairs}   ", end="\r", file=sys.stderr)
        order = (False, True) if number % 2 == 0 else (True, False)
        both = {asked: side(arguments, backends, asked) for asked in order}
        pairs.append({"quiet": both[False], "asked": both[True]})
    return pairs


def interval(ratios: list[float]) -> tuple[float, float, float]:
    """The geometric mean, and the ends of its 95 % interval; with one ratio, all three are it."""
    logs = [math.log(ratio) for ratio in ratios]
    mean = statistics.fmean(logs)
    if len(logs) < 2:
        return math.exp(mean), math.exp(mean), math.exp(mean)
    freedom = max(known for known in STUDENT if known <= len(logs) - 1)
    half = STUDENT[freedom] * statistics.stdev(logs) / math.sqrt(len(logs))
    return math.exp(mean), math.exp(mean - half), math.exp(mean + half)


def verdict(low: float, high: float) -> str:
    if high < PROMISE:
        return "BROKEN"
    return "kept, all of it beats" if low >= PROMISE else "kept, but not all of it beats"


def report(what: str, backends: int, pairs: list[dict], trial: bool) -> bool:
    """True when the promise is kept, or when this is a trial, which cannot tell."""
    mean, low, high = interval([pair["asked"]["rate"] / pair["quiet"]["rate"] for pair in pairs])
    sides = [one for pair in pairs for one in pair.values()]
    median = {key: statistics.median(one[key] for one in sides)
              for key in ("rate", "cpu_seconds_a_scrape", "seconds_a_scrape", "bytes")}
    asked = [pair["asked"]["asked"] for pair in pairs]
    errors = sum(one["errors"] for one in sides)
    judged = "a trial, which says nothing of the promise" if trial else f"{verdict(low, high)} {PROMISE}"
    print(f"{what}, {backends} backends, {len(pairs)} pairs: ratio {mean:.4f}, 95 % {low:.4f} to {high:.4f}: {judged}; "
          f"{median['rate']:,.0f} conn/s, {errors} errors, {min(asked)} to {max(asked)} answers a side; "
          f"an answer: {median['cpu_seconds_a_scrape']:.5f} CPU seconds, {median['seconds_a_scrape'] * 1e3:.2f} ms, "
          f"{median['bytes']:,.0f} bytes")
    return trial or high >= PROMISE


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lb", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--page", action="store_const", const="page", default="scrape", dest="what")
    parser.add_argument("--trial", action="store_true")
    parser.add_argument("--pairs", type=int, default=LEAST_PAIRS)
    parser.add_argument("--seconds", default="5")
    parser.add_argument("--backends", default="3,1000")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."))
    arguments = parser.parse_args()
    if arguments.pairs < (1 if arguments.trial else LEAST_PAIRS):
        parser.error(f"--pairs {arguments.pairs}: fewer than {LEAST_PAIRS} say nothing of the promise; "
                     "add --trial to try it out")
    if (os.cpu_count() or 1) < 2:
        sys.exit("scrape.py: needs two cores, one for the balancer and one for the load")
    measured = {backends: pairs_of(arguments, backends) for backends in map(int, arguments.backends.split(","))}
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / f"{arguments.what}.json").write_text(json.dumps(measured, indent=1), encoding="ascii")
    kept = [report(arguments.what, backends, pairs, arguments.trial) for backends, pairs in measured.items()]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
