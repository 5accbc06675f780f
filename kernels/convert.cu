// Copies and sums between the two floating-point types.
#include "common.cuh"

struct ConvertArguments {
    const void* from;
    void* to;
    long long count;
    int accumulate;
};

// to = (accumulate ? to : 0) + from, the sum in float32.
template <class From, class To>
static __device__ void convert(const ConvertArguments& a) {
    const From* __restrict__ from = static_cast<const From*>(a.from);
    To* __restrict__ to = static_cast<To*>(a.to);
    for (long long i = global_thread(); i < a.count / 8; i += grid_threads()) {
        Float8 value = load8(from + 8 * i);
        if (a.accumulate) {
            const Float8 old = load8(to + 8 * i);
#pragma unroll
            for (int lane = 0; lane < 8; lane++) value.v[lane] += old.v[lane];
        }
        store8(to + 8 * i, value);
    }
}

// convert_<from>_to_<to>: from [count], to [count], count a multiple of 8; they do not overlap.
// Grid: one-dimensional, grid-stride over count / 8 threads; block 256; no shared memory.
// Moves count elements of each (to twice where it accumulates). Deterministic: each element by one thread.
#define CONVERT(name, From, To) \
    extern "C" __global__ void __launch_bounds__(256) convert_##name(const ConvertArguments a) { convert<From, To>(a); } \
    RECEDE_KERNEL(convert_##name)

CONVERT(f32_to_bf16, float, bf16)
CONVERT(bf16_to_f32, bf16, float)
CONVERT(f32_to_f32, float, float)
CONVERT(bf16_to_bf16, bf16, bf16)
