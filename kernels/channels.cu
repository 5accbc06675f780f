// Ops that only move values: channel map, concatenation, flatten.
#include "common.cuh"

// Output channels that one launch of a channel map writes; a multiple of every vector's width.
#define MAP_CHANNELS 512

struct ChannelMapKernelArguments {
    const void* from;
    void* to;
    int n;
    int from_h, from_w, from_padded;
    int to_h, to_w, to_padded;
    int first;
    int count;
    int stride;
    int spread;
    int accumulate;
    int sources[MAP_CHANNELS];
};

struct ChannelSliceArguments {
    const void* from;
    void* to;
    long long pixels;
    int from_padded, from_first;
    int to_padded, to_first;
    int channels;
    int zeros;
    int aligned;
    int accumulate;
};

struct FlattenArguments {
    const void* from;
    void* to;
    long long n;
    int pixels;
    int channels;
    int padded;
    int row;
    int accumulate;
};

// to[n, h, w, c] = from[n, h s, w s, sources[c]] or, spread the other way, from[n, h / s, w / s, sources[c]] where s divides h
// and w. Zero where there is no source.
template <class T>
static __device__ void channel_map(const ChannelMapKernelArguments& a) {
    constexpr int W = Pack<T>::Width;
    // Indexed at random, so not from the constant bank that arguments lie in.
    RECEDE_SHARED(int, sources, MAP_CHANNELS);
    for (int i = (int)threadIdx.x; i < a.count; i += (int)blockDim.x) sources[i] = a.sources[i];
    __syncthreads();
    const T* __restrict__ from = (const T*)a.from;
    T* __restrict__ to = (T*)a.to;
    const int vectors = a.count / W;
    const long long items = (long long)a.n * a.to_h * a.to_w * vectors;
    for (long long i = global_thread(); i < items; i += grid_threads()) {
        const long long pixel = i / vectors, row = pixel / a.to_w, image = row / a.to_h;
        const int c = (int)(i - pixel * vectors) * W;
        const int h = (int)(row - image * a.to_h), w = (int)(pixel - row * a.to_w);
        const bool there = !a.spread || (h % a.stride == 0 && w % a.stride == 0);
        const int y = a.spread ? h / a.stride : h * a.stride, x = a.spread ? w / a.stride : w * a.stride;
        const T* source = from + ((image * a.from_h + y) * a.from_w + x) * a.from_padded;
        Pack<T> v;
        for (int lane = 0; lane < W; lane++) {
            const int channel = sources[c + lane];
            v.v[lane] = there && channel >= 0 ? to_float(source[channel]) : 0.f;
        }
        put_pack(to + pixel * a.to_padded + a.first + c, v, a.accumulate);
    }
}

// to[p, to_first + c] = from[p, from_first + c] for c < channels, then zeros.
template <class T>
static __device__ void channel_slice(const ChannelSliceArguments& a) {
    constexpr int W = Pack<T>::Width;
    const T* __restrict__ from = (const T*)a.from + a.from_first;
    T* __restrict__ to = (T*)a.to + a.to_first;
    const int span = a.channels + a.zeros;
    if (a.aligned) {
        const int vectors = (span + W - 1) / W;
        const long long items = a.pixels * vectors;
        for (long long i = global_thread(); i < items; i += grid_threads()) {
            const long long pixel = i / vectors;
            const int c = (int)(i - pixel * vectors) * W;
            Pack<T> v = c < a.channels ? load_pack(from + pixel * a.from_padded + c) : zero_pack<T>();
            for (int lane = 0; lane < W; lane++) {
                if (c + lane >= a.channels) v.v[lane] = 0.f;
            }
            put_pack(to + pixel * a.to_padded + c, v, a.accumulate);
        }
        return;
    }
    const long long items = a.pixels * span;
    for (long long i = global_thread(); i < items; i += grid_threads()) {
        const long long pixel = i / span;
        const int c = (int)(i - pixel * span);
        const float v = c < a.channels ? to_float(from[pixel * a.from_padded + c]) : 0.f;
        T* target = to + pixel * a.to_padded + c;
        *target = from_float<T>(a.accumulate ? to_float(*target) + v : v);
    }
}

template <class T>
static __device__ void flatten_forward(const FlattenArguments& a) {
    constexpr int W = Pack<T>::Width;
    const T* __restrict__ from = (const T*)a.from;
    T* __restrict__ to = (T*)a.to;
    const int vectors = a.row / W, features = a.pixels * a.channels;
    const long long items = a.n * vectors;
    for (long long i = global_thread(); i < items; i += grid_threads()) {
        const long long image = i / vectors;
        const int first = (int)(i - image * vectors) * W;
        int pixel = first / a.channels, channel = first - pixel * a.channels;
        const T* source = from + image * a.pixels * a.padded;
        Pack<T> v;
        for (int lane = 0; lane < W; lane++) {
            v.v[lane] = first + lane < features ? to_float(source[(long long)pixel * a.padded + channel]) : 0.f;
            if (++channel == a.channels) {
                channel = 0;
                pixel++;
            }
        }
        store_pack(to + i * W, v);
    }
}

template <class T>
static __device__ void flatten_backward(const FlattenArguments& a) {
    constexpr int W = Pack<T>::Width;
    const T* __restrict__ from = (const T*)a.from;
    T* __restrict__ to = (T*)a.to;
    const int vectors = a.padded / W;
    const long long items = a.n * a.pixels * vectors;
    for (long long i = global_thread(); i < items; i += grid_threads()) {
        const long long pixel = i / vectors, image = pixel / a.pixels;
        const int c = (int)(i - pixel * vectors) * W;
        const T* source = from + image * a.row + (pixel - image * a.pixels) * a.channels;
        Pack<T> v;
        for (int lane = 0; lane < W; lane++) v.v[lane] = c + lane < a.channels ? to_float(source[c + lane]) : 0.f;
        put_pack(to + i * W, v, a.accumulate);
    }
}

// Shapes: forward from = x [N, H, W, C], to = y [N, ceil(H / s), ceil(W / s), K]; backward (spread) from = dy, to = dx.
// A launch writes count channels (512 at most, a multiple of 8) of to, starting with first.
// Grid: one thread a 16-byte vector of to, grid-stride; block 256; shared 2 KB, static.
// Bytes: what is mapped read once, to written once, and read where it accumulates.
// Deterministic: every element has one writer; a channel with several readers takes one launch each, in their order.
#define CHANNEL_MAP(name, type) \
    extern "C" __global__ void __launch_bounds__(256) name(const ChannelMapKernelArguments a) { channel_map<type>(a); } \
    RECEDE_KERNEL(name)
CHANNEL_MAP(channel_map_f32, float)
CHANNEL_MAP(channel_map_bf16, bf16)

// Shapes: from [N, H, W, C], to [N, H, W, K], pixels = N H W; channels channels are moved, and zeros more set to zero.
// Grid: one thread a 16-byte vector (aligned: both first channels are multiples of 8 and so is the span) or one a value,
// grid-stride; block 256; no shared memory.
// Bytes: the slice read once, written once, and also read where it accumulates.
// Deterministic: every element has one writer.
#define CHANNEL_SLICE(name, type) \
    extern "C" __global__ void __launch_bounds__(256) name(const ChannelSliceArguments a) { channel_slice<type>(a); } \
    RECEDE_KERNEL(name)
CHANNEL_SLICE(channel_slice_f32, float)
CHANNEL_SLICE(channel_slice_bf16, bf16)

// Shapes: from = x [N, H, W, C] with pixels = H W, padded = C padded; to = y [N, 1, 1, H W C], row = H W C padded.
// Grid: one thread a 16-byte vector of y, grid-stride; block 256; no shared memory.
// Bytes: x read once, y written once.
// Deterministic: every element has one writer.
#define FLATTEN_FORWARD(name, type) \
    extern "C" __global__ void __launch_bounds__(256) name(const FlattenArguments a) { flatten_forward<type>(a); } \
    RECEDE_KERNEL(name)
FLATTEN_FORWARD(flatten_forward_f32, float)
FLATTEN_FORWARD(flatten_forward_bf16, bf16)

// Shapes: from = dy [N, 1, 1, H W C], to = dx [N, H, W, C]; the rest as forward.
// Grid: one thread a 16-byte vector of dx, grid-stride; block 256; no shared memory.
// Bytes: dy read once, dx written once, and read where it accumulates.
// Deterministic: every element has one writer.
#define FLATTEN_BACKWARD(name, type) \
    extern "C" __global__ void __launch_bounds__(256) name(const FlattenArguments a) { flatten_backward<type>(a); } \
    RECEDE_KERNEL(name)
FLATTEN_BACKWARD(flatten_backward_f32, float)
FLATTEN_BACKWARD(flatten_backward_bf16, bf16)
