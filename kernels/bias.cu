// A bias per channel, and its gradient: the sums of the columns of dL/dy, pixels by channels.
#include "common.cuh"

#define SUMS_BLOCK 256

struct ColumnSumsArguments {
    const void* from;
    float* to;
    long long rows;
    long long part;
    int padded;
    int accumulate;
};

// A block sums part rows of its columns, one thread a vector and a share of the rows, and joins the shares in a tree.
// blockDim.y is a power of two.
template <class T>
static __device__ void column_sums(const ColumnSumsArguments& a) {
    constexpr int W = Pack<T>::Width;
    RECEDE_SHARED(float, shares, SUMS_BLOCK * W);
    const T* __restrict__ from = (const T*)a.from;
    const int vector = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    const int slot = (int)(threadIdx.y * blockDim.x + threadIdx.x);
    const bool inside = vector < a.padded / W;
    const long long first = blockIdx.y * a.part, limit = first + a.part, end = limit < a.rows ? limit : a.rows;
    Pack<T> sum = zero_pack<T>();
    if (inside) {
        for (long long row = first + threadIdx.y; row < end; row += blockDim.y) {
            const Pack<T> v = load_pack(from + row * a.padded + vector * W);
            for (int lane = 0; lane < W; lane++) sum.v[lane] += v.v[lane];
        }
    }
    // Lane after lane, so that neighbours in a warp use neighbouring banks.
    for (int lane = 0; lane < W; lane++) shares[lane * SUMS_BLOCK + slot] = sum.v[lane];
    __syncthreads();
    for (int half = (int)blockDim.y / 2; half > 0; half /= 2) {
        if ((int)threadIdx.y < half) {
            for (int lane = 0; lane < W; lane++) {
                shares[lane * SUMS_BLOCK + slot] += shares[lane * SUMS_BLOCK + slot + half * (int)blockDim.x];
            }
        }
        __syncthreads();
    }
    if (threadIdx.y == 0 && inside) {
        float* to = a.to + (long long)blockIdx.y * a.padded + vector * W;
        for (int lane = 0; lane < W; lane++) {
            const float total = shares[lane * SUMS_BLOCK + slot];
            to[lane] = a.accumulate ? to[lane] + total : total;
        }
    }
}

// Shapes: from [rows, C], channels padded; to float [parts, C]: the sums of part rows each.
// Grid: x over vectors of channels, y over parts; block 256 in all: x vectors (a power of two, 32 at most), y shares of the
// rows; shared 256 floats a lane of a vector (4 KB, or 8 KB for bf16), static.
// Bytes: from read once, to written once, and read where it accumulates.
// Deterministic: two stages, this kernel over the tensor and then over its parts; cut and ordered by shape alone.
#define COLUMN_SUMS(name, type) \
    extern "C" __global__ void __launch_bounds__(256) name(const ColumnSumsArguments a) { column_sums<type>(a); } \
    RECEDE_KERNEL(name)
COLUMN_SUMS(column_sums_f32, float)
COLUMN_SUMS(column_sums_bf16, bf16)

struct AddBiasArguments {
    void* y;
    const float* bias;
    long long rows;
    int padded;
};

template <class T>
static __device__ void add_bias(const AddBiasArguments& a) {
    constexpr int W = Pack<T>::Width;
    T* __restrict__ y = (T*)a.y;
    const int vector = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    if (vector >= a.padded / W) return;
    const Pack<T> bias = load_floats<T>(a.bias + vector * W);
    const long long step = (long long)gridDim.y * blockDim.y;
    for (long long row = (long long)blockIdx.y * blockDim.y + threadIdx.y; row < a.rows; row += step) {
        T* at = y + row * a.padded + vector * W;
        Pack<T> v = load_pack(at);
        for (int lane = 0; lane < W; lane++) v.v[lane] += bias.v[lane];
        store_pack(at, v);
    }
}

// Shapes: y [rows, C] += bias [C], float whatever y is; channels padded, the padding of both zero, and so it stays.
// Grid: x over vectors of channels, y over rows, grid-stride; block 256 in all: x vectors, y rows; no shared memory.
// Bytes: y read and written once. Deterministic: each value by one thread.
#define ADD_BIAS(name, type) \
    extern "C" __global__ void __launch_bounds__(256) name(const AddBiasArguments a) { add_bias<type>(a); } \
    RECEDE_KERNEL(name)
ADD_BIAS(add_bias_f32, float)
ADD_BIAS(add_bias_bf16, bf16)
