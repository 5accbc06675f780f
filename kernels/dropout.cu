// Dropout. The mask is drawn where it is used, forward and backward alike, and never stored.
#include "common.cuh"

struct DropoutKernelArguments {
    const void* from;
    void* to;
    long long pixels;
    int padded;
    int fours;
    int accumulate;
    float scale;
    unsigned threshold;
    unsigned long long seed;
    unsigned long long stream;
    const unsigned long long* step;   // null, or the number of a captured step, see StepState
};

// As DropoutOp.StreamsPerStep.
#define STREAMS_PER_STEP 0x9E3779B97F4A7C15ull

// Value c of pixel p is kept where word c % 4 of block p fours + c / 4 is at least the threshold: as DropoutRule says.
template <class T>
static __device__ void dropout(const DropoutKernelArguments& a) {
    constexpr int W = Pack<T>::Width;
    const T* __restrict__ from = (const T*)a.from;
    T* __restrict__ to = (T*)a.to;
    const unsigned long long stream = a.step ? a.stream + *a.step * STREAMS_PER_STEP : a.stream;
    const int vectors = a.padded / W;
    const long long items = a.pixels * vectors;
    for (long long i = global_thread(); i < items; i += grid_threads()) {
        const long long pixel = i / vectors;
        const int vector = (int)(i - pixel * vectors);
        Pack<T> v = load_pack(from + i * W);
        // Padding may draw the next pixel's words: it is zero before and after.
#pragma unroll
        for (int four = 0; four < W / 4; four++) {
            const PhiloxBlock words = philox_block(a.seed, stream, (unsigned long long)(pixel * a.fours + vector * (W / 4) + four));
            // A product, not a choice: what is dropped of a NaN or an infinity stays a NaN, as on the CPU.
            v.v[4 * four] *= words.x >= a.threshold ? a.scale : 0.f;
            v.v[4 * four + 1] *= words.y >= a.threshold ? a.scale : 0.f;
            v.v[4 * four + 2] *= words.z >= a.threshold ? a.scale : 0.f;
            v.v[4 * four + 3] *= words.w >= a.threshold ? a.scale : 0.f;
        }
        put_pack(to + i * W, v, a.accumulate);
    }
}

// Shapes: forward from = x, to = y; backward from = dy, to = dx: all [N, H, W, C], pixels = N H W, fours = ceil(C / 4).
// Grid: one thread a 16-byte vector, grid-stride; block 256; no shared memory.
// Bytes: from read once, to written once, and read where it accumulates.
// Deterministic: the same integers as the CPU, every element has one writer.
#define DROPOUT(name, type) \
    extern "C" __global__ void __launch_bounds__(256) name(const DropoutKernelArguments a) { dropout<type>(a); } \
    RECEDE_KERNEL(name)
DROPOUT(dropout_f32, float)
DROPOUT(dropout_bf16, bf16)
