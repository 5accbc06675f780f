// The fake cuDNN's engines. Each computes a convolution from its definition; they differ in what they round, what they
// demand and when they refuse, as the real ones do. An engine that the caller must not take gives results that show it.
#include "fake_cudnn.h"
#include "standin.h"

namespace fake_cudnn {

using standin::Element;

int refused = 0;

namespace {

enum EngineIndex { SplitReduction = 100, TensorCoreGemm, WinogradTile, HalfPrecision, OtherArchitecture, ImplicitGemm, Direct, FusedGemm };

const std::vector<int> tensorCore = {TensorCore};

EngineKind kind(int index, bool brain) {
    // Odd sizes: nobody may count on a multiple of anything.
    switch (index) {
        case SplitReduction: return {index, "split_reduction", brain ? std::vector<int>{Nondeterministic, TensorCore} : std::vector<int>{Nondeterministic}, 0};
        case TensorCoreGemm: return {index, "tensor_core_gemm", tensorCore, 1001};
        case WinogradTile: return {index, "winograd", {Winograd}, 4099};
        case HalfPrecision: return {index, "half_precision", {TensorCore, DownConvertInputs}, 77};
        case OtherArchitecture: return {index, "other_architecture", {}, 0};
        case ImplicitGemm: return {index, "implicit_gemm", {}, 2057};
        case FusedGemm: return {index, "fused_gemm", tensorCore, 333};
        default: return {Direct, "direct", {}, 0};
    }
}

std::vector<int> indices_for(const Problem& p, bool fallback) {
    if (fallback) return p.hasBias ? std::vector<int>{} : std::vector<int>{OtherArchitecture, Direct};
    if (p.hasBias) return {OtherArchitecture, FusedGemm};
    const bool single = p.operandType() == Element::Float32;
    std::vector<int> list = {OtherArchitecture};
    if (p.pass != Pass::Forward) list.push_back(SplitReduction);
    if (single) list.push_back(HalfPrecision);
    list.push_back(TensorCoreGemm);
    list.push_back(WinogradTile);
    list.push_back(ImplicitGemm);
    return list;
}

// A tensor's values in the order N, H, W, C, dense.
std::vector<float> gather(const TensorView& t, const char* base, float (*round)(float)) {
    const int64_t *e = t.extents, *s = t.strides;
    std::vector<float> values(static_cast<size_t>(e[0] * e[1] * e[2] * e[3]));
    size_t i = 0;
    for (int64_t n = 0; n < e[0]; n++)
        for (int64_t h = 0; h < e[2]; h++)
            for (int64_t w = 0; w < e[3]; w++)
                for (int64_t c = 0; c < e[1]; c++) {
                    values[i++] = round(standin::load(base, t.type, n * s[0] + c * s[1] + h * s[2] + w * s[3]));
                }
    return values;
}

float exact(float value) { return value; }

void scatter(const TensorView& t, char* base, const std::vector<float>& values, float alpha, float beta, const float* bias) {
    const int64_t *e = t.extents, *s = t.strides;
    size_t i = 0;
    for (int64_t n = 0; n < e[0]; n++)
        for (int64_t h = 0; h < e[2]; h++)
            for (int64_t w = 0; w < e[3]; w++)
                for (int64_t c = 0; c < e[1]; c++) {
                    const int64_t at = n * s[0] + c * s[1] + h * s[2] + w * s[3];
                    const float old = beta != 0 ? beta * standin::load(base, t.type, at) : 0;
                    standin::store(base, t.type, at, alpha * values[i++] + old + (bias != nullptr ? bias[c] : 0));
                }
}

}  // namespace

std::vector<EngineKind> engines_for(const Problem& problem, bool fallback) {
    std::vector<EngineKind> list;
    for (const int index : indices_for(problem, fallback)) list.push_back(kind(index, problem.operandType() == Element::BFloat16));
    return list;
}

const EngineKind* engine_of(const Problem& problem, int64_t index) {
    static thread_local EngineKind found;
    for (const bool fallback : {false, true}) {
        for (const int candidate : indices_for(problem, fallback)) {
            if (candidate == index) {
                found = kind(candidate, problem.operandType() == Element::BFloat16);
                return &found;
            }
        }
    }
    return nullptr;
}

int check_engine(const EngineKind& engine, const Problem& p, std::string* why) {
    const auto refuse = [&](int status, const char* reason) {
        *why = std::string(engine.name) + ": " + reason;
        return status;
    };
    if (refused & RefuseAll) return refuse(NotSupported, "refused by the test");
    if ((refused & RefuseAccumulate) && p.beta != 0) return refuse(NotSupported, "beta must be 0");
    if ((refused & RefuseMixedResult) && p.result().type != p.operandType()) return refuse(UnsupportedType, "one type only");
    if ((refused & RefuseBias) && p.hasBias) return refuse(UnsupportedPattern, "no bias");
    switch (engine.index) {
        case OtherArchitecture: return refuse(UnsupportedArchitecture, "made for another GPU");
        case WinogradTile: {
            const bool fits = p.w.extents[2] == 3 && p.w.extents[3] == 3 && p.stride[0] == 1 && p.stride[1] == 1 &&
                              p.dilation[0] == 1 && p.dilation[1] == 1 && p.pass != Pass::BackwardFilter &&
                              p.operandType() == Element::Float32;
            return fits ? Success : refuse(UnsupportedShape, "3x3, stride 1, float32 only");
        }
        case TensorCoreGemm:
            // Vectors of 16 bytes along the channels.
            return p.x.extents[1] % 8 == 0 && p.w.extents[0] % 8 == 0 ? Success : refuse(UnsupportedLayout, "channels by eights");
        case FusedGemm: return p.beta == 0 ? Success : refuse(NotSupported, "beta must be 0");
        default: return Success;
    }
}

void run(const EngineKind& engine, const Problem& p, const std::map<int64_t, char*>& addresses) {
    // What tensor cores make of single precision, and what a conversion of the inputs does.
    float (*round)(float) = exact;
    if (p.operandType() == Element::Float32) {
        if (engine.index == TensorCoreGemm) round = standin::to_tf32;
        if (engine.index == HalfPrecision) round = standin::to_bf16;
    }
    const auto address = [&](const TensorView& t) { return addresses.at(t.id); };
    const int64_t images = p.y.extents[0], filters = p.y.extents[1], outH = p.y.extents[2], outW = p.y.extents[3];
    const int64_t channels = p.x.extents[1], height = p.x.extents[2], width = p.x.extents[3];
    const int64_t kernelH = p.w.extents[2], kernelW = p.w.extents[3];
    std::vector<float> x, w, y;
    if (p.pass == Pass::BackwardData) x.assign(static_cast<size_t>(images * height * width * channels), 0);
    else x = gather(p.x, address(p.x), round);
    if (p.pass == Pass::BackwardFilter) w.assign(static_cast<size_t>(filters * kernelH * kernelW * channels), 0);
    else w = gather(p.w, address(p.w), round);
    if (p.pass == Pass::Forward) y.assign(static_cast<size_t>(images * outH * outW * filters), 0);
    else y = gather(p.y, address(p.y), round);
    for (int64_t n = 0; n < images; n++)
        for (int64_t i = 0; i < outH; i++)
            for (int64_t j = 0; j < outW; j++)
                for (int64_t r = 0; r < kernelH; r++)
                    for (int64_t s = 0; s < kernelW; s++) {
                        const int64_t row = i * p.stride[0] - p.pad[0] + r * p.dilation[0];
                        const int64_t column = j * p.stride[1] - p.pad[1] + s * p.dilation[1];
                        if (row < 0 || column < 0 || row >= height || column >= width) continue;
                        // CUDNN_CONVOLUTION reads the filter backwards, CUDNN_CROSS_CORRELATION as it lies.
                        const int64_t tap = (p.flips ? kernelH - 1 - r : r) * kernelW + (p.flips ? kernelW - 1 - s : s);
                        float* xs = &x[static_cast<size_t>(((n * height + row) * width + column) * channels)];
                        float* ys = &y[static_cast<size_t>(((n * outH + i) * outW + j) * filters)];
                        for (int64_t k = 0; k < filters; k++) {
                            float* ws = &w[static_cast<size_t>((k * kernelH * kernelW + tap) * channels)];
                            if (p.pass == Pass::Forward) {
                                float sum = 0;
                                for (int64_t c = 0; c < channels; c++) sum += xs[c] * ws[c];
                                ys[k] += sum;
                            } else if (p.pass == Pass::BackwardData) {
                                for (int64_t c = 0; c < channels; c++) xs[c] += ys[k] * ws[c];
                            } else {
                                for (int64_t c = 0; c < channels; c++) ws[c] += ys[k] * xs[c];
                            }
                        }
                    }
    std::vector<float> bias;
    if (p.hasBias) bias = gather(p.bias, address(p.bias), exact);
    const TensorView& result = p.result();
    scatter(result, address(result), p.pass == Pass::Forward ? y : p.pass == Pass::BackwardData ? x : w, p.alpha, p.beta,
            p.hasBias ? bias.data() : nullptr);
}

}  // namespace fake_cudnn
