#!/usr/bin/python3
"""Reads the JSON lines of interleaved rounds and prints a row a case, then what the rows are made of:

    compare.py [--goal RATIO] LINES

A round's figure is its median; a side's figure is the median of its rounds; the nth line of a side is its nth round. The
ratio is the fastest peer's time over Recede's, with the least and the largest ratio of a round: over 1, Recede is faster.
Goals stand in bench/cases.json; --goal puts one in the place of all.
"""
import argparse
import json
import statistics

from cases import KINDS, load

OURS = "recede"


def read(path):
    """The objects of a file of lines; what does not begin with a brace is skipped."""
    with open(path, encoding="utf-8") as f:
        return [json.loads(text) for text in f if text.startswith("{")]


def times_of(lines):
    """Step -> side -> milliseconds of each round. The sides must have had the same threads and done the same work."""
    threads = {line["threads"] for line in lines}
    if len(threads) > 1:
        raise SystemExit(f"compare.py: the sides had different threads: {sorted(threads)}")
    times, work = {}, {}
    for line in lines:
        times.setdefault(line["case"], {}).setdefault(line["side"], []).append(line["median_ms"])
        if "multiply_adds" in line:
            work.setdefault(line["case"], set()).add(line["multiply_adds"])
    for step, amounts in work.items():
        if len(amounts) > 1:
            raise SystemExit(f"compare.py: {step}: the sides' networks differ: {sorted(amounts)} multiply-adds an image")
    return times


def fastest_peer(sides):
    return min((side for side in sides if side != OURS), key=lambda side: statistics.median(sides[side]))


def ratio_of(step, sides):
    """(ratio, least, largest) of a step."""
    if OURS not in sides or len(sides) < 2:
        raise SystemExit(f"compare.py: {step}: no timings of {'a peer' if OURS in sides else 'Recede'}")
    peer, ours = sides[fastest_peer(sides)], sides[OURS]
    rounds = [p / o for p, o in zip(peer, ours)]
    return statistics.median(peer) / statistics.median(ours), min(rounds), max(rounds)


def verdict(value, goal):
    return "met" if value >= goal else "NOT met"


def table(head, rows):
    """Lines of Markdown, in columns."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    line = lambda cells: "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) + " |"
    return [line(head), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *map(line, rows)]


def speed_rows(times, cases, goal):
    rows = []
    for name, case in cases.items():
        cells = {"ratio": [], "goal": [], "met": []}
        for kind in KINDS:
            step = f"{name}_{kind}"
            wanted = case.get(kind) if goal is None else goal
            if step in times:
                ratio, least, largest = ratio_of(step, times[step])
                cells["ratio"].append(f"{ratio:.2f} [{least:.2f}..{largest:.2f}]")
                cells["goal"].append(f"{wanted:.1f}")
                cells["met"].append(verdict(ratio, wanted))
            else:
                for column in cells.values():
                    column.append("-")
        if cells["ratio"] != ["-", "-"]:
            rows.append([name, *cells["ratio"], " / ".join(cells["goal"]), " / ".join(cells["met"])])
    return rows


def time_rows(times):
    rows = []
    for step, sides in times.items():
        fastest = fastest_peer(sides)
        for side, rounds in sides.items():
            figure = f"{statistics.median(rounds):.2f} [{min(rounds):.2f}..{max(rounds):.2f}]"
            rows.append([step, side, figure, str(len(rounds)), "fastest peer" if side == fastest else ""])
    return rows


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("lines")
    p.add_argument("--goal", type=float)
    a = p.parse_args()
    times = times_of(read(a.lines))
    print("\n".join(table(["case", "training", "inference", "goal", "met"], speed_rows(times, load(), a.goal))), end="\n\n")
    print("\n".join(table(["step", "side", "ms [spread]", "rounds", ""], time_rows(times))))


if __name__ == "__main__":
    main()
