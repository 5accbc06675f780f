// Convolution in groups of channels, depthwise included. Ordinary convolutions are cuDNN's.
//
// Filters and their gradients are float32, [O][KH][KW][I / groups] with O and I / groups padded to 8. Both directions first
// turn them so that the channels that are written lie side by side; then neighbouring threads read neighbouring weights, and
// a depthwise convolution reads nothing but vectors.
#include "common.cuh"

struct TurnFiltersArguments {
    const float* from;
    float* to;
    int o, taps, i, padded_i;
    int group_o;
    int channels, padded;
    int backward;
};

struct GroupedConvolutionArguments {
    const void* from;
    const float* filters;
    const float* bias;
    void* to;
    int n;
    int from_h, from_w, from_padded;
    int to_h, to_w, to_c, to_padded;
    int kh, kw;
    int stride_h, stride_w;
    int pad_h, pad_w;
    int dilation_h, dilation_w;
    int group_from, group_to;
    int accumulate;
};

struct GroupedFilterGradientArguments {
    const void* x;
    const void* dy;
    float* parts;
    int n, h, w, padded;
    int oh, ow, o, padded_o;
    int kh, kw;
    int stride_h, stride_w;
    int pad_h, pad_w;
    int dilation_h, dilation_w;
    int group_i, group_o;
    int chunks, chunk_rows;
};

struct GroupedFilterSumArguments {
    const float* parts;
    float* dw;
    int o, padded_o;
    int taps;
    int i, padded_i;
    int chunks;
    int accumulate;
};

// Shapes: from [O, KH, KW, I], a filter. Forward to = [KH KW][I][O], backward to = [KH KW][O of a group][C]: the last axis is
// channels wide, padded with zeros to padded.
// Grid: one thread a value of to, grid-stride; block 256; no shared memory.
// Bytes: the filter read once, to written once.
// Deterministic: every element has one writer.
extern "C" __global__ void __launch_bounds__(256) turn_filters(const TurnFiltersArguments a) {
    const float* __restrict__ from = a.from;
    float* __restrict__ to = a.to;
    const int inner = a.backward ? a.group_o : a.i;
    const long long items = (long long)a.taps * inner * a.padded;
    for (long long item = global_thread(); item < items; item += grid_threads()) {
        const long long row = item / a.padded, tap = row / inner;
        const int channel = (int)(item - row * a.padded), within = (int)(row - tap * inner);
        const int group = channel / a.i;
        const int o = a.backward ? group * a.group_o + within : channel;
        const int i = a.backward ? channel - group * a.i : within;
        to[item] = channel < a.channels ? from[((long long)o * a.taps + tap) * a.padded_i + i] : 0.f;
    }
}
RECEDE_KERNEL(turn_filters)

// Where a tap reads along one axis, or -1: forward the input that output `at` meets, backward the output that met input `at`.
template <bool Backward>
RECEDE_DEVICE int tap_source(int at, int tap, int stride, int pad, int dilation, int size) {
    if (!Backward) {
        const int place = at * stride - pad + tap * dilation;
        return place >= 0 && place < size ? place : -1;
    }
    const int place = at + pad - tap * dilation;
    return place >= 0 && place % stride == 0 && place / stride < size ? place / stride : -1;
}

template <class T, bool Backward>
static __device__ void grouped_convolution(const GroupedConvolutionArguments& a) {
    constexpr int W = Pack<T>::Width;
    const T* __restrict__ from = (const T*)a.from;
    const float* __restrict__ filters = a.filters;
    T* __restrict__ to = (T*)a.to;
    const bool depthwise = a.group_from == 1 && a.group_to == 1;
    const int vectors = a.to_padded / W;
    const long long items = (long long)a.n * a.to_h * a.to_w * vectors;
    for (long long item = global_thread(); item < items; item += grid_threads()) {
        const long long pixel = item / vectors, row = pixel / a.to_w, image = row / a.to_h;
        const int c = (int)(item - pixel * vectors) * W;
        const int h = (int)(row - image * a.to_h), w = (int)(pixel - row * a.to_w);
        int group[W];   // the first channel that each lane's group reads
        for (int lane = 0; lane < W; lane++) {
            group[lane] = (c + lane < a.to_c ? c + lane : a.to_c - 1) / a.group_to * a.group_from;
        }
        Pack<T> sum = a.bias ? load_floats<T>(a.bias + c) : zero_pack<T>();
        for (int kh = 0; kh < a.kh; kh++) {
            const int y = tap_source<Backward>(h, kh, a.stride_h, a.pad_h, a.dilation_h, a.from_h);
            if (y < 0) continue;
            for (int kw = 0; kw < a.kw; kw++) {
                const int x = tap_source<Backward>(w, kw, a.stride_w, a.pad_w, a.dilation_w, a.from_w);
                if (x < 0) continue;
                const T* read = from + ((image * a.from_h + y) * a.from_w + x) * a.from_padded;
                const float* filter = filters + (long long)(kh * a.kw + kw) * a.group_from * a.to_padded + c;
                if (depthwise) {
                    const Pack<T> v = load_pack(read + c), weight = load_floats<T>(filter);
                    for (int lane = 0; lane < W; lane++) sum.v[lane] = fmaf(v.v[lane], weight.v[lane], sum.v[lane]);
                    continue;
                }
                for (int i = 0; i < a.group_from; i++, filter += a.to_padded) {
                    const Pack<T> weight = load_floats<T>(filter);
                    for (int lane = 0; lane < W; lane++) {
                        sum.v[lane] = fmaf(to_float(read[group[lane] + i]), weight.v[lane], sum.v[lane]);
                    }
                }
            }
        }
        // A zero weight does not make padding of an infinity.
        for (int lane = 0; lane < W; lane++) {
            if (c + lane >= a.to_c) sum.v[lane] = 0.f;
        }
        put_pack(to + item * W, sum, a.accumulate);
    }
}

// Output channels of neighbouring threads are neighbours, so both tensors are read side by side.
template <class T>
static __device__ void grouped_filter_gradient(const GroupedFilterGradientArguments& a) {
    const T* __restrict__ x = (const T*)a.x;
    const T* __restrict__ dy = (const T*)a.dy;
    const long long elements = (long long)a.kh * a.kw * a.group_i * a.o, items = elements * a.chunks;
    const long long rows = (long long)a.n * a.oh;
    for (long long item = global_thread(); item < items; item += grid_threads()) {
        const long long chunk = item / elements, element = item - chunk * elements, inner = element / a.o;
        const int o = (int)(element - inner * a.o), tap = (int)(inner / a.group_i), i = (int)(inner - (long long)tap * a.group_i);
        const int kh = tap / a.kw, kw = tap - kh * a.kw, channel = o / a.group_o * a.group_i + i;
        const long long first = chunk * a.chunk_rows, end = first + a.chunk_rows < rows ? first + a.chunk_rows : rows;
        float sum = 0.f;
        for (long long row = first; row < end; row++) {
            const long long image = row / a.oh;
            const int h = tap_source<false>((int)(row - image * a.oh), kh, a.stride_h, a.pad_h, a.dilation_h, a.h);
            if (h < 0) continue;
            const T* given = dy + row * a.ow * a.padded_o + o;
            const T* read = x + (image * a.h + h) * a.w * a.padded + channel;
            for (int q = 0; q < a.ow; q++) {
                const int w = tap_source<false>(q, kw, a.stride_w, a.pad_w, a.dilation_w, a.w);
                if (w >= 0) {
                    sum = fmaf(to_float(given[(long long)q * a.padded_o]), to_float(read[(long long)w * a.padded]), sum);
                }
            }
        }
        a.parts[item] = sum;
    }
}

// Shapes: forward from = x [N, H, W, C], to = y [N, OH, OW, O], bias float [O] or null; backward from = dy, to = dx, no bias.
// filters as turn_filters gives them. group_from and group_to are a group's channels on either side.
// Grid: one thread a 16-byte vector of to, grid-stride; block 256; no shared memory.
// Bytes: to written once, and read where it accumulates; from read once for each tap that meets it, mostly from cache.
// Deterministic: every element has one writer, which adds taps in row order.
#define GROUPED_CONVOLUTION(name, type, backward) \
    extern "C" __global__ void __launch_bounds__(256) name(const GroupedConvolutionArguments a) { grouped_convolution<type, backward>(a); } \
    RECEDE_KERNEL(name)
GROUPED_CONVOLUTION(grouped_convolution_forward_f32, float, false)
GROUPED_CONVOLUTION(grouped_convolution_forward_bf16, bf16, false)
GROUPED_CONVOLUTION(grouped_convolution_backward_f32, float, true)
GROUPED_CONVOLUTION(grouped_convolution_backward_bf16, bf16, true)

// Shapes: x [N, H, W, C], dy [N, OH, OW, O]; parts float [chunks][KH KW][I of a group][O]: each the gradient over chunk_rows
// rows of the N OH of dy.
// Grid: one thread a value of parts, grid-stride; block 256; no shared memory.
// Bytes: x and dy read once for each value of a filter, mostly from cache; parts written once.
// Deterministic: the first of two stages; chunks are cut by shape alone.
#define GROUPED_FILTER_GRADIENT(name, type) \
    extern "C" __global__ void __launch_bounds__(256) name(const GroupedFilterGradientArguments a) { grouped_filter_gradient<type>(a); } \
    RECEDE_KERNEL(name)
GROUPED_FILTER_GRADIENT(grouped_filter_gradient_f32, float)
GROUPED_FILTER_GRADIENT(grouped_filter_gradient_bf16, bf16)

// Shapes: parts float [chunks][KH KW][I of a group][O]; dw [O, KH, KW, I of a group], a filter.
// Grid: one thread a value of dw, padding included, grid-stride; block 256; no shared memory.
// Bytes: parts read once, dw written once, and read where it accumulates.
// Deterministic: the second stage; adds chunks in their order.
extern "C" __global__ void __launch_bounds__(256) grouped_filter_sum(const GroupedFilterSumArguments a) {
    const float* __restrict__ parts = a.parts;
    float* __restrict__ dw = a.dw;
    const long long elements = (long long)a.taps * a.i * a.o, items = (long long)a.padded_o * a.taps * a.padded_i;
    for (long long item = global_thread(); item < items; item += grid_threads()) {
        const long long row = item / a.padded_i, o = row / a.taps;
        const int i = (int)(item - row * a.padded_i), tap = (int)(row - o * a.taps);
        float sum = 0.f;
        if (o < a.o && i < a.i) {
            const float* part = parts + ((long long)tap * a.i + i) * a.o + o;
            for (int chunk = 0; chunk < a.chunks; chunk++, part += elements) sum += *part;
        }
        dw[item] = a.accumulate ? dw[item] + sum : sum;
    }
}
RECEDE_KERNEL(grouped_filter_sum)
