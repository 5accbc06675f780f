#!/usr/bin/python3
"""Golden files of plain and bounded BatchNorm: forward, backward (PyTorch's autograd), running statistics.

    /usr/bin/python3 make_batch_norm.py      ->  bounded_batch_norm.json, batch_norm.json
"""
import torch
import torch.nn.functional as F

from golden_file import nchw, nhwc, short_numbers, write

EPS, MOMENTUM = 1e-5, 0.1
LARGE = [0.0, 20.0, -20.0, 100.0, -100.0, 1000.0, -1000.0]


def case(name, tensors, cases, bounded, seed, shape, residual, relu, w=None):
    g = torch.Generator().manual_seed(seed)
    n, h, width, c = shape
    # An offset and a spread per channel, so that the mean and the variance matter.
    x = short_numbers(g, *shape) * torch.tensor([1.0, 0.5, 2.0, 0.25]).repeat(c)[:c] \
        + torch.tensor([0.0, 3.0, -1.5, 0.5, 10.0]).repeat(c)[:c]
    dy = short_numbers(g, *shape)
    skip = short_numbers(g, *shape)
    w = short_numbers(g, c) if w is None else torch.tensor(w, dtype=torch.float64)
    beta = short_numbers(g, c)
    running_mean, running_var = short_numbers(g, c, scale=0.5), 1 + short_numbers(g, c).abs()
    put = lambda key, t: tensors.__setitem__(f"{name}.{key}", t)
    put("x", x), put("dy", dy), put("w" if bounded else "gamma", w)
    if not bounded:
        put("beta", beta)
    if residual:
        put("residual", skip)
    put("runningMeanBefore", running_mean), put("runningVarBefore", running_var)

    leaf = lambda t: t.clone().requires_grad_()
    xl, wl, bl, sl = leaf(nchw(x)), leaf(w), leaf(beta), leaf(nchw(skip))

    def normalise(mean, var, training):
        if bounded:
            y = torch.sigmoid(wl)[None, :, None, None] * F.batch_norm(xl, mean, var, None, None, training, MOMENTUM, EPS)
        else:
            y = F.batch_norm(xl, mean, var, wl, bl, training, MOMENTUM, EPS)
        if residual:
            y = y + sl
        return F.relu(y) if relu else y

    inference = normalise(running_mean.clone(), running_var.clone(), False)
    mean, var = running_mean.clone(), running_var.clone()
    y = normalise(mean, var, True)
    y.backward(nchw(dy))
    put("y", nhwc(y)), put("dx", nhwc(xl.grad)), put("dw" if bounded else "dgamma", wl.grad)
    if not bounded:
        put("dbeta", bl.grad)
    if residual:
        put("dresidual", nhwc(sl.grad))
    put("runningMean", mean), put("runningVar", var), put("inferenceY", nhwc(inference))
    cases[name] = {"eps": EPS, "momentum": MOMENTUM, "residual": residual, "relu": relu}

    if bounded:  # method.md's closed forms, checked here once on PyTorch's numbers
        s, m = torch.sigmoid(w)[None, :, None, None], n * h * width
        xc = nchw(x)
        rstd = (xc.var((0, 2, 3), unbiased=False, keepdim=True) + EPS).rsqrt()
        xhat = (xc - xc.mean((0, 2, 3), keepdim=True)) * rstd
        d = nchw(dy) * ((y.detach() > 0) if relu else 1.0)
        sums = (d * xhat).sum((0, 2, 3), keepdim=True)
        dx = s * rstd / m * (m * d - d.sum((0, 2, 3), keepdim=True) - xhat * sums)
        assert torch.allclose(dx, xl.grad, rtol=0, atol=1e-12), name
        assert torch.allclose((s * (1 - s) * sums).reshape(-1), wl.grad, rtol=1e-12, atol=1e-13), name


def make(file_name, bounded):
    tensors, cases = {}, {}
    case("basic", tensors, cases, bounded, 1, (3, 4, 5, 7), False, False)
    case("relu", tensors, cases, bounded, 2, (3, 4, 5, 7), False, True)
    case("residualRelu", tensors, cases, bounded, 3, (3, 4, 5, 7), True, True)
    case("residual", tensors, cases, bounded, 4, (2, 3, 3, 3), True, False)
    case("wide", tensors, cases, bounded, 5, (2, 2, 3, 19), True, True)
    case("large", tensors, cases, bounded, 6, (2, 3, 4, len(LARGE)), False, False, w=LARGE)
    if bounded:
        case("largeResidualRelu", tensors, cases, bounded, 7, (2, 3, 4, len(LARGE)), True, True, w=LARGE)
    parameters = "s = sigmoid(w) times F.batch_norm without affine" if bounded else "F.batch_norm with gamma and beta"
    notes = [f"{parameters}, float64, gradients by autograd.",
             "x, dy, residual, y, dx, dresidual, inferenceY: [N,H,W,C]; the rest [C].",
             "y = relu?(norm(x) + residual?); dy is the gradient at y (after the ReLU where there is one).",
             "runningMean/runningVar: after one training step from runningMeanBefore/runningVarBefore (unbiased variance);",
             "inferenceY: the inference output with runningMeanBefore/runningVarBefore, same residual and ReLU."]
    if bounded:
        notes.append("dw is s*(1-s)*sum as float64 forms it: at w = 20 its relative error is about 1e-7, at w >= 100 it is 0.")
    write(file_name, "make_batch_norm.py", notes, tensors, cases, digits=14)


make("bounded_batch_norm.json", True)
make("batch_norm.json", False)
