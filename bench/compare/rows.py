"""What is measured: a row is one kind of load, and the figures that are read off it."""
from typing import Callable, NamedTuple


class Figure(NamedTuple):
    name: str
    unit: str
    of: Callable[[dict], float]  # from the load's JSON
    more_is_better: bool
    goal: float  # the ratio to HAProxy's best that ours is to reach: at least, or at most
    decimals: int = 0


class Row(NamedTuple):
    key: str
    title: str
    load: list[str]
    figures: list[Figure]
    workers: int = 1  # one: proxy and load each on a core of its own; two: nothing is pinned


def per_second(result: dict) -> float:
    return result["operations"] / result["seconds"]


def cpu_each(result: dict) -> float:
    return result["cpu_seconds"] / max(result["operations"], 1) * 1e6


def gigabytes_per_second(result: dict) -> float:
    return result["bytes"] / result["seconds"] / 1e9


def cpu_per_gigabyte(result: dict) -> float:
    return result["cpu_seconds"] / max(result["bytes"], 1) * 1e9


def memory_each(result: dict) -> float:
    return (result["memory_after"] - result["memory_before"]) / max(result["operations"], 1)


def rate(unit: str, goal: float) -> Figure:
    return Figure("rate", unit, per_second, True, goal)


def cpu(unit: str, goal: float) -> Figure:
    return Figure("CPU", "µs/" + unit, cpu_each, False, goal, 1)


def flow(goal: float, cpu_goal: float) -> list[Figure]:
    return [Figure("throughput", "GB/s", gigabytes_per_second, True, goal, 2),
            Figure("CPU", "s/GB", cpu_per_gigabyte, False, cpu_goal, 3)]


# The goals are ratios to Debian's HAProxy at its best setting for the row.
ROWS = [
    Row("connections", "new connections, 64 clients", ["connect-rate", "--clients", "64"],
        [rate("conn/s", 1.35), cpu("conn", 0.73)]),
    Row("resets", "new connections that end by reset, 64 clients", ["connect-rate", "--clients", "64", "--rst"],
        [rate("conn/s", 1.0), cpu("conn", 1.0)]),
    Row("ping-pong", "ping-pong, 50 connections, 64 B", ["ping-pong", "--clients", "50"],
        [rate("req/s", 1.25), cpu("req", 0.80)]),
    Row("first-reply", "first reply, 1 client", ["connect-rate", "--clients", "1"],
        [Figure("p50", "µs", lambda r: r["p50_us"], False, 0.95, 1),
         Figure("p99", "µs", lambda r: r["p99_us"], False, 1.0, 1)]),
    Row("messages", "64 KiB messages, 16 connections", ["ping-pong", "--clients", "16", "--size", "65536"],
        [rate("req/s", 1.55), cpu("req", 1.0)]),
    Row("bulk-up", "bulk up, 4 connections", ["bulk", "--up", "--clients", "4"], flow(1.0, 1.05)),
    Row("bulk-down", "bulk down, 4 connections", ["bulk", "--clients", "4"], flow(1.0, 1.05)),
    Row("bulk-up-64", "bulk up, 64 connections", ["bulk", "--up", "--clients", "64"], flow(1.0, 0.90)),
    Row("bulk-down-64", "bulk down, 64 connections", ["bulk", "--clients", "64"], flow(1.0, 0.90)),
    Row("idle", "memory of 8,000 idle connections", ["idle", "--clients", "8000"],
        # 500 B; Debian's HAProxy takes 3,377.
        [Figure("PSS", "B/conn", memory_each, False, 500 / 3377)]),
    Row("connections-2", "two workers: new connections, 64 clients", ["connect-rate", "--clients", "64"],
        [rate("conn/s", 1.14), cpu("conn", 1.0)], workers=2),
    Row("bulk-2", "two workers: bulk down, 4 connections", ["bulk", "--clients", "4"], flow(1.20, 1.05), workers=2),
]
