// What the kernels of BatchNorm share; batch_norm_forward.cu and batch_norm_backward.cu tell what they do.
//
// Two shapes of launch.
//   Over pixels (moments, forward, reduce, backward): a thread keeps one pack of channels (4 floats or 8 bfloat16) and
//   walks down a slice of the pixels. Block (bx, by), bx packs beside each other times by pixels, bx * by <= 256; grid
//   (slices, chunks of bx packs). Neighbouring threads read neighbouring 16 bytes.
//   Over channels (merge_*): block (8, 64), 8 channels times 64 walkers over the slices' partial sums; grid (Cp / 8).
// Both are cut by the shape alone, and every sum is taken in an order that the cut fixes: the same bits each time. P = N * H * W
// pixels of Cp channels.
#pragma once
#include "common.cuh"

static constexpr int MostThreads = 256;
static constexpr int MergeWalkers = 64;

// What a thread of a launch over pixels works on.
struct Place {
    int channel;       // its pack's first
    bool inside;       // the last chunk may reach beyond the channels
    long long first;   // pixel of the slice's start
    long long end;
};

template <class T>
RECEDE_DEVICE Place place_of(unsigned slice, long long pixels, int padded, int slicePixels) {
    Place place;
    place.channel = static_cast<int>(blockIdx.y * blockDim.x + threadIdx.x) * Pack<T>::Width;
    place.inside = place.channel < padded;
    place.first = static_cast<long long>(slice) * slicePixels;
    place.end = place.first + slicePixels < pixels ? place.first + slicePixels : pixels;
    return place;
}

// The largest power of two below the rows of a block: where its tree of sums starts.
RECEDE_DEVICE int first_half(int rows) {
    int half = 1;
    while (2 * half < rows) half *= 2;
    return half;
}

// The factor of a channel as float; the same expression in every kernel, so that all of them see the same bits.
RECEDE_DEVICE float scale_of(float parameter, int bounded) { return bounded ? sigmoid(parameter) : parameter; }

RECEDE_DEVICE float rstd_of(float variance, float epsilon) { return 1.0f / sqrtf(variance + epsilon); }

// y = fma(x - mean, a, b): what each kernel needs to know of a pack of channels. rest is what rounding to float took off
// the mean: of data far from zero x - mean must be exact.
template <class T>
struct Affine {
    Pack<T> mean, a, b;

    RECEDE_DEVICE Affine of(
        const Pack<T>& mean, const Pack<T>& rest, const Pack<T>& rstd, const float* scale, const float* shift, int bounded, int channel, int channels) {
        Affine result;
        result.mean = mean;
        const Pack<T> parameter = load_floats<T>(scale + channel);
        const Pack<T> added = shift ? load_floats<T>(shift + channel) : zero_pack<T>();
#pragma unroll
        for (int i = 0; i < Pack<T>::Width; i++) {
            // A padding lane must stay zero: neither its scale nor its shift may show.
            const bool real = channel + i < channels;
            result.a.v[i] = real ? scale_of(parameter.v[i], bounded) * rstd.v[i] : 0.0f;
            result.b.v[i] = real ? fmaf(-result.a.v[i], rest.v[i], added.v[i]) : 0.0f;
        }
        return result;
    }
};

// The sum of a channel's walkers in shared [64][8], in a fixed tree; all threads of a (8, 64) block call and get it.
RECEDE_DEVICE double sum_of_walkers(double value, double* shared) {
    const int lane = static_cast<int>(threadIdx.x), walker = static_cast<int>(threadIdx.y);
    __syncthreads();
    shared[walker * 8 + lane] = value;
    for (int half = MergeWalkers / 2; half > 0; half /= 2) {
        __syncthreads();
        if (walker < half) shared[walker * 8 + lane] += shared[(walker + half) * 8 + lane];
    }
    __syncthreads();
    return shared[lane];
}
