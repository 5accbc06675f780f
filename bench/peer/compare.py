#!/usr/bin/python3
"""Reads the JSON lines of interleaved rounds and prints one row a case:   compare.py TORCH_LINES RECEDE_LINES CASE...

A round's figure is its median; a case's figure is the median of its rounds, PyTorch's in its better layout.
"""
import json
import statistics
import sys

# PyTorch's time over Recede's, at least. Higher is better for Recede.
GOALS = {"vgg16_bs64_train": 0.7, "resnet56_bs64_train": 0.7}


def rounds(path, layouts):
    found, threads = {}, set()
    with open(path, encoding="ascii") as f:
        for text in f:
            if not text.startswith("{"):
                continue
            line = json.loads(text)
            found.setdefault((line["case"], line["layout"] if layouts else ""), []).append(line["median_ms"])
            threads.add(line["threads"])
    return found, threads


def figure(times):
    return f"{statistics.median(times):9.2f} [{min(times):.2f}..{max(times):.2f}]"


def main():
    peer, peer_threads = rounds(sys.argv[1], True)
    ours, our_threads = rounds(sys.argv[2], False)
    if len(peer_threads | our_threads) != 1:
        raise SystemExit(f"threads differ: PyTorch {sorted(peer_threads)}, Recede {sorted(our_threads)}")
    print(f"{'case':22s} {'PyTorch ms [spread]':32s} {'layout':6s} {'Recede ms [spread]':32s} {'PyTorch/Recede':14s} {'goal':5s} verdict")
    for case in sys.argv[3:]:
        layouts = {layout: times for (c, layout), times in peer.items() if c == case}
        if not layouts or (case, "") not in ours:
            raise SystemExit(f"{case}: no timings of {'PyTorch' if not layouts else 'Recede'}")
        best = min(layouts, key=lambda l: statistics.median(layouts[l]))
        mine = ours[case, ""]
        ratio = statistics.median(layouts[best]) / statistics.median(mine)
        goal = GOALS.get(case)
        verdict = "-" if goal is None else "met" if ratio >= goal else "NOT met"
        print(f"{case:22s} {figure(layouts[best]):32s} {best:6s} {figure(mine):32s} {ratio:14.3f} "
              f"{'-' if goal is None else goal!s:5s} {verdict}   (rounds: {len(layouts[best])}/{len(mine)})")


if __name__ == "__main__":
    main()
