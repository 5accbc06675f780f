#!/usr/bin/python3
"""PyTorch's whole training steps and inference, timed; one JSON line a step and form.

    /usr/bin/python3 train_step.py --case vgg16_bs64_train resnet56_bs64_infer --threads 2 --seconds 4

A training step is: forward, mean cross-entropy, backward, SGD with Nesterov momentum and weight decay. Plain BatchNorm.
Inference is the forward pass with running statistics. Forms: "nchw" and "nhwc" are the two memory layouts; "onednn", for
inference only, is what torch.jit.optimize_for_inference makes of the network: norms folded, weights in oneDNN's layout.
"""
import argparse
import json
import statistics
import time

import torch
import torch.nn.functional as F

from cases import load, steps
from networks import build_case, size

STEPS = steps(load())
FORMS = {"train": ("nchw", "nhwc"), "infer": ("nchw", "nhwc", "onednn")}
WARM, LEAST = 3, 5


def inference(model, images, form):
    model.eval()
    with torch.no_grad():
        if form == "onednn":
            model = torch.jit.optimize_for_inference(torch.jit.trace(model, images))

    def infer():
        with torch.no_grad():
            model(images)
    return infer


def training(model, images, labels):
    model.train()
    sgd = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)

    def train():
        sgd.zero_grad(set_to_none=True)
        F.cross_entropy(model(images), labels).backward()
        sgd.step()
    return train


def step_of(case, kind, form):
    """The step to time, and the network's multiply-adds an image, by which the other side's network is known to be the same."""
    torch.manual_seed(0)
    layout = torch.channels_last if form == "nhwc" else torch.contiguous_format
    model = build_case(case)
    work = size(model, (1, 3, case["side"], case["side"]))[1]
    model = model.to(memory_format=layout)
    images = torch.randn(case["batch"], 3, case["side"], case["side"]).contiguous(memory_format=layout)
    labels = torch.randint(0, case["classes"], (case["batch"],))
    return training(model, images, labels) if kind == "train" else inference(model, images, form), work


def timed(step, seconds):
    """Milliseconds of each run after a warm-up."""
    for _ in range(WARM):
        step()
    times, end = [], time.perf_counter() + seconds
    while len(times) < LEAST or time.perf_counter() < end:
        began = time.perf_counter()
        step()
        times.append(1e3 * (time.perf_counter() - began))
    return times


def resident(field):
    """VmRSS or VmHWM of this process, in MiB."""
    with open("/proc/self/status", encoding="ascii") as f:
        return next(int(line.split()[1]) / 1024 for line in f if line.startswith(field))


def begin_memory():
    """Begins VmHWM anew and gives what lies in memory now."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as f:
        f.write("5")
    return resident("VmRSS")


def memory(step, before):
    """The peak of the process, and how much of it came after `before` was taken."""
    for _ in range(LEAST):
        step()
    peak = resident("VmHWM")
    return {"step_mib": round(peak - before, 1), "process_mib": round(peak, 1)}


def speed(step, seconds):
    times = timed(step, seconds)
    return {"median_ms": round(statistics.median(times), 3), "min_ms": round(min(times), 3), "n": len(times)}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--case", nargs="+", default=list(STEPS), choices=list(STEPS), metavar="NAME")
    p.add_argument("--form", nargs="+", default=["nchw", "nhwc", "onednn"], choices=["nchw", "nhwc", "onednn"])
    p.add_argument("--memory", action="store_true", help="tell the peak memory of the first steps, not their time; one case and form, for it is the process's")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--seconds", type=float, default=4.0, help="time for each step and form")
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    for name in a.case:
        case, kind = STEPS[name]
        for form in (form for form in FORMS[kind] if form in a.form):
            before = begin_memory() if a.memory else 0
            step, work = step_of(case, kind, form)
            figures = memory(step, before) if a.memory else speed(step, a.seconds)
            print(json.dumps({"case": name, "side": f"pytorch {form}", "threads": torch.get_num_threads(),
                              "multiply_adds": work, **figures}), flush=True)


if __name__ == "__main__":
    main()
