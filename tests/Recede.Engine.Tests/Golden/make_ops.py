#!/usr/bin/python3
"""Golden files of convolution, linear, pooling and cross-entropy: outputs and every gradient.

    /usr/bin/python3 make_ops.py             ->  conv2d.json, conv2d_groups.json, linear.json, pooling.json, cross_entropy.json
"""
import torch
import torch.nn.functional as F

from golden_file import nchw, nhwc, short_numbers, write


STEP = 1.0 / 128  # coarse enough for every product and sum of a small convolution to be short


def leaf(t):
    return t.clone().requires_grad_()


def convolutions():
    tensors, cases = {}, {}
    notes = ["F.conv2d in float64, gradients by autograd from dy.",
             "x, dx: [N,H,W,C]; y, dy: [N,OH,OW,O]; weight, dweight: [O,KH,KW,I/groups]; bias, dbias: [O]."]

    def case(name, x_shape, out, kernel, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, bias=True):
        g = torch.Generator().manual_seed(100 + 10 * groups + len(cases))
        x = short_numbers(g, *x_shape, step=STEP)
        w = short_numbers(g, out, kernel[0], kernel[1], x_shape[3] // groups, scale=0.3, step=STEP)
        b = short_numbers(g, out, step=STEP)
        xl, wl, bl = leaf(nchw(x)), leaf(nchw(w)), leaf(b)
        y = F.conv2d(xl, wl, bl if bias else None, stride, padding, dilation, groups)
        dy = short_numbers(g, *nhwc(y).shape, step=STEP)
        y.backward(nchw(dy))
        cases[name] = {"strideH": stride[0], "strideW": stride[1], "paddingH": padding[0], "paddingW": padding[1],
                       "dilationH": dilation[0], "dilationW": dilation[1], "groups": groups, "bias": bias}
        put = lambda key, t: tensors.__setitem__(f"{name}.{key}", t)
        put("x", x), put("weight", w), put("dy", dy), put("y", nhwc(y)), put("dx", nhwc(xl.grad)), put("dweight", nhwc(wl.grad))
        if bias:
            put("bias", b), put("dbias", bl.grad)

    case("plain3x3", (2, 4, 5, 3), 4, (3, 3), padding=(1, 1))
    case("noBias", (2, 5, 5, 3), 4, (3, 3), padding=(1, 1), bias=False)
    case("stride2", (2, 7, 8, 3), 5, (3, 3), stride=(2, 2), padding=(1, 1))
    case("pointwise", (2, 3, 4, 7), 5, (1, 1))
    case("pointwiseStride2", (1, 5, 6, 5), 7, (1, 1), stride=(2, 2), bias=False)
    case("sevenBySevenStride2", (1, 9, 10, 3), 3, (7, 7), stride=(2, 2), padding=(3, 3), bias=False)
    case("dilated", (1, 7, 8, 3), 4, (3, 3), padding=(2, 2), dilation=(2, 2))
    case("uneven", (2, 7, 6, 3), 4, (3, 2), stride=(2, 1), padding=(0, 1), dilation=(1, 2))
    case("wide", (1, 3, 4, 19), 18, (3, 3), padding=(1, 1))
    write("conv2d.json", "make_ops.py", notes, tensors, cases)
    tensors, cases = {}, {}
    case("groups", (2, 5, 5, 6), 9, (3, 3), padding=(1, 1), groups=3)
    case("depthwise", (2, 5, 6, 7), 7, (3, 3), padding=(1, 1), groups=7)
    case("depthwiseStride2", (1, 7, 7, 5), 10, (3, 3), stride=(2, 2), padding=(1, 1), groups=5, bias=False)
    case("depthwiseWide", (1, 4, 4, 19), 19, (3, 3), padding=(1, 1), groups=19)
    case("groupsPointwise", (1, 3, 4, 34), 4, (1, 1), groups=2)
    write("conv2d_groups.json", "make_ops.py", notes, tensors, cases)


def linears():
    tensors, cases = {}, {}
    for name, n, inputs, outputs, bias in (("bias", 3, 7, 5, True), ("noBias", 4, 18, 17, False)):
        g = torch.Generator().manual_seed(200 + len(cases))
        x, w, b = short_numbers(g, n, inputs), short_numbers(g, outputs, inputs, scale=0.3), short_numbers(g, outputs)
        dy = short_numbers(g, n, outputs)
        xl, wl, bl = leaf(x), leaf(w), leaf(b)
        y = F.linear(xl, wl, bl if bias else None)
        y.backward(dy)
        image = lambda t: t.detach().reshape(n, 1, 1, -1)
        tensors.update({f"{name}.x": image(x), f"{name}.weight": w, f"{name}.dy": image(dy), f"{name}.y": image(y),
                        f"{name}.dx": image(xl.grad), f"{name}.dweight": wl.grad})
        if bias:
            tensors.update({f"{name}.bias": b, f"{name}.dbias": bl.grad})
        cases[name] = {"bias": bias}
    write("linear.json", "make_ops.py",
          ["F.linear in float64. x, dx: [N,1,1,in]; y, dy: [N,1,1,out]; weight, dweight: [out,in]; bias, dbias: [out]."],
          tensors, cases)


def pools():
    tensors, cases = {}, {}

    def case(name, kind, shape, kernel, stride, padding, count_include_pad=False):
        g = torch.Generator().manual_seed(300 + len(cases))
        # All values differ: which of two equal ones gets a maximum's gradient is not this file's business.
        count = shape[0] * shape[1] * shape[2] * shape[3]
        x = ((torch.randperm(count, generator=g) - count // 2).double() / 64).reshape(shape)
        xl = leaf(nchw(x))
        if kind == "max":
            y = F.max_pool2d(xl, kernel, stride, padding)
        elif kind == "average":
            y = F.avg_pool2d(xl, kernel, stride, padding, count_include_pad=count_include_pad)
        else:
            y = xl.mean((2, 3), keepdim=True)
        dy = short_numbers(g, *nhwc(y).shape)
        y.backward(nchw(dy))
        tensors.update({f"{name}.x": x, f"{name}.dy": dy, f"{name}.y": nhwc(y), f"{name}.dx": nhwc(xl.grad)})
        cases[name] = {"kind": kind}
        if kind != "globalAverage":
            cases[name].update({"kernel": kernel, "stride": stride, "padding": padding})
        if kind == "average":
            cases[name]["countIncludePad"] = count_include_pad

    case("max2", "max", (2, 4, 6, 3), 2, 2, 0)
    case("max2Odd", "max", (2, 5, 7, 5), 2, 2, 0)
    case("max3Stride2Padding1", "max", (2, 6, 7, 3), 3, 2, 1)
    case("average2", "average", (2, 4, 6, 3), 2, 2, 0)
    case("average2Odd", "average", (2, 5, 7, 5), 2, 2, 0)
    case("average3Stride2", "average", (1, 7, 7, 3), 3, 2, 0)
    case("average3Stride2Padding1", "average", (2, 6, 7, 3), 3, 2, 1, False)
    case("average3Stride2Padding1Counted", "average", (2, 6, 7, 3), 3, 2, 1, True)
    case("globalAverage", "globalAverage", (3, 4, 5, 7), 0, 0, 0)
    write("pooling.json", "make_ops.py",
          ["F.max_pool2d, F.avg_pool2d (floor sizes) and the mean over H and W, float64. x, dx: [N,H,W,C]; y, dy: [N,OH,OW,C].",
           "countIncludePad: whether padding counts in an average's divisor."], tensors, cases)


def cross_entropies():
    tensors, cases = {}, {}
    for name, smoothing, spread, n, c in (("plain", 0.0, 1.0, 6, 5), ("smoothed", 0.1, 1.0, 6, 5), ("largeLogits", 0.0, 300.0, 4, 7),
                                          ("largeLogitsSmoothed", 0.1, 300.0, 4, 7), ("wide", 0.1, 2.0, 3, 37)):
        g = torch.Generator().manual_seed(400 + len(cases))
        logits = short_numbers(g, n, c, scale=spread)
        labels = torch.randint(0, c, (n,), generator=g)
        l = leaf(logits)
        loss = F.cross_entropy(l, labels, label_smoothing=smoothing)
        loss.backward()
        cases[name] = {"labelSmoothing": smoothing}
        tensors.update({f"{name}.logits": logits.reshape(n, 1, 1, c), f"{name}.labels": labels, f"{name}.loss": loss.reshape(1),
                        f"{name}.dlogits": l.grad.reshape(n, 1, 1, c)})
    write("cross_entropy.json", "make_ops.py",
          ["F.cross_entropy, mean over the batch, float64. The target of class k is (1 - smoothing) [k = label] + smoothing / classes.",
           "logits, dlogits: [N,1,1,classes]; labels: [N], whole numbers; loss: [1]."], tensors, cases)


convolutions()
linears()
pools()
cross_entropies()
