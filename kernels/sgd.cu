// Stochastic gradient descent over all parameters in one launch, from a table of pieces in device memory (Optim/SgdPiece.cs):
// g = dw + decay w;  v = momentum v + g;  w -= rate (g + momentum v) with Nesterov, rate v without; without momentum
// w -= rate g, with rate = the step's times the piece's. What changes from step to step stands in memory, so that a captured
// launch follows it. Deterministic.
// Grid (pieces, 4), block 256: a block takes a quarter of a piece of up to 16,384 floats, a thread 4 packs whose loads are
// all under way together. Pieces start at 32 bytes and are multiples of 8 floats long.
#include "common.cuh"

static constexpr int BlockFloats = 4096;
static constexpr int BlockPacks = 4;

struct SgdPiece {
    int parameter;
    int count;
    float* value;
    const float* gradient;
    float* velocity;   // null: no momentum
    float learningRateScale;
    float weightDecay;
    float momentum;
};

// SgdUpdate.State.
struct SgdState {
    float learningRate;
    int bad;
};

// What bad says when nothing is.
#define NONE_BAD 0x7fffffff

struct SgdUpdateArguments {
    const SgdPiece* pieces;
    const SgdState* state;
    int nesterov;
};

// Reads w, dw and v and writes w and v: 20 bytes a parameter, the floor; 12 without momentum. Nothing where something is bad.
extern "C" __global__ void __launch_bounds__(256) sgd_update(const SgdUpdateArguments a) {
    if (a.state->bad != NONE_BAD) return;
    const SgdPiece piece = a.pieces[blockIdx.x];
    const float rate = a.state->learningRate * piece.learningRateScale;
    float* __restrict__ w = piece.value;
    const float* __restrict__ dw = piece.gradient;
    float* __restrict__ v = piece.velocity;
    const int start = static_cast<int>(blockIdx.y) * BlockFloats + 4 * static_cast<int>(threadIdx.x);
    Pack<float> values[BlockPacks], gradients[BlockPacks], velocities[BlockPacks];
#pragma unroll
    for (int u = 0; u < BlockPacks; u++) {
        const int at = start + u * (BlockFloats / BlockPacks);
        const bool there = at < piece.count;
        values[u] = there ? load_pack(w + at) : zero_pack<float>();
        gradients[u] = there ? load_pack(dw + at) : zero_pack<float>();
        velocities[u] = there && v ? load_pack(v + at) : zero_pack<float>();
    }
#pragma unroll
    for (int u = 0; u < BlockPacks; u++) {
        const int at = start + u * (BlockFloats / BlockPacks);
        if (at >= piece.count) break;
#pragma unroll
        for (int i = 0; i < 4; i++) {
            float step = fmaf(piece.weightDecay, values[u].v[i], gradients[u].v[i]);
            if (v) {
                velocities[u].v[i] = fmaf(piece.momentum, velocities[u].v[i], step);
                step = a.nesterov ? fmaf(piece.momentum, velocities[u].v[i], step) : velocities[u].v[i];
            }
            values[u].v[i] = fmaf(-rate, step, values[u].v[i]);
        }
        if (v) store_pack(v + at, velocities[u]);
        store_pack(w + at, values[u]);
    }
}
RECEDE_KERNEL(sgd_update)

struct SgdFiniteArguments {
    const SgdPiece* pieces;
    int* first;   // lowered to the first piece whose gradient holds a NaN or an infinity
};

// Reads dw: 4 bytes a parameter. The least piece wins, whatever the order of threads.
extern "C" __global__ void __launch_bounds__(256) sgd_find_non_finite(const SgdFiniteArguments a) {
    const SgdPiece piece = a.pieces[blockIdx.x];
    const float* __restrict__ dw = piece.gradient;
    const int start = static_cast<int>(blockIdx.y) * BlockFloats + 4 * static_cast<int>(threadIdx.x);
    bool found = false;
#pragma unroll
    for (int u = 0; u < BlockPacks; u++) {
        const int at = start + u * (BlockFloats / BlockPacks);
        const Pack<float> gradient = at < piece.count ? load_pack(dw + at) : zero_pack<float>();
#pragma unroll
        for (int i = 0; i < 4; i++) found |= (__float_as_uint(gradient.v[i]) & 0x7f800000u) == 0x7f800000u;
    }
    if (found) atomicMin(a.first, static_cast<int>(blockIdx.x));
}
RECEDE_KERNEL(sgd_find_non_finite)
