#!/usr/bin/python3
"""The cases that both sides time, out of bench/cases.json:   cases.py [--pruned] [NAME ...]

Prints the names of steps, one a line: both of "vgg16_bs64" for that name, one for "vgg16_bs64_train"; without a name all of
unpruned networks, or with --pruned of pruned ones. With --pruned come those that a pruned network is held against.
"""
import argparse
import json
import os

KINDS = ("train", "infer")
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
        return json.load(f)


def load():
    """Name -> case, in the file's order. A case has a goal of every kind that it is timed in, and its widths if it is pruned."""
    cases, pruned = read("cases.json")["cases"], read("pruned-widths.json")["networks"]
    for case in cases:
        if "pruned" in case:
            case["widths"] = pruned[case["network"]][str(case["pruned"])]
    return {case["name"]: case for case in cases}


def steps(cases):
    """Name of a step, such as "vgg16_bs64_train" -> (case, kind)."""
    return {f"{name}_{kind}": (case, kind) for name, case in cases.items() for kind in KINDS if kind in case}


def family(cases, case):
    """The cases of the same network and batch that are pruned less, the unpruned one first."""
    same = [c for c in cases.values() if (c["network"], c["batch"]) == (case["network"], case["batch"])]
    return sorted((c for c in same if c.get("pruned", 0) < case.get("pruned", 0)), key=lambda c: c.get("pruned", 0))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--pruned", action="store_true")
    p.add_argument("names", nargs="*")
    a = p.parse_args()
    cases = load()
    every = steps(cases)
    names = a.names
    if not names:
        pruned = [case for case in cases.values() if "pruned" in case]
        chosen = pruned + [c for case in pruned for c in family(cases, case)] if a.pruned else [c for c in cases.values() if c not in pruned]
        names = [name for name, case in cases.items() if case in chosen]
    chosen = set()
    for name in names:
        found = [step for step, (case, _) in every.items() if name in (step, case["name"])]
        if not found:
            raise SystemExit(f"cases.py: no case {name}; there are {', '.join(every)}")
        chosen.update(found)
        if a.pruned:
            chosen.update(f"{c['name']}_{kind}" for case, kind in map(every.get, found) for c in family(cases, case))
    print("\n".join(step for step in every if step in chosen))


if __name__ == "__main__":
    main()
