#!/usr/bin/env python3
"""PyTorch's side of gpu-steps: reads questions and writes answers, a line of JSON each.

    {"do": "prepare", "case": "resnet56_bs64", "precision": "tf32", "train": true, "norm": "bounded", "mode": "eager"}
    {"do": "time", "mode": "eager", "seconds": 0.3}      ->  {"ms": 12.3, "steps": 25}
    {"do": "release", "mode": "eager"}

A step is: forward, mean cross-entropy, backward, SGD with Nesterov momentum and weight decay, on one batch that lies on the
GPU; inference is the forward pass. channels_last, cudnn.benchmark, TF32 as the question says. bfloat16 is autocast in
training (float32 weights, as the engine has) and a network wholly of bfloat16 in inference. Modes: eager, compile
(torch.compile as it is), graphs (torch.compile with CUDA graphs). By hand: --case NAME [--precision P] [--infer] [--mode M].
"""
import argparse
import contextlib
import json
import os
import sys
import time

# Whatever libraries print goes elsewhere: standard output is for answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def answer(**values):
    answers.write(json.dumps(values) + "\n")
    answers.flush()


try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
except Exception as error:
    answer(error=f"{type(error).__name__}: {error}")
    sys.exit(1)

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "peer")]
import networks

WARM, LEAST = 5, 3


class BoundedBatchNorm(nn.Module):
    """y = sigmoid(w) * (x - mean) / sqrt(var + 1e-5), written the natural way."""

    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x):
        y = F.batch_norm(x, self.running_mean, self.running_var, None, None, self.training, 0.1, 1e-5)
        return torch.sigmoid(self.weight).to(y.dtype).view(1, -1, 1, 1) * y

    def scores(self):
        return torch.sigmoid(self.weight.detach())


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride, norm):
        super().__init__()
        outputs = 4 * width
        self.conv1, self.norm1 = nn.Conv2d(inputs, width, 1, bias=False), norm(width)
        self.conv2, self.norm2 = nn.Conv2d(width, width, 3, stride, 1, bias=False), norm(width)
        self.conv3, self.norm3 = nn.Conv2d(width, outputs, 1, bias=False), norm(outputs)
        self.shortcut = None
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), norm(outputs))

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)), inplace=True)
        y = F.relu(self.norm2(self.conv2(y)), inplace=True)
        y = self.norm3(self.conv3(y))
        return F.relu(y + (x if self.shortcut is None else self.shortcut(x)), inplace=True)


class ResNet50(nn.Module):
    def __init__(self, norm, classes=1000):
        super().__init__()
        layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), norm(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
        inputs = 64
        for width, blocks, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
            for i in range(blocks):
                layers.append(Bottleneck(inputs, width, stride if i == 0 else 1, norm))
                inputs = 4 * width
        self.features, self.classifier = nn.Sequential(*layers), nn.Linear(inputs, classes)

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


# Name: network, batch, side of the images, classes.
CASES = {
    "resnet56_bs64": ("resnet56", 64, 32, 10),
    "resnet56_bs512": ("resnet56", 512, 32, 10),
    "vgg16_bs64": ("vgg16", 64, 32, 10),
    "vgg16_bs512": ("vgg16", 512, 32, 10),
    "resnet50_bs256": ("resnet50", 256, 224, 1000),
    "tiny_bs2": ("narrow-vgg", 2, 8, 10),
}


def use_precision(precision):
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = precision != "float32"
    torch.backends.cuda.matmul.allow_tf32 = precision != "float32"


def optimiser(net):
    """Bounded scales learn ten times as fast and do not decay."""
    scales = {id(m.weight) for m in net.modules() if isinstance(m, BoundedBatchNorm)}
    groups = [{"params": [p for p in net.parameters() if id(p) not in scales], "weight_decay": 1e-4},
              {"params": [p for p in net.parameters() if id(p) in scales], "lr": 0.1}]
    groups = [g for g in groups if g["params"]]
    settings = dict(lr=0.01, momentum=0.9, nesterov=True)
    try:
        return torch.optim.SGD(groups, fused=device.type == "cuda", **settings)
    except (TypeError, RuntimeError, ValueError):
        return torch.optim.SGD(groups, **settings)


def compiled(net, mode):
    if mode == "eager":
        return net
    if not hasattr(torch, "compile"):
        raise RuntimeError(f"torch {torch.__version__} has no torch.compile")
    return torch.compile(net, mode="reduce-overhead") if mode == "graphs" else torch.compile(net)


def step_of(case, precision, train, norm, mode):
    torch.manual_seed(0)
    use_precision(precision)
    name, batch, side, classes = CASES[case]
    norms = BoundedBatchNorm if norm == "bounded" else networks.PlainBatchNorm
    net = ResNet50(norms, classes) if name == "resnet50" else networks.build(name, norms, classes=classes)
    images = torch.randn(batch, 3, side, side, device=device).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(0, classes, (batch,), device=device)
    half = precision == "bfloat16"
    net = net.to(device=device, memory_format=torch.channels_last).train(train)
    if not train:
        if half:
            net, images = net.to(torch.bfloat16), images.to(torch.bfloat16)
        run = compiled(net, mode)

        def infer():
            with torch.inference_mode() if mode == "eager" else torch.no_grad():
                run(images)
        return infer

    sgd, run = optimiser(net), compiled(net, mode)

    def step():
        sgd.zero_grad(set_to_none=True)
        with torch.autocast(device.type, dtype=torch.bfloat16) if half else contextlib.nullcontext():
            loss = F.cross_entropy(run(images), labels)
        loss.backward()
        sgd.step()
    return step


def wait():
    if device.type == "cuda":
        torch.cuda.synchronize()


def timed(step, seconds):
    wait()
    began, steps = time.perf_counter(), 0
    while steps < LEAST or time.perf_counter() - began < seconds:
        for _ in range(LEAST):
            step()
        steps += LEAST
        wait()
    return 1e3 * (time.perf_counter() - began) / steps, steps


def serve(steps, question):
    do, mode = question["do"], question.get("mode", "eager")
    if do == "prepare":
        steps.pop(mode, None)
        use_precision(question["precision"])
        step = step_of(question["case"], question["precision"], question["train"], question["norm"], mode)
        for _ in range(WARM):
            step()
        wait()
        steps[mode] = step
        answer(ok=True)
    elif do == "time":
        ms, count = timed(steps[mode], question["seconds"])
        answer(ms=ms, steps=count)
    elif do == "release":
        steps.pop(mode, None)
        if hasattr(torch, "_dynamo"):
            torch._dynamo.reset()
        if device.type == "cuda":
            torch.cuda.empty_cache()
        answer(ok=True)
    else:
        answer(error=f"do: {do}?")


def main():
    global device
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--cpu", action="store_true", help="to try this script without a GPU")
    p.add_argument("--case", choices=list(CASES))
    p.add_argument("--precision", default="tf32", choices=["float32", "tf32", "bfloat16"])
    p.add_argument("--norm", default="bounded", choices=["bounded", "plain"])
    p.add_argument("--mode", default="eager", choices=["eager", "compile", "graphs"])
    p.add_argument("--infer", action="store_true")
    a = p.parse_args()
    if not a.cpu and not torch.cuda.is_available():
        answer(error=f"torch {torch.__version__} sees no CUDA GPU")
        sys.exit(1)
    device = torch.device("cpu" if a.cpu else "cuda")
    cudnn = torch.backends.cudnn.version() if device.type == "cuda" else None
    name = torch.cuda.get_device_name() if device.type == "cuda" else "the CPU"
    answer(peer=f"PyTorch {torch.__version__}, CUDA {torch.version.cuda}, cuDNN {cudnn}, Python {sys.version.split()[0]}, on {name}")
    steps = {}
    if a.case:
        serve(steps, {"do": "prepare", "case": a.case, "precision": a.precision, "train": not a.infer, "norm": a.norm, "mode": a.mode})
        serve(steps, {"do": "time", "mode": a.mode, "seconds": 2})
        return
    for line in sys.stdin:
        try:
            serve(steps, json.loads(line))
        except Exception as error:
            answer(error=f"{type(error).__name__}: {str(error).strip().splitlines()[0][:400] if str(error).strip() else ''}")


if __name__ == "__main__":
    main()
