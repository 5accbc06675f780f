// Images of bytes as a network's input: cropped and mirrored at random, then normalised.
#include "common.cuh"

// Channels whose mean and deviation one launch takes.
#define TABLE_CHANNELS 16

struct ImageTableArguments {
    float* table;
    int channels;
    float mean[TABLE_CHANNELS];
    float deviation[TABLE_CHANNELS];
};

struct ImagesKernelArguments {
    const unsigned char* x;
    const int* indices;
    const float* table;
    void* y;
    int n, h, w, c;
    int padded;
    int crop;
    int flip;
    unsigned long long seed;
    unsigned long long stream;
    const unsigned long long* epoch;   // null, or the epoch of a captured step, see StepState
};

// table[c, b] = (b / 255 - mean[c]) / deviation[c] in double precision, rounded once: the same bits as the CPU's table, since
// each of its operations rounds alike everywhere.
// Shapes: table [C, 256]; a launch writes 16 channels at most.
// Grid: one block a channel; block 256, one thread a byte value; no shared memory.
// Bytes: 1 KB a channel.
// Deterministic: every element has one writer. Double precision: uses .f64 on purpose.
extern "C" __global__ void __launch_bounds__(256) image_table(const ImageTableArguments a) {
    const int c = (int)blockIdx.x;
    if (c < a.channels) {
        a.table[c * 256 + (int)threadIdx.x] = (float)(((double)threadIdx.x / 255.0 - (double)a.mean[c]) / (double)a.deviation[c]);
    }
}
RECEDE_KERNEL(image_table)

// y[h, w] = x[h + down, (flip ? W - 1 - w : w) + right], and byte 0 outside of x: as ImagesRule.Draw says.
struct ImageMove {
    int down, right, flip;
};

RECEDE_DEVICE ImageMove draw_move(const ImagesKernelArguments& a, int index) {
    const PhiloxBlock words = philox_block(a.seed, a.epoch ? a.stream + *a.epoch : a.stream, (unsigned)index);
    const unsigned long long places = 2ull * (unsigned)a.crop + 1;
    return {(int)(words.x * places >> 32) - a.crop, (int)(words.y * places >> 32) - a.crop, a.flip && words.z >> 31 != 0};
}

template <class T>
static __device__ void images(const ImagesKernelArguments& a) {
    constexpr int W = Pack<T>::Width;
    RECEDE_SHARED(ImageMove, move, 1);
    const unsigned char* __restrict__ x = a.x;
    const float* __restrict__ table = a.table;
    T* __restrict__ y = (T*)a.y;
    const int vectors = a.padded / W;
    const long long items = (long long)a.h * a.w * vectors;
    for (int image = (int)blockIdx.y; image < a.n; image += (int)gridDim.y) {
        if (threadIdx.x == 0) move[0] = a.indices ? draw_move(a, a.indices[image]) : ImageMove{0, 0, 0};
        __syncthreads();
        const ImageMove m = move[0];
        const unsigned char* from = x + (long long)image * a.h * a.w * a.c;
        T* to = y + image * items * W;
        for (long long i = global_thread(); i < items; i += grid_threads()) {
            const int pixel = (int)(i / vectors), first = (int)(i % vectors) * W;
            const int row = pixel / a.w, column = pixel - row * a.w;
            const int h = row + m.down, w = (m.flip ? a.w - 1 - column : column) + m.right;
            const bool inside = h >= 0 && h < a.h && w >= 0 && w < a.w;
            const unsigned char* bytes = from + ((long long)h * a.w + w) * a.c;
            Pack<T> v;
            for (int lane = 0; lane < W; lane++) {
                const int c = first + lane;
                v.v[lane] = c < a.c ? table[c * 256 + (inside ? bytes[c] : 0)] : 0.f;
            }
            store_pack(to + i * W, v);
        }
        // The next image's move is written after everyone has read this one's.
        __syncthreads();
    }
}

// Shapes: x uint8 [N, H, W, C], dense; indices int32 [N] or null; table [C, 256]; y [N, H, W, C], padded.
// Grid: x over one image's 16-byte vectors of y, y over images, both grid-stride; block 256; shared 12 bytes, static.
// Bytes: x read once, y written once.
// Deterministic: draws depend on seed, stream and an image's index alone; every element has one writer.
#define IMAGES(name, type) \
    extern "C" __global__ void __launch_bounds__(256) name(const ImagesKernelArguments a) { images<type>(a); } \
    RECEDE_KERNEL(name)
IMAGES(images_f32, float)
IMAGES(images_bf16, bf16)
