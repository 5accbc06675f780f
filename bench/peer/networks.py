#!/usr/bin/python3
import copy
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

VGG16 = (64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512)
NARROW_VGG = (16, 16, "M", 32, 32, "M", 64, 64, 64, "M", 128, 128)


class BoundedBatchNorm(nn.Module):
    """y = sigmoid(w) * (x - mean) / sqrt(var + 1e-5); w starts at N(0, 1); no shift."""

    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x):
        return F.batch_norm(x, self.running_mean, self.running_var, torch.sigmoid(self.weight), None, self.training, 0.1, 1e-5)

    def scores(self):
        return torch.sigmoid(self.weight.detach())


class PlainBatchNorm(nn.BatchNorm2d):
    """gamma starts at 0.5, beta at 0."""

    def __init__(self, channels):
        super().__init__(channels)
        nn.init.constant_(self.weight, 0.5)

    def scores(self):
        return self.weight.detach().abs()


class Vgg(nn.Module):
    def __init__(self, plan, tail, norm, channels, classes):
        super().__init__()
        layers = []
        for width in plan:
            if width == "M":
                layers.append(nn.MaxPool2d(2))
            else:
                layers += [nn.Conv2d(channels, width, 3, padding=1), norm(width), nn.ReLU(inplace=True)]
                channels = width
        self.features = nn.Sequential(*layers, tail, nn.Flatten())
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x):
        return self.classifier(self.features(x))

    def prunable(self):
        """(convolution, its norm, the layer that reads it) of every channel space in scope."""
        layers = [m for m in self.features if isinstance(m, nn.Conv2d)] + [self.classifier]
        norms = [m for m in self.features if hasattr(m, "scores")]
        return list(zip(layers, norms, layers[1:]))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, norm):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), norm(outputs)
        self.conv2, self.norm2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), norm(outputs)
        self.stride, self.more = stride, outputs - inputs

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)), inplace=True)
        y = self.norm2(self.conv2(y))
        if self.stride != 1 or self.more:
            x = F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, self.more // 2, self.more - self.more // 2))
        y += x
        return F.relu(y, inplace=True)


class ResNet(nn.Module):
    def __init__(self, depth, norm, channels, classes):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(channels, 16, 3, 1, 1, bias=False), norm(16)
        blocks, width = [], 16
        for outputs in (16, 32, 64):
            for i in range((depth - 2) // 6):
                blocks.append(Block(width, outputs, 2 if i == 0 and outputs != 16 else 1, norm))
                width = outputs
        self.blocks = nn.Sequential(*blocks)
        self.classifier = nn.Linear(width, classes)

    def forward(self, x):
        return self.classifier(self.blocks(F.relu(self.norm(self.conv(x)), inplace=True)).mean((2, 3)))

    def prunable(self):
        return [(b.conv1, b.norm1, b.conv2) for b in self.blocks]


class ProjectionBlock(nn.Module):
    """The basic block of ResNet-18: where stride or width change, the shortcut is a 1x1 convolution with a norm."""

    def __init__(self, inputs, outputs, stride, norm):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), norm(outputs)
        self.conv2, self.norm2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), norm(outputs)
        self.shortcut = None
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), norm(outputs))

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)), inplace=True)
        y = self.norm2(self.conv2(y))
        y += x if self.shortcut is None else self.shortcut(x)
        return F.relu(y, inplace=True)


class ResNet18(nn.Module):
    """As published for 224x224 images."""

    def __init__(self, norm, channels, classes):
        super().__init__()
        layers = [nn.Conv2d(channels, 64, 7, 2, 3, bias=False), norm(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
        inputs = 64
        for outputs in (64, 128, 256, 512):
            layers.append(ProjectionBlock(inputs, outputs, 1 if outputs == 64 else 2, norm))
            layers.append(ProjectionBlock(outputs, outputs, 1, norm))
            inputs = outputs
        self.features, self.classifier = nn.Sequential(*layers), nn.Linear(inputs, classes)

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


def build(name, norm, channels=3, classes=10):
    """The network of a name, with or without the hyphen that Recede's names have."""
    name = name if name == "narrow-vgg" else name.replace("-", "")
    if name == "vgg16":
        net = Vgg(VGG16, nn.AvgPool2d(2), norm, channels, classes)
    elif name == "narrow-vgg":
        net = Vgg(NARROW_VGG, nn.AdaptiveAvgPool2d(1), norm, channels, classes)
    elif name == "resnet18":
        net = ResNet18(norm, channels, classes)
    elif name.startswith("resnet"):
        net = ResNet(int(name[len("resnet"):]), norm, channels, classes)
    else:
        raise ValueError(f"no network '{name}'")
    for m in net.modules():
        if isinstance(m, nn.Conv2d):
            nn.init.normal_(m.weight, 0.0, math.sqrt(2.0 / (m.kernel_size[0] * m.kernel_size[1] * m.out_channels)))
        elif isinstance(m, nn.Linear):
            nn.init.normal_(m.weight, 0.0, 0.01)
        if isinstance(m, (nn.Conv2d, nn.Linear)) and m.bias is not None:
            nn.init.zeros_(m.bias)
    return net


def shrunk(net, kept):
    """A copy of the network in which only the `kept` channels of each prunable space are left."""
    net = copy.deepcopy(net)
    for (conv, norm, reader), keep in zip(net.prunable(), kept):
        keep = torch.tensor(list(keep))
        for module, names in ((conv, ("weight", "bias")), (norm, ("weight", "bias", "running_mean", "running_var"))):
            for name in names:
                t = getattr(module, name, None)
                if t is not None:
                    t.data = t.data[keep].clone()
        reader.weight.data = reader.weight.data[:, keep].clone()
        conv.out_channels = len(keep)
        if hasattr(norm, "num_features"):
            norm.num_features = len(keep)
        if hasattr(reader, "in_channels"):
            reader.in_channels = len(keep)
        else:
            reader.in_features = len(keep)
    return net


def build_case(case):
    """The network of one of bench/cases.json, with plain BatchNorm, pruned where the case says so."""
    net = build(case["network"], PlainBatchNorm, classes=case["classes"])
    return shrunk(net, [range(width) for width in case["widths"]]) if "widths" in case else net


def norms(net):
    return [m for m in net.modules() if hasattr(m, "scores")]


def size(net, shape):
    """Parameters and multiply-adds (convolutions and linear layers) for one image of [1, C, H, W]."""
    total, hooks = [0], []

    def count(m, inputs, output):
        per = m.weight[0].numel() if isinstance(m, nn.Conv2d) else m.in_features
        total[0] += output[0].numel() * per

    for m in net.modules():
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            hooks.append(m.register_forward_hook(count))
    was = net.training
    net.eval()
    with torch.no_grad():
        net(torch.zeros(shape))
    net.train(was)
    for h in hooks:
        h.remove()
    return sum(p.numel() for p in net.parameters()), total[0]
