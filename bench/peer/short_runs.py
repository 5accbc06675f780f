#!/usr/bin/python3
"""Short runs of the method in PyTorch: the same recipe as the engine's short runs, for comparison.

    /usr/bin/python3 short_runs.py --network narrow-vgg --dataset fashion-mnist --method bounded random --seeds 1 2 3 --json out.json
    /usr/bin/python3 short_runs.py --network resnet20 --dataset cifar10 --data DIR/cifar-10-batches-bin --method l1 --l1-lambda 0.01

The recipe, in full, is in README.md beside this file.
"""
import argparse
import copy
import gzip
import json
import math
import os
import time

import numpy
import torch
import torch.nn.functional as F

from networks import BoundedBatchNorm, PlainBatchNorm, build, norms, shrunk, size

MINIMUM_WIDTH = 3
FASHION = "/usr/share/datasets/fashion-mnist"  # where Debian's dataset-fashion-mnist lies
NORMALISE = {"fashion-mnist": ((0.2860,), (0.3530,)),
             "cifar10": ((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010))}


def read_idx(folder, name):
    path = os.path.join(folder, name)
    raw = gzip.open(path + ".gz").read() if os.path.exists(path + ".gz") else open(path, "rb").read()
    dims = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(raw[3])]
    return torch.from_numpy(numpy.frombuffer(raw, numpy.uint8, offset=4 + 4 * raw[3]).reshape(dims).copy())


def read_cifar(folder, names):
    rows = numpy.concatenate([numpy.fromfile(os.path.join(folder, n), numpy.uint8).reshape(-1, 3073) for n in names])
    return torch.from_numpy(rows[:, 1:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(rows[:, 0].copy()).long()


def load(dataset, folder, train, test):
    """uint8 images [N, C, H, W] and labels: the first `train` and the first `test` in the files' order."""
    if dataset == "fashion-mnist":
        folder = folder or FASHION
        part = lambda p: (read_idx(folder, p + "-images-idx3-ubyte")[:, None], read_idx(folder, p + "-labels-idx1-ubyte").long())
        (x, y), (tx, ty) = part("train"), part("t10k")
    else:
        if not folder:
            raise SystemExit("cifar10: --data must name the folder of data_batch_1.bin ...")
        batches = ["data_batch_%d.bin" % i for i in range(1, 1 + max(1, math.ceil(train / 10000)))]
        (x, y), (tx, ty) = read_cifar(folder, batches), read_cifar(folder, ["test_batch.bin"])
    return (x[:train], y[:train]), (tx[:test], ty[:test])


def normalised(images, dataset):
    mean, std = (torch.tensor(v)[None, :, None, None] for v in NORMALISE[dataset])
    return (images.float() / 255 - mean) / std


def augmented(images, generator):
    """Pad 4 with black, random crop, random horizontal flip (method.md), on uint8."""
    n, c, h, w = images.shape
    padded = F.pad(images, (4, 4, 4, 4))
    dy, dx = torch.randint(0, 9, (n, 1), generator=generator), torch.randint(0, 9, (n, 1), generator=generator)
    columns = torch.arange(w).expand(n, w)
    columns = torch.where(torch.rand(n, 1, generator=generator) < 0.5, columns, w - 1 - columns)
    rows = (dy + torch.arange(h))[:, None, :, None]
    return padded[torch.arange(n)[:, None, None, None], torch.arange(c)[None, :, None, None], rows, (dx + columns)[:, None, None, :]]


def accuracy(net, images, labels):
    net.eval()
    with torch.no_grad():
        right = sum((net(x).argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500)))
    return 100.0 * right / len(labels)


def add_penalty(net, kind, strength, shift):
    """Adds the regulariser's gradient to the scales' gradients."""
    for m in norms(net):
        w = m.weight.detach()
        if kind == "polarising":
            z = w + shift
            m.weight.grad += strength * torch.sigmoid(z) * torch.sigmoid(-z) * (F.relu(-z) + torch.log1p(torch.exp(-z.abs())))
        elif kind == "l1":
            m.weight.grad += strength * torch.sign(w)


def train(net, data, test, a, epochs, rate, generator, penalty=("none", 0.0, 0.0), tell=None):
    """SGD with fresh momentum, cosine from `rate` to 0 over all steps; returns a row an epoch and the best network."""
    bounded = [m.weight for m in norms(net) if isinstance(m, BoundedBatchNorm)]
    ids = {id(p) for p in bounded}
    groups = [{"params": [p for p in net.parameters() if id(p) not in ids], "weight_decay": a.weight_decay, "factor": 1.0}]
    if bounded:
        groups.append({"params": bounded, "weight_decay": 0.0, "factor": 10.0})
    sgd = torch.optim.SGD(groups, lr=rate, momentum=0.9, nesterov=True)
    (images, labels), rows, best = data, [], None
    steps, step = epochs * math.ceil(len(labels) / a.batch), 0
    for epoch in range(1, epochs + 1):
        net.train()
        total = 0.0
        for pick in torch.randperm(len(labels), generator=generator).split(a.batch):
            for g in sgd.param_groups:
                g["lr"] = g["factor"] * rate * 0.5 * (1 + math.cos(math.pi * step / steps))
            x = augmented(images[pick], generator) if a.augmenting else images[pick]
            loss = F.cross_entropy(net(normalised(x, a.dataset)), labels[pick])
            sgd.zero_grad(set_to_none=True)
            loss.backward()
            add_penalty(net, *penalty)
            sgd.step()
            total += loss.item() * len(pick)
            step += 1
        rows.append({"epoch": epoch, "loss": round(total / len(labels), 5), "accuracy": accuracy(net, *test)})
        if tell:
            tell(rows[-1])
        if not math.isfinite(total):
            rows[-1]["loss"] = None
            print(f"  diverged in epoch {epoch}", flush=True)
            break
        if best is None or rows[-1]["accuracy"] > best[0]:
            best = rows[-1]["accuracy"], copy.deepcopy(net.state_dict())
    if a.keep == "best" and best:
        net.load_state_dict(best[1])
    return rows


def kept_channels(scores, threshold):
    kept = (scores > threshold).nonzero().flatten().tolist()
    if len(kept) < MINIMUM_WIDTH:
        by_score = sorted(range(len(scores)), key=lambda i: (-scores[i].item(), i))
        kept = sorted(by_score[:MINIMUM_WIDTH])
    return kept


def plan(net, ratio, local):
    """Kept channels per space: strictly above the ratio's quantile (linear interpolation), at least 3."""
    scores = [norm.scores() for _, norm, _ in net.prunable()]
    quantile = lambda s: torch.quantile(s.double(), ratio).item()
    shared = quantile(torch.cat(scores))
    return [kept_channels(s.double(), quantile(s) if local else shared) for s in scores]


def random_plan(net, widths, generator):
    """Random scores, and each space as wide as the plan `widths` (the bounded one of the same ratio)."""
    return [sorted(torch.rand(norm.weight.numel(), generator=generator).argsort(descending=True)[:width].tolist())
            for (_, norm, _), width in zip(net.prunable(), widths)]


def check_masked(net, small, kept, images):
    """Shrunk equals masked: the channels' activations set to zero after the norm (so after its ReLU too)."""
    net, hooks = copy.deepcopy(net).eval(), []
    for (_, norm, _), keep in zip(net.prunable(), kept):
        mask = torch.zeros(norm.weight.numel())
        mask[keep] = 1
        hooks.append(norm.register_forward_hook(lambda m, i, y, mask=mask: y * mask[None, :, None, None]))
    with torch.no_grad():
        masked, cut = net(images), small.eval()(images)
    error = ((masked - cut).abs().max() / masked.abs().max().clamp_min(1e-30)).item()
    assert error <= 1e-5, f"shrunk differs from masked by {error}"


def split_of(net):
    s = torch.cat([m.scores() for m in norms(net)]).double()
    return {"histogram": torch.histc(s, 20, 0, 1).int().tolist(), "under005": (s < 0.05).double().mean().item(),
            "between01And05": ((s > 0.1) & (s < 0.5)).double().mean().item()}


def one_seed(a, seed, data, test, results):
    trained = {}
    for method in a.method:
        began = time.time()
        kind = "bounded" if method == "random" else method
        shape = (1,) + tuple(test[0].shape[1:])
        if kind not in trained:
            torch.manual_seed(seed)
            net = build(a.network, BoundedBatchNorm if kind == "bounded" else PlainBatchNorm, shape[1])
            penalty = {"bounded": ("polarising", a.strength, a.shift), "l1": ("l1", a.l1_lambda, 0.0),
                       "uniform": ("none", 0.0, 0.0)}[kind]
            tell = lambda r: print(f"  seed {seed} {kind} epoch {r['epoch']}: loss {r['loss']:.4f} accuracy {r['accuracy']:.2f}", flush=True)
            rows = train(net, data, test, a, a.epochs, a.rate, torch.Generator().manual_seed(seed), penalty, tell)
            trained[kind] = net, rows, penalty
        net, rows, penalty = trained[kind]
        parameters, flops = size(net, shape)
        run = {"network": a.network, "dataset": a.dataset, "method": method, "seed": seed, "penalty": penalty[0], "lambda": penalty[1],
               "shift": penalty[2], "epochs": rows, "scores": split_of(net),
               "unpruned": {"accuracy": accuracy(net, *test), "lastAccuracy": rows[-1]["accuracy"],
                            "bestAccuracy": max(r["accuracy"] for r in rows), "parameters": parameters, "flops": flops},
               "pruned": []}
        title = f"{a.network} {a.dataset} {method} seed {seed}"
        print(f"{title}: unpruned {run['unpruned']['accuracy']:.2f} (best {run['unpruned']['bestAccuracy']:.2f}), scores < 0.05 "
              f"{100 * run['scores']['under005']:.1f} %, in 0.1..0.5 {100 * run['scores']['between01And05']:.1f} %", flush=True)
        for ratio in a.ratios:
            kept = plan(net, ratio, local=method == "uniform")
            if method == "random":
                # Each (seed, ratio) its own draw; 1000003 keeps it apart from the training's generator.
                kept = random_plan(net, [len(k) for k in kept], torch.Generator().manual_seed(1000003 * seed + round(100 * ratio)))
            small = shrunk(net, kept)
            check_masked(net, small, kept, test[0][:64])
            before = accuracy(small, *test)
            parameters, flops = size(small, shape)
            tuned = train(small, data, test, a, a.finetune_epochs, a.finetune_rate, torch.Generator().manual_seed(seed + 500))
            whole = sum(n.weight.numel() for _, n, _ in net.prunable())
            row = {"ratio": ratio, "achievedRatio": 1 - sum(map(len, kept)) / whole, "accuracyBeforeFinetune": before,
                   "accuracy": tuned[-1]["accuracy"] if tuned else before,
                   "bestAccuracy": max([r["accuracy"] for r in tuned], default=before),
                   "diverged": any(r["loss"] is None for r in tuned), "parameters": parameters, "flops": flops,
                   "widths": [len(k) for k in kept]}
            run["pruned"].append(row)
            print(f"{title}: pruned {100 * ratio:.0f} % (achieved {100 * row['achievedRatio']:.1f} %): {before:.2f} -> "
                  f"{row['accuracy']:.2f} (best {row['bestAccuracy']:.2f}), widths {row['widths']}", flush=True)
        run["seconds"] = round(time.time() - began, 1)
        results["runs"].append(run)
        if a.json:
            with open(a.json, "w", encoding="ascii") as f:
                json.dump(results, f, indent=1)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--network", default="narrow-vgg", help="narrow-vgg, resnet20, resnet56, vgg16 (32x32 images only)")
    p.add_argument("--dataset", default="fashion-mnist", choices=list(NORMALISE))
    p.add_argument("--data", help="folder of the IDX files or of CIFAR-10's binary files")
    p.add_argument("--method", nargs="+", default=["bounded"], choices=["bounded", "l1", "uniform", "random"])
    p.add_argument("--seeds", nargs="+", type=int, default=[1])
    p.add_argument("--epochs", type=int, default=8)
    p.add_argument("--lambda", dest="strength", type=float, default=0.1, help="of the polarising penalty")
    p.add_argument("--shift", type=float, default=3.0, help="b of the polarising penalty")
    p.add_argument("--l1-lambda", type=float, default=0.01)
    p.add_argument("--rate", type=float, default=0.1)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--weight-decay", type=float, default=1e-4)
    p.add_argument("--ratios", nargs="*", type=float, default=[0.5, 0.7, 0.8, 0.9])
    p.add_argument("--finetune-epochs", type=int, default=3)
    p.add_argument("--finetune-rate", type=float, default=0.05)
    p.add_argument("--keep", choices=["last", "best"], default="last", help="which epoch's network is pruned and reported")
    p.add_argument("--augment", choices=["auto", "on", "off"], default="auto", help="auto: on for cifar10, off for fashion-mnist")
    p.add_argument("--train", type=int, default=10000)
    p.add_argument("--test", type=int, default=2000)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--json", help="write the results here, after every run")
    a = p.parse_args()
    a.augmenting = a.augment == "on" or (a.augment == "auto" and a.dataset == "cifar10")
    torch.set_num_threads(a.threads)
    data, test = load(a.dataset, a.data, a.train, a.test)
    test = normalised(test[0], a.dataset), test[1]
    recipe = {k: v for k, v in vars(a).items() if k not in ("data", "json", "augment")}
    results = {"torch": torch.__version__, "recipe": recipe, "trainImages": len(data[1]), "testImages": len(test[1]), "runs": []}
    for seed in a.seeds:
        one_seed(a, seed, data, test, results)


if __name__ == "__main__":
    main()
