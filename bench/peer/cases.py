#!/usr/bin/python3
"""The cases that both sides time, out of bench/cases.json:   cases.py [NAME ...]

Prints the names of steps, one a line: all of "vgg16_bs64" for that name, one for "vgg16_bs64_train", all without a name.
"""
import json
import os
import sys

KINDS = ("train", "infer")


def load():
    """Name -> case, in the file's order. A case has a goal of every kind that it is timed in."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cases.json")
    with open(path, encoding="utf-8") as f:
        return {case["name"]: case for case in json.load(f)["cases"]}


def steps(cases):
    """Name of a step, such as "vgg16_bs64_train" -> (case, kind)."""
    return {f"{name}_{kind}": (case, kind) for name, case in cases.items() for kind in KINDS if kind in case}


def main():
    every = steps(load())
    for name in sys.argv[1:] or [""]:
        chosen = [step for step, (case, _) in every.items() if name in ("", step, case["name"])]
        if not chosen:
            raise SystemExit(f"cases.py: no case {name}; there are {', '.join(every)}")
        print("\n".join(chosen))


if __name__ == "__main__":
    main()
