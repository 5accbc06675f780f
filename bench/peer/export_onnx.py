#!/usr/bin/python3
"""Writes the peer's networks as ONNX, for ONNX Runtime:   export_onnx.py FOLDER CASE ...   gives FOLDER/CASE.onnx

Exported in inference mode, with constants folded: each norm already lies in its convolution.
"""
import os
import sys
import warnings

import torch

from cases import load
from networks import build_case


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    # The exporter warns of each strided slice that it does not fold; a shortcut is such a slice and is none to fold.
    warnings.filterwarnings("ignore", category=UserWarning)
    for name in names:
        case = load()[name]
        torch.manual_seed(0)
        net = build_case(case).eval()
        images = torch.zeros(case["batch"], 3, case["side"], case["side"])
        torch.onnx.export(net, images, os.path.join(folder, f"{name}.onnx"), opset_version=13, input_names=["x"], output_names=["y"])


if __name__ == "__main__":
    main()
