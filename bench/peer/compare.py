#!/usr/bin/python3
"""Reads the JSON lines of interleaved rounds and prints a row a case, then what the rows are made of:

    compare.py [--goal RATIO] LINES

Lines of memory give a table of memory. Lines of floors give one of pruned networks: how much faster they are than the
unpruned one, beside what the floors of their ops predict; with Winograd's tiles ("recede"), and with every product summed
("recede direct").

A round's figure is its median; a side's figure is the median of its rounds; the nth line of a side is its nth round. The
ratio is the fastest peer's time over Recede's, with the least and the largest ratio of a round: over 1, Recede is faster.
Goals stand in bench/cases.json; --goal puts one in the place of all.
"""
import argparse
import json
import statistics

from cases import KINDS, family, load, steps

OURS = "recede"

# Recede with every product summed, without Winograd's tiles: of pruned networks alone.
DIRECT = "recede direct"

# The least share of the speed-up that the floors predict.
FLOORS_GOAL = 0.75


def read(path):
    """The objects of a file of lines; what does not begin with a brace is skipped."""
    with open(path, encoding="utf-8") as f:
        return [json.loads(text) for text in f if text.startswith("{")]


def figures_of(lines, figure):
    """Step -> side -> a figure of each round. The sides must have had the same threads and done the same work."""
    threads = {line["threads"] for line in lines}
    if len(threads) > 1:
        raise SystemExit(f"compare.py: the sides had different threads: {sorted(threads)}")
    figures, work = {}, {}
    for line in (line for line in lines if figure in line):
        figures.setdefault(line["case"], {}).setdefault(line.get("side", OURS), []).append(line[figure])
        if "multiply_adds" in line:
            work.setdefault(line["case"], set()).add(line["multiply_adds"])
    for step, amounts in work.items():
        if len(amounts) > 1:
            raise SystemExit(f"compare.py: {step}: the sides' networks differ: {sorted(amounts)} multiply-adds an image")
    return figures


def peers_of(sides):
    return [side for side in sides if side not in (OURS, DIRECT)]


def fastest_peer(sides):
    return min(peers_of(sides), key=lambda side: statistics.median(sides[side]))


def ratio_of(step, sides):
    """(ratio, least, largest) of a step."""
    if OURS not in sides or not peers_of(sides):
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


def pruned_rows(times, floors, cases):
    """A row a step, and another where it was also timed without Winograd's tiles: each beside the floors of its own products."""
    rows = []
    for step, (case, kind) in steps(cases).items():
        if "pruned" not in case or step not in times:
            continue
        less = [f"{c['name']}_{kind}" for c in family(cases, case)]
        for side in [OURS] + [DIRECT] * (DIRECT in times[step]):
            missing = [name for name in [*less, step] if side not in times.get(name, {}) or side not in floors.get(name, {})]
            if missing:
                raise SystemExit(f"compare.py: {step} is held against networks without timings or floors of {side}: {', '.join(missing)}")
            took = {name: statistics.median(times[name][side]) for name in [*less, step]}
            floor = {name: statistics.median(floors[name][side]) for name in (less[0], step)}
            faster, predicted = took[less[0]] / took[step], floor[less[0]] / floor[step]
            slower = [name for name in less if took[step] > took[name]]
            rows.append([step, side, f"{faster:.2f}", f"{predicted:.2f}", f"{faster / predicted:.2f}",
                         verdict(faster / predicted, FLOORS_GOAL), "slower than " + ", ".join(slower) if slower else "met"])
    return rows


def memory_rows(memory, whole):
    rows = []
    for step, sides in memory.items():
        least = fastest_peer(sides)
        value = {side: statistics.median(sides[side]) for side in (least, OURS)}
        figure = lambda side: f"{value[side]:.0f} ({statistics.median(whole[step][side]):.0f})"
        rows.append([step, least, figure(least), figure(OURS), "met" if value[OURS] <= value[least] else "NOT met"])
    return rows


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("lines")
    p.add_argument("--goal", type=float)
    a = p.parse_args()
    lines, cases = read(a.lines), load()
    times, floors, memory = (figures_of(lines, figure) for figure in ("median_ms", "floor_ms", "step_mib"))
    tables = []
    if times:
        tables.append(table(["case", "training", "inference", "goal", "met"], speed_rows(times, cases, a.goal)))
    if floors:
        tables.append(table(["step", "side", "speed-up", "predicted", "share", f"at least {FLOORS_GOAL}", "not slower than less pruned"],
                            pruned_rows(times, floors, cases)))
    if memory:
        tables.append(table(["step", "peer", "its step's MiB (process)", "Recede's MiB (process)", "met"],
                            memory_rows(memory, figures_of(lines, "process_mib"))))
    if times:
        tables.append(table(["step", "side", "ms [spread]", "rounds", ""], time_rows(times)))
    print("\n\n".join("\n".join(t) for t in tables))


if __name__ == "__main__":
    main()
