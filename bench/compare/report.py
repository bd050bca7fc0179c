"""Results -> a table, JSON and a picture. A figure's ratio is taken inside each round, to HAProxy's better setting."""
import collections
import json
import pathlib
import statistics
from xml.sax.saxutils import escape

import peers
import rows


class Results:
    """The load's JSON of every measurement: by row, by peer, one a round."""

    def __init__(self) -> None:
        self.by_row: dict[str, dict[str, list[dict]]] = collections.defaultdict(lambda: collections.defaultdict(list))

    def add(self, row: str, peer: str, result: dict) -> None:
        self.by_row[row][peer].append(result)

    def values(self, row: rows.Row, figure: rows.Figure, peer: str) -> list[float]:
        return [figure.of(result) for result in self.by_row[row.key].get(peer, [])]

    def base(self, row: rows.Row, figure: rows.Figure) -> list[float]:
        """HAProxy's, round by round, with the setting whose main figure is the better one."""
        known = [peer for peer in peers.THE_ONE_TO_BEAT if self.by_row[row.key].get(peer)]
        if not known:
            return []
        main = row.figures[0]
        key = lambda peer: statistics.median(self.values(row, main, peer))  # noqa: E731
        best = max(known, key=key) if main.more_is_better else min(known, key=key)
        return self.values(row, figure, best)

    def ratio(self, row: rows.Row, figure: rows.Figure, peer: str) -> float | None:
        pairs = list(zip(self.values(row, figure, peer), self.base(row, figure)))
        ratios = [ours / base for ours, base in pairs if base > 0]
        return statistics.median(ratios) if ratios else None

    def errors(self, row: rows.Row, peer: str) -> int:
        return sum(result["errors"] for result in self.by_row[row.key].get(peer, []))


def in_words(figure: rows.Figure, values: list[float]) -> str:
    middle, low, high = (f"{number:,.{figure.decimals}f}" for number in
                         (statistics.median(values), min(values), max(values)))
    return f"{middle} ({low}..{high})"


def verdict(figure: rows.Figure, ratio: float | None) -> str:
    if ratio is None:
        return ""
    reached = ratio >= figure.goal if figure.more_is_better else ratio <= figure.goal
    return f"{'>=' if figure.more_is_better else '<='} {figure.goal:.2f} {'reached' if reached else 'MISSED'}"


def tells(figure: rows.Figure, peer: str) -> bool:
    """Without a balancer there is no balancer's CPU time and no balancer's memory."""
    return peer != "direct" or figure.of in (rows.per_second, rows.gigabytes_per_second) or figure.unit == "µs"


def summary(results: Results, names: list[str]) -> str:
    """Every figure in one line: ours, and the ratio of each peer to HAProxy's better setting."""
    lines = ["| | keepstate | " + " | ".join(names) + " | goal |", "|---|---:|" + "---:|" * len(names) + "---|"]
    for row in (row for row in rows.ROWS if row.key in results.by_row):
        for figure in row.figures:
            ours = results.values(row, figure, "keepstate")
            cells = [results.ratio(row, figure, peer) if tells(figure, peer) else None for peer in names]
            texts = ["" if ratio is None else f"{ratio:.2f}" for ratio in cells]
            lines.append(f"| {row.title}: {figure.name} | "
                         f"{f'{statistics.median(ours):,.{figure.decimals}f} {figure.unit}' if ours else ''} | "
                         f"{' | '.join(texts)} | {verdict(figure, results.ratio(row, figure, 'keepstate'))} |")
    return "\n".join(lines)


def table(results: Results, names: list[str]) -> str:
    lines = []
    for row in (row for row in rows.ROWS if row.key in results.by_row):
        for figure in row.figures:
            lines += [f"### {row.title}: {figure.name}, {figure.unit}", "",
                      "| | median (min..max) | x HAProxy's best | goal |", "|---|---:|---:|---|"]
            for peer in names:
                values = results.values(row, figure, peer)
                if not values or not tells(figure, peer):
                    continue
                ratio = results.ratio(row, figure, peer)
                failed = results.errors(row, peer)
                lines.append(f"| {peer} | {in_words(figure, values)} | {'' if ratio is None else f'{ratio:.2f}'} | "
                             f"{verdict(figure, ratio) if peer == 'keepstate' else ''}"
                             f"{f' {failed} errors' if failed else ''} |")
            lines.append("")
    return "\n".join(lines)


COLOURS = {"direct": "#bbbbbb", "keepstate": "#0b6e4f", "haproxy": "#c96b2c", "haproxy+splice": "#e0a458",
           "nginx": "#5478a6", "pen": "#8a6fa8"}
BAR, LABEL_WIDTH, UNIT = 14, 330, 200  # pixels: a bar's height, the labels' width, the length of ratio 1


def picture(results: Results, names: list[str]) -> str:
    """Bars as long as the ratio of each row's main figure; where less is better, the ratio is turned round."""
    parts, top = [], 30
    for row in (row for row in rows.ROWS if row.key in results.by_row):
        figure = row.figures[0]
        parts.append(f'<text x="8" y="{top + 11}" font-weight="bold">{escape(row.title)}</text>')
        top += BAR + 4
        for peer in names:
            ratio = results.ratio(row, figure, peer)
            if not ratio:
                continue
            good = ratio if figure.more_is_better else 1 / ratio
            width = min(good, 4) * UNIT
            parts.append(f'<text x="{LABEL_WIDTH - 8}" y="{top + 11}" text-anchor="end">{escape(peer)}</text>'
                         f'<rect x="{LABEL_WIDTH}" y="{top}" width="{width:.0f}" height="{BAR - 2}" '
                         f'fill="{COLOURS[peer]}"/>'
                         f'<text x="{LABEL_WIDTH + width + 6:.0f}" y="{top + 11}">{good:.2f}</text>')
            top += BAR
        top += 10
    width = LABEL_WIDTH + 4 * UNIT + 60
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top}" font-family="sans-serif" '
            f'font-size="12"><rect width="100%" height="100%" fill="white"/>'
            f'<text x="8" y="18">Times as good as HAProxy at its best setting; longer is better</text>'
            + "".join(parts) + f'<line x1="{LABEL_WIDTH + UNIT}" y1="26" x2="{LABEL_WIDTH + UNIT}" y2="{top}" '
            'stroke="black" stroke-dasharray="3 3"/></svg>\n')


def write(results: Results, names: list[str], about: dict[str, str], folder: pathlib.Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    head = "\n".join(f"- {name}: {value}" for name, value in about.items())
    text = f"{head}\n\n{summary(results, names)}\n\n{table(results, names)}"
    (folder / "compare.txt").write_text(text, encoding="utf-8")
    (folder / "compare.json").write_text(json.dumps({"about": about, "results": results.by_row}, indent=1) + "\n",
                                         encoding="utf-8")
    (folder / "compare.svg").write_text(picture(results, names), encoding="utf-8")
    print(text)
    print(f"written to {folder}/compare.txt, compare.json and compare.svg")
    return 0 if "MISSED" not in text else 1
