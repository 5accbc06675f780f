// Max, average and global average pooling. Taps outside the image are skipped, which is what both kinds of padding mean:
// minus infinity for a maximum, zero for a sum.
#include "common.cuh"

struct Pool2dForwardArguments {
    const void* x;
    void* y;
    int n, h, w, padded;
    int oh, ow;
    int kh, kw;
    int stride_h, stride_w;
    int pad_h, pad_w;
    float share;
};

struct Pool2dBackwardArguments {
    const void* x;
    const void* dy;
    void* dx;
    int n, h, w, padded;
    int oh, ow;
    int kh, kw;
    int stride_h, stride_w;
    int pad_h, pad_w;
    float share;
    int accumulate;
};

struct GlobalPoolForwardArguments {
    const void* x;
    void* y;
    long long pixels;
    int n;
    int padded;
    float share;
};

struct GlobalPoolBackwardArguments {
    const void* dy;
    void* dx;
    long long pixels;
    int n;
    int padded;
    float share;
    int accumulate;
};

#define POOL_BLOCK 256

// The taps of a window along one axis that lie inside the image: [first, end).
struct Taps {
    int first, end;
};

RECEDE_DEVICE Taps taps_of(int out, int stride, int pad, int kernel, int size) {
    const int start = out * stride - pad;
    return {start > 0 ? start : 0, start + kernel < size ? start + kernel : size};
}

// The windows along one axis that cover a place: [first, end).
RECEDE_DEVICE Taps windows_over(int at, int stride, int pad, int kernel, int windows) {
    const int last = (at + pad) / stride;
    const int before = at + pad - kernel;   // the last place that a window may start at without covering this one
    return {before < 0 ? 0 : before / stride + 1, last + 1 < windows ? last + 1 : windows};
}

// The larger; a NaN in either gives a NaN.
RECEDE_DEVICE float larger(float a, float b) { return a > b || a != a ? a : b; }

RECEDE_DEVICE float negative_infinity() { return __uint_as_float(0xff800000u); }

template <class T>
RECEDE_DEVICE Pack<T> splat_pack(float value) {
    Pack<T> pack;
    for (int lane = 0; lane < Pack<T>::Width; lane++) pack.v[lane] = value;
    return pack;
}

template <class T, bool Max>
static __device__ void pool_forward(const Pool2dForwardArguments& a) {
    constexpr int W = Pack<T>::Width;
    const T* __restrict__ x = (const T*)a.x;
    T* __restrict__ y = (T*)a.y;
    const int vectors = a.padded / W;
    const long long items = (long long)a.n * a.oh * a.ow * vectors;
    for (long long i = global_thread(); i < items; i += grid_threads()) {
        const long long pixel = i / vectors, row = pixel / a.ow, image = row / a.oh;
        const int c = (int)(i - pixel * vectors) * W;
        const Taps th = taps_of((int)(row - image * a.oh), a.stride_h, a.pad_h, a.kh, a.h);
        const Taps tw = taps_of((int)(pixel - row * a.ow), a.stride_w, a.pad_w, a.kw, a.w);
        Pack<T> joined = splat_pack<T>(Max ? negative_infinity() : 0.f);
        for (int h = th.first; h < th.end; h++) {
            const T* line = x + ((image * a.h + h) * a.w + tw.first) * a.padded + c;
            for (int w = tw.first; w < tw.end; w++, line += a.padded) {
                const Pack<T> v = load_pack(line);
                for (int lane = 0; lane < W; lane++) {
                    joined.v[lane] = Max ? larger(joined.v[lane], v.v[lane]) : joined.v[lane] + v.v[lane];
                }
            }
        }
        if (!Max) {
            for (int lane = 0; lane < W; lane++) joined.v[lane] *= a.share;
        }
        store_pack(y + i * W, joined);
    }
}

// Whether the value at (h, w) takes the gradient of the window that it lies in: the first, in row order, that the window's
// maximum does not exceed. A NaN in the window is its maximum, which exceeds nothing: then the first value takes it.
template <class T>
RECEDE_DEVICE void add_won(
    Pack<T>& sum, const T* image, int line, int padded, const Taps& th, const Taps& tw, int h, int w, const T* dy) {
    constexpr int W = Pack<T>::Width;
    Pack<T> before = splat_pack<T>(negative_infinity()), after = before;
    const Pack<T> own = load_pack(image + ((long long)h * line + w) * padded);
    for (int i = th.first; i < th.end; i++) {
        for (int j = tw.first; j < tw.end; j++) {
            if (i == h && j == w) continue;
            const Pack<T> v = load_pack(image + ((long long)i * line + j) * padded);
            const bool earlier = i < h || (i == h && j < w);
            for (int lane = 0; lane < W; lane++) {
                if (earlier) before.v[lane] = larger(before.v[lane], v.v[lane]);
                else after.v[lane] = larger(after.v[lane], v.v[lane]);
            }
        }
    }
    const bool first = h == th.first && w == tw.first;
    const Pack<T> g = load_pack(dy);
    for (int lane = 0; lane < W; lane++) {
        const float m = larger(larger(before.v[lane], own.v[lane]), after.v[lane]);
        const bool wins = m != m ? first : (first || own.v[lane] > before.v[lane]) && own.v[lane] >= after.v[lane];
        if (wins) sum.v[lane] += g.v[lane];
    }
}

// A gather over the windows that cover a value, in their order, so no two threads add to one place.
template <class T, bool Max>
static __device__ void pool_backward(const Pool2dBackwardArguments& a) {
    constexpr int W = Pack<T>::Width;
    const T* __restrict__ x = (const T*)a.x;
    const T* __restrict__ dy = (const T*)a.dy;
    T* __restrict__ dx = (T*)a.dx;
    const int vectors = a.padded / W;
    const long long items = (long long)a.n * a.h * a.w * vectors;
    for (long long i = global_thread(); i < items; i += grid_threads()) {
        const long long pixel = i / vectors, row = pixel / a.w, image = row / a.h;
        const int c = (int)(i - pixel * vectors) * W;
        const int h = (int)(row - image * a.h), w = (int)(pixel - row * a.w);
        const Taps wh = windows_over(h, a.stride_h, a.pad_h, a.kh, a.oh);
        const Taps ww = windows_over(w, a.stride_w, a.pad_w, a.kw, a.ow);
        Pack<T> sum = a.accumulate ? load_pack(dx + i * W) : zero_pack<T>();
        for (int p = wh.first; p < wh.end; p++) {
            for (int q = ww.first; q < ww.end; q++) {
                const T* given = dy + ((image * a.oh + p) * a.ow + q) * a.padded + c;
                if (Max) {
                    add_won(sum, x + image * a.h * a.w * a.padded + c, a.w, a.padded,
                            taps_of(p, a.stride_h, a.pad_h, a.kh, a.h), taps_of(q, a.stride_w, a.pad_w, a.kw, a.w), h, w, given);
                } else {
                    const Pack<T> g = load_pack(given);
                    for (int lane = 0; lane < W; lane++) sum.v[lane] += g.v[lane] * a.share;
                }
            }
        }
        store_pack(dx + i * W, sum);
    }
}

// A block sums columns of pixels of one image side by side, one thread a vector and a share of the pixels, then joins the
// shares in a tree. blockDim.y is a power of two.
template <class T>
static __device__ void global_pool_forward(const GlobalPoolForwardArguments& a) {
    constexpr int W = Pack<T>::Width;
    RECEDE_SHARED(float, shares, POOL_BLOCK * W);
    const T* __restrict__ x = (const T*)a.x;
    T* __restrict__ y = (T*)a.y;
    const int vectors = a.padded / W;
    const int vector = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    const int slot = (int)(threadIdx.y * blockDim.x + threadIdx.x);
    for (int image = (int)blockIdx.y; image < a.n; image += (int)gridDim.y) {
        Pack<T> sum = zero_pack<T>();
        if (vector < vectors) {
            const T* from = x + image * a.pixels * a.padded + (long long)vector * W;
            for (long long p = threadIdx.y; p < a.pixels; p += blockDim.y) {
                const Pack<T> v = load_pack(from + p * a.padded);
                for (int lane = 0; lane < W; lane++) sum.v[lane] += v.v[lane];
            }
        }
        // Lane after lane, so that neighbours in a warp use neighbouring banks.
        for (int lane = 0; lane < W; lane++) shares[lane * POOL_BLOCK + slot] = sum.v[lane];
        __syncthreads();
        for (int half = (int)blockDim.y / 2; half > 0; half /= 2) {
            if ((int)threadIdx.y < half) {
                for (int lane = 0; lane < W; lane++) {
                    shares[lane * POOL_BLOCK + slot] += shares[lane * POOL_BLOCK + slot + half * (int)blockDim.x];
                }
            }
            __syncthreads();
        }
        if (threadIdx.y == 0 && vector < vectors) {
            Pack<T> mean;
            for (int lane = 0; lane < W; lane++) mean.v[lane] = shares[lane * POOL_BLOCK + slot] * a.share;
            store_pack(y + (long long)image * a.padded + (long long)vector * W, mean);
        }
        __syncthreads();
    }
}

template <class T>
static __device__ void global_pool_backward(const GlobalPoolBackwardArguments& a) {
    constexpr int W = Pack<T>::Width;
    const T* __restrict__ dy = (const T*)a.dy;
    T* __restrict__ dx = (T*)a.dx;
    const int vectors = a.padded / W;
    const long long items = a.n * a.pixels * vectors;
    for (long long i = global_thread(); i < items; i += grid_threads()) {
        const long long pixel = i / vectors;
        Pack<T> v = load_pack(dy + pixel / a.pixels * a.padded + (i - pixel * vectors) * W);
        for (int lane = 0; lane < W; lane++) v.v[lane] *= a.share;
        put_pack(dx + i * W, v, a.accumulate);
    }
}

// Shapes: x [N, H, W, C], y [N, OH, OW, C]; channels padded.
// Grid: one thread a 16-byte vector of y, grid-stride; block 256; no shared memory.
// Bytes: x read once for each window that covers a value (from cache where windows overlap), y written once.
// Deterministic: every element has one writer, taps are joined in row order.
#define POOL2D_FORWARD(name, type, max) \
    extern "C" __global__ void __launch_bounds__(256) name(const Pool2dForwardArguments a) { pool_forward<type, max>(a); } \
    RECEDE_KERNEL(name)
POOL2D_FORWARD(max_pool2d_forward_f32, float, true)
POOL2D_FORWARD(max_pool2d_forward_bf16, bf16, true)
POOL2D_FORWARD(average_pool2d_forward_f32, float, false)
POOL2D_FORWARD(average_pool2d_forward_bf16, bf16, false)

// Shapes: x, dx [N, H, W, C], dy [N, OH, OW, C]; channels padded; x is null for an average.
// Grid: one thread a 16-byte vector of dx, grid-stride; block 256; no shared memory.
// Bytes: dy read once for each value of its window, x (for a maximum) once for each value of each window that covers it, both
// from cache after the first time; dx written once, and read where it accumulates.
// Deterministic: every element has one writer, which adds windows in row order.
#define POOL2D_BACKWARD(name, type, max) \
    extern "C" __global__ void __launch_bounds__(256) name(const Pool2dBackwardArguments a) { pool_backward<type, max>(a); } \
    RECEDE_KERNEL(name)
POOL2D_BACKWARD(max_pool2d_backward_f32, float, true)
POOL2D_BACKWARD(max_pool2d_backward_bf16, bf16, true)
POOL2D_BACKWARD(average_pool2d_backward_f32, float, false)
POOL2D_BACKWARD(average_pool2d_backward_bf16, bf16, false)

// Shapes: x [N, H, W, C] with pixels = H W, y [N, 1, 1, C]; channels padded.
// Grid: x over vectors of channels, y over images (grid-stride); block 256 in all: x vectors (a power of two, 32 at most),
// y shares of the pixels; shared 256 floats a lane of a vector (4 KB, or 8 KB for bf16), static.
// Bytes: x read once, y written once.
// Deterministic: a share sums its pixels in order, the tree joins shares in an order that the shape alone sets.
#define GLOBAL_POOL_FORWARD(name, type) \
    extern "C" __global__ void __launch_bounds__(256) name(const GlobalPoolForwardArguments a) { global_pool_forward<type>(a); } \
    RECEDE_KERNEL(name)
GLOBAL_POOL_FORWARD(global_average_pool_forward_f32, float)
GLOBAL_POOL_FORWARD(global_average_pool_forward_bf16, bf16)

// Shapes: dy [N, 1, 1, C], dx [N, H, W, C] with pixels = H W; channels padded.
// Grid: one thread a 16-byte vector of dx, grid-stride; block 256; no shared memory.
// Bytes: dx written once, and read where it accumulates; dy from cache.
// Deterministic: every element has one writer.
#define GLOBAL_POOL_BACKWARD(name, type) \
    extern "C" __global__ void __launch_bounds__(256) name(const GlobalPoolBackwardArguments a) { global_pool_backward<type>(a); } \
    RECEDE_KERNEL(name)
GLOBAL_POOL_BACKWARD(global_average_pool_backward_f32, float)
GLOBAL_POOL_BACKWARD(global_average_pool_backward_bf16, bf16)
