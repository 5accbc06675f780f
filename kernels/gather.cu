// Keeps some channels of a weight or vector: what pruning does to every buffer of a parameter.
#include "common.cuh"

struct GatherArguments {
    const float* x;
    float* y;
    const int* outs;
    const int* ins;
    int out_count;
    int in_count;
    int taps;
    int x_padded;
    int y_padded;
    long long count;
};

// Shapes: x [O][taps][x_padded], y [O'][taps][y_padded], count = all of y; y(o, t, i) = x(outs[o], t, ins[i]) for o below
// out_count and i below in_count, zero elsewhere: the padding. A list that is null keeps all.
// Grid: one thread a value of y, grid-stride; block 256; no shared memory.
// Bytes: y written once, the values kept of x read once.
// Deterministic.
extern "C" __global__ void gather_channels(const GatherArguments a) {
    const float* __restrict__ x = a.x;
    float* __restrict__ y = a.y;
    const int* __restrict__ outs = a.outs;
    const int* __restrict__ ins = a.ins;
    for (long long at = global_thread(); at < a.count; at += grid_threads()) {
        const long long row = at / a.y_padded;
        const int in = static_cast<int>(at - row * a.y_padded);
        const long long out = row / a.taps;
        const long long tap = row - out * a.taps;
        float value = 0.0f;
        if (in < a.in_count && out < a.out_count) {
            const long long from_out = outs == nullptr ? out : outs[out];
            const int from_in = ins == nullptr ? in : ins[in];
            value = x[(from_out * a.taps + tap) * a.x_padded + from_in];
        }
        y[at] = value;
    }
}
RECEDE_KERNEL(gather_channels)
