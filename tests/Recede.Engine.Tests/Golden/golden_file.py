"""Writes one golden file: a JSON object that names its maker and holds plain tensors.

    {"madeBy": "...", "torch": "1.13.1", "dtype": "float64", "digits": 17, "notes": ["..."],
     "cases": {"name": {"stride": 2, ...}}, "tensors": {"name.x": {"shape": [...], "data": [...]}}}

Activations go in as NHWC, convolution weights as [O, KH, KW, I], linear weights as
[out, in]; data is row-major. PyTorch's own order is turned here and nowhere else.
"""
import json
import os
import subprocess

import torch

FOLDER = os.path.dirname(os.path.abspath(__file__))


def torch_version():
    """Debian's build calls itself 1.13.0a0; the package's version is the honest one."""
    try:
        found = subprocess.run(["dpkg-query", "-W", "-f=${Version}", "python3-torch"],
                               capture_output=True, text=True, check=True).stdout
        return found.split("+")[0].split("-")[0]
    except (OSError, subprocess.CalledProcessError):
        return torch.__version__


def nhwc(t):
    """[N, C, H, W] to [N, H, W, C]; it serves convolution weights too: [O, I, KH, KW] to [O, KH, KW, I]."""
    return t.detach().permute(0, 2, 3, 1).contiguous()


def nchw(t):
    """The inverse of nhwc."""
    return t.permute(0, 3, 1, 2).contiguous()


def short_numbers(generator, *shape, scale=1.0, step=1.0 / 4096):
    """Normal draws rounded to a multiple of a power of two: exact in float32, and short in the file."""
    return torch.round(torch.randn(*shape, generator=generator, dtype=torch.float64) * scale / step) * step


def write(file_name, made_by, notes, tensors, cases=None, digits=17):
    def number(v):
        if v != v or v in (float("inf"), float("-inf")):
            raise ValueError(f"{file_name}: a tensor holds {v}")
        return int(v) if float(v).is_integer() and abs(v) < 1e15 else float(f"%.{digits}g" % v)

    rows = []
    for name, t in tensors.items():
        t = t.detach()
        data = [number(v) for v in t.reshape(-1).tolist()]
        rows.append(f"{json.dumps(name)}:{json.dumps({'shape': list(t.shape), 'data': data}, separators=(',', ':'))}")
    head = {"madeBy": made_by, "torch": torch_version(), "dtype": "float64", "digits": digits, "notes": notes,
            "cases": cases or {}}
    text = json.dumps(head, indent=1)[:-2] + ',\n "tensors": {\n' + ",\n".join(rows) + "\n }\n}\n"
    json.loads(text)
    path = os.path.join(FOLDER, file_name)
    with open(path, "w", encoding="ascii", newline="\n") as f:
        f.write(text)
    print(f"{file_name}: {len(tensors)} tensors, {len(text)} bytes")
