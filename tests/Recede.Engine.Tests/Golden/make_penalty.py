#!/usr/bin/python3
"""Golden file of the polarising and the L1 penalty: value and gradient, at ordinary and at extreme scales.

    /usr/bin/python3 make_penalty.py         ->  penalty.json
"""
from decimal import Decimal, getcontext

import torch

from golden_file import write

getcontext().prec = 60
W = [0.0, 0.5, -0.5, 20.0, -20.0, 100.0, -100.0, 1000.0, -1000.0, 1.25, -3.0, -2.0, 5.0]
LAMBDA = 1.0


def exact(w, b):
    """The same forms with 60 digits: the judge of the float64 ones."""
    z = Decimal(w) + Decimal(b)
    e = (-z).exp()
    p, loss = 1 / (1 + e), (1 + e).ln()
    if z > 100:
        loss = e  # below the 60 digits; the series' first term is exact enough
    return p * (1 + loss), p * (1 / (1 + z.exp())) * loss


def softplus(z):
    """ln(1 + e^z), for values. F.softplus cuts off at 20, and torch 1.13's logaddexp has no log1p inside."""
    return z.relu() + torch.log1p(torch.exp(-z.abs()))


tensors, cases = {}, {}
w = torch.tensor(W, dtype=torch.float64)
for name, b in (("shiftMinus3", -3.0), ("shift0", 0.0), ("shift3", 3.0)):
    leaf = w.clone().requires_grad_()
    z = leaf + b
    # logaddexp where autograd must pass (relu and abs have no derivative at z = 0): right to 1e-16 absolutely.
    (LAMBDA * torch.sigmoid(z) * (1 + torch.logaddexp(torch.zeros_like(z), -z))).sum().backward()
    zc = w + b
    values = LAMBDA * torch.sigmoid(zc) * (1 + softplus(-zc))
    gradient = LAMBDA * torch.sigmoid(zc) * torch.sigmoid(-zc) * softplus(-zc)
    # Autograd forms p(1-p)(1-ln p) - p(1-p), which cancels for strong neurons: right to 1e-15, not relatively.
    assert torch.allclose(leaf.grad, gradient, rtol=1e-12, atol=1e-15)
    for i, wi in enumerate(W):
        value_exact, gradient_exact = exact(wi, b)
        assert abs(Decimal(values[i].item()) - value_exact) <= Decimal("1e-14") * (abs(value_exact) + Decimal("1e-300")), (wi, b)
        assert abs(Decimal(gradient[i].item()) - gradient_exact) <= Decimal("1e-13") * abs(gradient_exact) + Decimal("1e-300"), (wi, b)
    cases[name] = {"kind": "polarising", "lambda": LAMBDA, "shift": b}
    tensors[f"{name}.w"] = w
    tensors[f"{name}.valuePerChannel"] = values
    tensors[f"{name}.value"] = values.sum().reshape(1)
    tensors[f"{name}.gradient"] = gradient
    tensors[f"{name}.gradientAutograd"] = leaf.grad

leaf = w.clone().requires_grad_()
value = LAMBDA * leaf.abs().sum()
value.backward()
cases["l1"] = {"kind": "l1", "lambda": LAMBDA}
tensors["l1.w"], tensors["l1.value"], tensors["l1.gradient"] = w, value.reshape(1), leaf.grad

write("penalty.json", "make_penalty.py",
      ["Polarising: R = lambda * sum p (1 - ln p), p = sigmoid(w + shift), -ln p = softplus(-(w + shift)), float64.",
       "gradient = lambda * p * sigmoid(-(w+shift)) * softplus(-(w+shift)), checked against 60-digit decimals to 1e-13;",
       "gradientAutograd is PyTorch's, right to 1e-15 absolutely (it cancels where p is near 1).",
       "L1: lambda * sum |w|, its gradient lambda * sign(w), 0 at w = 0. All vectors are [C]; value is the sum, [1]."],
      tensors, cases)
