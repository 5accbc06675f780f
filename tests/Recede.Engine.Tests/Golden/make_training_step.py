#!/usr/bin/python3
"""Golden files of two whole training steps of a narrow VGG and a narrow ResNet with bounded BatchNorm.

    /usr/bin/python3 make_training_step.py   ->  training_step_vgg.json, training_step_resnet.json
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from golden_file import nhwc, short_numbers, write

CLASSES, LAMBDA, SHIFT = 5, 1e-2, 3.0
LEARNING_RATE, MOMENTUM, DECAY, SCALE_FACTOR = 0.1, 0.9, 1e-4, 10.0
STEPS, MARGIN = 2, 2e-5


class BoundedBatchNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x):
        x = F.batch_norm(x, self.running_mean, self.running_var, None, None, self.training, 0.1, 1e-5)
        return torch.sigmoid(self.weight)[None, :, None, None] * x


class Vgg(nn.Module):
    """flatten takes (h, w, c) in this order, so the classifier's inputs do too."""

    def __init__(self):
        super().__init__()
        conv = lambda i, o: nn.Conv2d(i, o, 3, padding=1)
        self.features = nn.Sequential(
            conv(3, 6), BoundedBatchNorm(6), nn.ReLU(), conv(6, 7), BoundedBatchNorm(7), nn.ReLU(), nn.MaxPool2d(2),
            conv(7, 9), BoundedBatchNorm(9), nn.ReLU(), nn.AvgPool2d(2))
        self.classifier = nn.Linear(2 * 2 * 9, CLASSES)

    def forward(self, x):
        return self.classifier(self.features(x).permute(0, 2, 3, 1).flatten(1))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), BoundedBatchNorm(outputs)
        self.conv2, self.norm2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), BoundedBatchNorm(outputs)
        self.relu1, self.relu2 = nn.ReLU(), nn.ReLU()
        self.stride, self.more = stride, outputs - inputs

    def forward(self, x):
        y = self.norm2(self.conv2(self.relu1(self.norm1(self.conv1(x)))))
        x = x[:, :, ::self.stride, ::self.stride]
        x = F.pad(x, (0, 0, 0, 0, self.more // 2, self.more - self.more // 2))
        return self.relu2(y + x)


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        widths = (3, 6, 11)
        self.conv, self.norm, self.relu = nn.Conv2d(3, widths[0], 3, 1, 1, bias=False), BoundedBatchNorm(widths[0]), nn.ReLU()
        self.stages = nn.Sequential(*[nn.Sequential(Block(i, o, s)) for i, o, s in zip((3, 3, 6), widths, (1, 2, 2))])
        self.classifier = nn.Linear(widths[-1], CLASSES)

    def forward(self, x):
        return self.classifier(self.stages(self.relu(self.norm(self.conv(x)))).mean((2, 3)))


def ordered(t):
    return nhwc(t) if t.dim() == 4 else t.detach().clone()


def margin(module, inputs):
    """How far a kink is: the nearest pre-activation to 0, or a pooling window's lead of its largest value."""
    x = inputs[0].detach()
    if isinstance(module, nn.ReLU):
        return x.abs().min().item()
    windows = F.unfold(x.reshape(-1, 1, *x.shape[2:]), 2, stride=2).sort(1).values
    lead = windows[:, -1] - windows[:, -2]
    return lead[windows[:, -1] > 0].min().item()  # among zeros after a ReLU no gradient passes


def run(make, seed):
    g = torch.Generator().manual_seed(seed)
    net = make().double().train()
    for module in net.modules():
        with torch.no_grad():
            if isinstance(module, nn.Conv2d):
                module.weight.copy_(short_numbers(g, *module.weight.shape, scale=(2 / (9 * module.out_channels)) ** 0.5))
                if module.bias is not None:
                    module.bias.copy_(short_numbers(g, *module.bias.shape, scale=0.1))
            elif isinstance(module, nn.Linear):
                module.weight.copy_(short_numbers(g, *module.weight.shape, scale=0.2))
                module.bias.copy_(short_numbers(g, *module.bias.shape, scale=0.1))
            elif isinstance(module, BoundedBatchNorm):
                module.weight.copy_(short_numbers(g, *module.weight.shape))
    images = short_numbers(g, 4, 3, 8, 8)
    labels = torch.tensor([3, 0, 4, 1])
    scales = [m.weight for m in net.modules() if isinstance(m, BoundedBatchNorm)]
    named = dict(net.named_parameters())
    others = [p for p in named.values() if all(p is not s for s in scales)]
    optimizer = torch.optim.SGD([{"params": others, "weight_decay": DECAY},
                                 {"params": scales, "lr": LEARNING_RATE * SCALE_FACTOR, "weight_decay": 0.0}],
                                lr=LEARNING_RATE, momentum=MOMENTUM, nesterov=True)
    nearest = [float("inf")]
    for module in net.modules():
        if isinstance(module, (nn.ReLU, nn.MaxPool2d)):
            module.register_forward_pre_hook(lambda m, i: nearest.append(margin(m, i)))

    tensors = {"images": ordered(images), "labels": labels}
    tensors.update({f"initial.{k}": ordered(p) for k, p in named.items()})
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        logits = net(images)
        loss = F.cross_entropy(logits, labels)
        z = torch.cat(scales) + SHIFT
        penalty = LAMBDA * (torch.sigmoid(z) * (1 + torch.logaddexp(torch.zeros_like(z), -z))).sum()
        loss.backward()
        tensors[f"step{step}.logits"] = logits.reshape(4, 1, 1, CLASSES)
        tensors[f"step{step}.loss"], tensors[f"step{step}.penalty"] = loss.reshape(1), penalty.reshape(1)
        if step == 1:
            tensors.update({f"gradient.{k}": ordered(p.grad) for k, p in named.items()})
            before = [s.grad.clone() for s in scales]
        penalty.backward()  # adds onto the cross-entropy's gradients
        if step == 1:
            tensors.update({f"penaltyGradient.{k}": s.grad - b for s, b in zip(scales, before)
                            for k, p in named.items() if p is s})
        optimizer.step()
    for k, p in named.items():
        tensors[f"updated.{k}"] = ordered(p)
        tensors[f"momentum.{k}"] = ordered(optimizer.state[p]["momentum_buffer"])
    tensors.update({f"updated.{k}": b.clone() for k, b in net.named_buffers()})
    net.eval()
    with torch.no_grad():
        tensors["inferenceLogits"] = net(images).reshape(4, 1, 1, CLASSES)
    return tensors, min(nearest)


def make(file_name, network, description):
    for seed in range(1, 200):
        tensors, nearest = run(network, seed)
        if nearest > MARGIN:
            break
    else:
        raise SystemExit(f"{file_name}: no seed keeps every kink {MARGIN} away")
    cases = {"run": {"seed": seed, "nearestKink": nearest, "steps": STEPS, "lambda": LAMBDA, "shift": SHIFT, "learningRate": LEARNING_RATE,
                     "momentum": MOMENTUM, "nesterov": True, "weightDecay": DECAY, "scaleLearningRateFactor": SCALE_FACTOR,
                     "scaleWeightDecay": 0.0, "labelSmoothing": 0.0, "eps": 1e-5, "normMomentum": 0.1}}
    write(file_name, "make_training_step.py", [description,
          "float64 throughout; the same batch in every step. images [N,H,W,C] are already normalised floats; labels [N].",
          "Layouts: conv weights [O,KH,KW,I], linear weights [out,in], vectors [C]; logits [N,1,1,classes].",
          "initial.P: before step 1. gradient.P: of the mean cross-entropy ALONE at step 1 (no penalty, no weight decay).",
          "penaltyGradient.P: of the penalty alone at step 1, for the bounded scales. stepK.loss, stepK.penalty, stepK.logits: of step K, before its update.",
          "Gradient used by SGD: gradient + penalty's gradient + weightDecay * P, all before momentum. Weight decay: every conv and linear",
          "parameter, biases included; bounded scales: none, and learning rate times scaleLearningRateFactor.",
          "SGD as PyTorch's: m = momentum * m + g (first step m = g), P -= rate * (g + momentum * m).",
          "updated.P, momentum.P: after the last step; updated.*.running_mean/var too. inferenceLogits: updated network, running statistics.",
          "The seed is the first whose ReLU inputs and max-pool leads all stay further than nearestKink from a kink, so that float32 takes the same branches."],
          tensors, cases, digits=10)


make("training_step_vgg.json", Vgg,
     "VGG: features.0 conv3x3 3->6, .1 bounded norm, .2 ReLU, .3 conv 6->7, .4 norm, .5 ReLU, .6 max-pool 2, .7 conv 7->9, .8 norm, .9 ReLU, "
     ".10 average-pool 2, flatten (h,w,c), classifier linear 36->5. Convs have padding 1 and a bias. norm.weight is w, before the sigmoid.")
make("training_step_resnet.json", ResNet,
     "CIFAR ResNet-8, widths 3/6/11: conv 3->3, norm, ReLU; stages.S.0.{conv1,norm1,conv2,norm2}, ReLU after norm1 and after the residual add; "
     "stages 1 and 2 start with stride 2; option-A shortcut (subsample, then zero channels: 1 before and 2 after for 3->6, 2 before and 3 after for 6->11). "
     "No conv bias. Global average pool, classifier linear 11->5. norm.weight is w, before the sigmoid.")
