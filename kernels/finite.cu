// Looks for NaN and infinity.
#include "common.cuh"

struct FiniteCheckArguments {
    const void* x;
    long long count;
    int* flag;
};

template <class T>
static __device__ void finite_check(const FiniteCheckArguments& a) {
    constexpr int W = Pack<T>::Width;
    const T* __restrict__ x = (const T*)a.x;
    bool finite = true;
    const long long vectors = a.count / W;
    for (long long i = global_thread(); i < vectors; i += grid_threads()) {
        const Pack<T> v = load_pack(x + i * W);
        for (int lane = 0; lane < W; lane++) finite = finite && is_finite(v.v[lane]);
    }
    // Less than a vector: a dense tensor of any length.
    for (long long i = vectors * W + global_thread(); i < a.count; i += grid_threads()) finite = finite && is_finite(to_float(x[i]));
    if (!finite) atomicMax(a.flag, 1);
}

// Shapes: x, count values that start 16-byte aligned; flag becomes 1 where one of them is not finite, and is else left alone.
// Grid: one thread a 16-byte vector, grid-stride; block 256; no shared memory.
// Bytes: x read once.
// Deterministic: the flag is the same whoever sets it.
#define FINITE_CHECK(name, type) \
    extern "C" __global__ void __launch_bounds__(256) name(const FiniteCheckArguments a) { finite_check<type>(a); } \
    RECEDE_KERNEL(name)
FINITE_CHECK(finite_check_f32, float)
FINITE_CHECK(finite_check_bf16, bf16)
