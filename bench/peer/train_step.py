#!/usr/bin/python3
"""The peer's whole training steps and inference, timed; one JSON line a case and layout.

    /usr/bin/python3 train_step.py --case vgg16_bs64_train resnet56_bs64_train --threads 2 --seconds 4
    /usr/bin/python3 train_step.py --list

A training step is: forward, mean cross-entropy, backward, SGD with Nesterov momentum and weight decay. Plain BatchNorm.
"""
import argparse
import json
import statistics
import time

import torch
import torch.nn.functional as F

from networks import PlainBatchNorm, build

CASES = {f"{net}_bs{batch}_{what}": (net, batch, what)
         for net, batch in (("vgg16", 64), ("resnet56", 64), ("resnet56", 128), ("resnet20", 128))
         for what in ("train", "infer")}
WARM, LEAST = 3, 5


def step_of(net, batch, what, layout):
    torch.manual_seed(0)
    form = torch.channels_last if layout == "nhwc" else torch.contiguous_format
    model = build(net, PlainBatchNorm).to(memory_format=form)
    images, labels = torch.randn(batch, 3, 32, 32).contiguous(memory_format=form), torch.randint(0, 10, (batch,))
    if what == "infer":
        model.eval()

        def infer():
            with torch.no_grad():
                model(images)
        return infer
    model.train()
    sgd = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)

    def train():
        sgd.zero_grad(set_to_none=True)
        F.cross_entropy(model(images), labels).backward()
        sgd.step()
    return train


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--case", nargs="+", default=list(CASES), choices=list(CASES), metavar="NAME")
    p.add_argument("--layouts", nargs="+", default=["nchw", "nhwc"], choices=["nchw", "nhwc"])
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--seconds", type=float, default=4.0, help="time for each case and layout")
    p.add_argument("--list", action="store_true", help="print the cases and stop")
    a = p.parse_args()
    if a.list:
        print("\n".join(CASES))
        return
    torch.set_num_threads(a.threads)
    for case in a.case:
        for layout in a.layouts:
            step = step_of(*CASES[case], layout)
            for _ in range(WARM):
                step()
            times, end = [], time.perf_counter() + a.seconds
            while len(times) < LEAST or time.perf_counter() < end:
                began = time.perf_counter()
                step()
                times.append(1e3 * (time.perf_counter() - began))
            print(json.dumps({"case": case, "layout": layout, "median_ms": round(statistics.median(times), 3),
                              "min_ms": round(min(times), 3), "n": len(times), "threads": torch.get_num_threads()}), flush=True)


if __name__ == "__main__":
    main()
