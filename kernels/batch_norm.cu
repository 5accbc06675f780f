// BatchNorm over N, H and W, plain and bounded: y = [relu](s_c * (x - mean_c) * rstd_c + shift_c [+ residual]), where s is
// gamma itself or sigmoid(w), then without a shift. P = N * H * W pixels of Cp channels.
//
// Two shapes of launch.
//   Over pixels (moments, forward, reduce, backward): a thread keeps one pack of channels (4 floats or 8 bfloat16) and
//   walks down a slice of the pixels. Block (bx, by), bx packs beside each other times by pixels, bx * by <= 256; grid
//   (slices, chunks of bx packs). Neighbouring threads read neighbouring 16 bytes.
//   Over channels (merge_*): block (8, 64), 8 channels times 64 walkers over the slices' partial sums; grid (Cp / 8).
// Both are cut by the shape alone, and every sum is taken in an order that the cut fixes: the same bits each time.
//
// Bytes moved for an element of b bytes: forward with moments given, or of inference 2b (the floor), with its own moments
// 3b; backward 5b, 7b with the mask read from y. A residual adds b to the forward pass, its gradient b to the backward. The
// passes that write walk from the end, since what was read last is still in the cache.
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

// Moves the running statistics towards a batch's; a single value has no unbiased variance, and its biased one, 0, is taken.
RECEDE_DEVICE void follow(float* runningMean, float* runningVariance, int channel, double mean, double variance, long long pixels, float momentum) {
    const double count = static_cast<double>(pixels), share = momentum;
    const double unbiased = pixels > 1 ? variance * (count / (count - 1.0)) : variance;
    runningMean[channel] = static_cast<float>((1.0 - share) * runningMean[channel] + share * mean);
    runningVariance[channel] = static_cast<float>((1.0 - share) * runningVariance[channel] + share * unbiased);
}

// ---- Moments of slices --------------------------------------------------------------------------------------------------

struct NormMomentsArguments {
    const void* x;      // [P][Cp]
    float* partials;    // [slices][3][Cp]: the slice's first value, its mean less that, sum of squared differences from its mean
    long long pixels;
    int padded;
    int slicePixels;
};

// Every thread sums differences from its own first value, of at most a few hundred pixels: with one of n values in that
// reference, cancellation costs a factor of n at the very most. Threads are then merged in pairs (Chan, Golub, LeVeque 1979).
// Launch over pixels. Shared: 256 * (2 * packs' width + 1) * 4 bytes: 9 KiB (float32), 17 KiB (bfloat16). Reads x once.
template <class T>
static __device__ __forceinline__ void batch_norm_moments(const NormMomentsArguments& a) {
    constexpr int Width = Pack<T>::Width;
    constexpr int Unrolled = 4;
    RECEDE_SHARED(float, means, MostThreads * Width);
    RECEDE_SHARED(float, squares, MostThreads * Width);
    RECEDE_SHARED(float, counts, MostThreads);
    const Place place = place_of<T>(blockIdx.x, a.pixels, a.padded, a.slicePixels);
    const int rows = static_cast<int>(blockDim.y), row = static_cast<int>(threadIdx.y);
    const int self = row * static_cast<int>(blockDim.x) + static_cast<int>(threadIdx.x);
    const T* __restrict__ x = static_cast<const T*>(a.x) + place.channel;

    Pack<T> origin = zero_pack<T>(), mean = zero_pack<T>(), square = zero_pack<T>();
    float count = 0.0f;
    if (place.inside && place.first + row < place.end) {
        origin = load_pack(x + place.first * a.padded);
        const Pack<T> own = load_pack(x + (place.first + row) * a.padded);
        for (long long at = place.first + row + rows; at < place.end; at += Unrolled * rows) {
            Pack<T> values[Unrolled];
#pragma unroll
            for (int u = 0; u < Unrolled; u++) {
                values[u] = at + u * rows < place.end ? load_pack(x + (at + u * rows) * a.padded) : own;
            }
#pragma unroll
            for (int u = 0; u < Unrolled; u++) {
#pragma unroll
                for (int i = 0; i < Width; i++) {
                    const float d = values[u].v[i] - own.v[i];
                    mean.v[i] += d;
                    square.v[i] = fmaf(d, d, square.v[i]);
                }
            }
        }
        count = static_cast<float>((place.end - place.first - row + rows - 1) / rows);
        const float share = 1.0f / count;
#pragma unroll
        for (int i = 0; i < Width; i++) {
            const float off = mean.v[i] * share, rest = square.v[i] - mean.v[i] * off;
            square.v[i] = rest < 0.0f ? 0.0f : rest;
            mean.v[i] = (own.v[i] - origin.v[i]) + off;
        }
    }

#pragma unroll
    for (int i = 0; i < Width; i++) {
        means[i * MostThreads + self] = mean.v[i];
        squares[i * MostThreads + self] = square.v[i];
    }
    counts[self] = count;
    for (int half = first_half(rows); half > 0; half /= 2) {
        __syncthreads();
        if (row < half && row + half < rows) {
            const int other = self + half * static_cast<int>(blockDim.x);
            const float more = counts[other];
            if (more > 0.0f) {
                const float whole = count + more, share = more / whole;
#pragma unroll
                for (int i = 0; i < Width; i++) {
                    const float d = means[i * MostThreads + other] - mean.v[i];
                    mean.v[i] = fmaf(d, share, mean.v[i]);
                    square.v[i] += fmaf(d * d, count * share, squares[i * MostThreads + other]);
                    means[i * MostThreads + self] = mean.v[i];
                    squares[i * MostThreads + self] = square.v[i];
                }
                count = whole;
                counts[self] = count;
            }
        }
    }

    if (row == 0 && place.inside) {
        float* partial = a.partials + 3ll * blockIdx.x * a.padded + place.channel;
        store_floats<T>(partial, origin);
        store_floats<T>(partial + a.padded, mean);
        store_floats<T>(partial + 2 * a.padded, square);
    }
}

extern "C" __global__ void __launch_bounds__(256) batch_norm_moments_f32(const NormMomentsArguments a) { batch_norm_moments<float>(a); }
RECEDE_KERNEL(batch_norm_moments_f32)
extern "C" __global__ void __launch_bounds__(256) batch_norm_moments_bf16(const NormMomentsArguments a) { batch_norm_moments<bf16>(a); }
RECEDE_KERNEL(batch_norm_moments_bf16)

struct NormMergeMomentsArguments {
    const float* partials;    // [slices][3][Cp], of batch_norm_moments
    float* moments;           // [2][Cp]: mean and biased variance; or null
    float* saved;             // [3][Cp]: mean, what rounding took off it, 1 / sqrt(variance + epsilon); or null
    float* runningMean;       // [Cp], with saved
    float* runningVariance;   // [Cp], with saved
    long long pixels;
    int channels;
    int padded;
    int slices;
    int slicePixels;
    float epsilon;
    float momentum;
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

// mean = sum(n_p mean_p) / n; n variance = sum(M2_p + n_p (mean_p - mean)^2); in double precision, a slice at a time.
// Launch over channels. Shared: 4 KiB. Reads the partials twice, the second time from the cache.
extern "C" __global__ void __launch_bounds__(512) batch_norm_merge_moments(const NormMergeMomentsArguments a) {
    RECEDE_SHARED(double, sums, 8 * MergeWalkers);
    const int channel = static_cast<int>(blockIdx.x) * 8 + static_cast<int>(threadIdx.x);
    const float* __restrict__ partials = a.partials + channel;
    const long long stride = 3ll * a.padded;
    const long long last = a.pixels - static_cast<long long>(a.slices - 1) * a.slicePixels;

    double sum = 0.0;
#pragma unroll 4
    for (int slice = static_cast<int>(threadIdx.y); slice < a.slices; slice += MergeWalkers) {
        const float* p = partials + slice * stride;
        const double count = static_cast<double>(slice == a.slices - 1 ? last : a.slicePixels);
        sum += count * (static_cast<double>(p[0]) + p[a.padded]);
    }
    const double mean = sum_of_walkers(sum, sums) / static_cast<double>(a.pixels);

    double squares = 0.0;
#pragma unroll 4
    for (int slice = static_cast<int>(threadIdx.y); slice < a.slices; slice += MergeWalkers) {
        const float* p = partials + slice * stride;
        const double count = static_cast<double>(slice == a.slices - 1 ? last : a.slicePixels);
        const double between = (static_cast<double>(p[0]) + p[a.padded]) - mean;
        squares += p[2 * a.padded] + count * between * between;
    }
    const double variance = sum_of_walkers(squares, sums) / static_cast<double>(a.pixels);
    if (threadIdx.y != 0) return;

    const bool real = channel < a.channels;
    const float rounded = real ? static_cast<float>(mean) : 0.0f;
    if (a.moments) {
        a.moments[channel] = rounded;
        a.moments[a.padded + channel] = real ? static_cast<float>(variance) : 0.0f;
    }
    if (a.saved) {
        a.saved[channel] = rounded;
        a.saved[a.padded + channel] = real ? static_cast<float>(mean - rounded) : 0.0f;
        a.saved[2 * a.padded + channel] = real ? static_cast<float>(1.0 / sqrt(variance + static_cast<double>(a.epsilon))) : 0.0f;
        if (real) follow(a.runningMean, a.runningVariance, channel, mean, variance, a.pixels, a.momentum);
    }
}
RECEDE_KERNEL(batch_norm_merge_moments)

// ---- Forward ------------------------------------------------------------------------------------------------------------

struct NormForwardArguments {
    const void* x;             // [P][Cp]
    const void* residual;      // [P][Cp] or null
    void* y;                   // [P][Cp]
    const float* mean;         // [Cp]
    const float* rest;         // [Cp] with rstd: what rounding took off the mean; null with variance
    const float* rstd;         // [Cp] or null
    const float* variance;     // [Cp] where rstd is null
    const float* scale;        // [Cp]
    const float* shift;        // [Cp] or null
    float* saved;              // [3][Cp]: training with given moments leaves mean, rest, rstd here; or null
    float* runningMean;        // [Cp], with saved
    float* runningVariance;    // [Cp], with saved
    long long pixels;
    int channels;
    int padded;
    int slicePixels;
    int bounded;               // 1: the scale is sigmoid(w)
    int relu;
    float epsilon;
    float momentum;
};

// Inference, and training once the moments are there. The first slice's blocks also keep what backward needs of given
// moments and move the running statistics, in double precision (nobody reads them then). Launch over pixels; no shared memory. Reads x and the
// residual, writes y.
template <class T>
static __device__ __forceinline__ void batch_norm_forward(const NormForwardArguments& a) {
    constexpr int Width = Pack<T>::Width;
    constexpr int Unrolled = 4;
    const unsigned slice = gridDim.x - 1 - blockIdx.x;
    const Place place = place_of<T>(slice, a.pixels, a.padded, a.slicePixels);
    if (!place.inside) return;
    const int rows = static_cast<int>(blockDim.y), row = static_cast<int>(threadIdx.y);
    const T* __restrict__ x = static_cast<const T*>(a.x) + place.channel;
    const T* __restrict__ residual = a.residual ? static_cast<const T*>(a.residual) + place.channel : nullptr;
    T* __restrict__ y = static_cast<T*>(a.y) + place.channel;

    const Pack<T> mean = load_floats<T>(a.mean + place.channel);
    Pack<T> rest = zero_pack<T>(), rstd;
    if (a.rstd) {
        rest = load_floats<T>(a.rest + place.channel);
        rstd = load_floats<T>(a.rstd + place.channel);
    } else {
        rstd = load_floats<T>(a.variance + place.channel);
#pragma unroll
        for (int i = 0; i < Width; i++) rstd.v[i] = rstd_of(rstd.v[i], a.epsilon);
    }
    const Affine<T> affine = Affine<T>::of(mean, rest, rstd, a.scale, a.shift, a.bounded, place.channel, a.channels);

    if (a.saved && slice == 0 && row == 0) {
        // From memory again: an index that is not known to the compiler would put the packs there.
        for (int channel = place.channel; channel < place.channel + Width; channel++) {
            const bool real = channel < a.channels;
            a.saved[channel] = real ? a.mean[channel] : 0.0f;
            a.saved[a.padded + channel] = 0.0f;
            a.saved[2 * a.padded + channel] = real ? rstd_of(a.variance[channel], a.epsilon) : 0.0f;
            if (real) follow(a.runningMean, a.runningVariance, channel, a.mean[channel], a.variance[channel], a.pixels, a.momentum);
        }
    }

    for (long long at = place.first + row; at < place.end; at += Unrolled * rows) {
        Pack<T> values[Unrolled], added[Unrolled];
#pragma unroll
        for (int u = 0; u < Unrolled; u++) {
            const bool there = at + u * rows < place.end;
            const long long offset = (at + u * rows) * a.padded;
            values[u] = there ? load_pack(x + offset) : zero_pack<T>();
            added[u] = residual && there ? load_pack(residual + offset) : zero_pack<T>();
        }
#pragma unroll
        for (int u = 0; u < Unrolled; u++) {
            Pack<T> result;
#pragma unroll
            for (int i = 0; i < Width; i++) {
                float value = fmaf(values[u].v[i] - affine.mean.v[i], affine.a.v[i], affine.b.v[i]);
                if (residual) value += added[u].v[i];
                // A NaN stays one.
                result.v[i] = a.relu && value < 0.0f ? 0.0f : value;
            }
            if (at + u * rows < place.end) store_pack(y + (at + u * rows) * a.padded, result);
        }
    }
}

extern "C" __global__ void __launch_bounds__(256, 4) batch_norm_forward_f32(const NormForwardArguments a) { batch_norm_forward<float>(a); }
RECEDE_KERNEL(batch_norm_forward_f32)
extern "C" __global__ void __launch_bounds__(256, 3) batch_norm_forward_bf16(const NormForwardArguments a) { batch_norm_forward<bf16>(a); }
RECEDE_KERNEL(batch_norm_forward_bf16)

// ---- Backward -----------------------------------------------------------------------------------------------------------
// g = dy where the ReLU let through, else 0. With xhat = (x - mean - rest) * rstd:
//   dscale = slope sum(g xhat), dshift = sum(g), dresidual = g, dx = s rstd (g - sum(g)/P - xhat sum(g xhat)/P).

// Where the ReLU let through: everywhere, where y > 0, or, without a residual, where the forward pass's own expression says
// so, which spares reading y.
static constexpr int MaskNone = 0;
static constexpr int MaskFromY = 1;
static constexpr int MaskFromX = 2;

struct NormReduceArguments {
    const void* x;         // [P][Cp]
    const void* dy;        // [P][Cp]
    const void* y;         // [P][Cp] with MaskFromY, else null
    const float* saved;    // [3][Cp]: mean, rest, rstd
    const float* scale;    // [Cp]
    const float* shift;    // [Cp] or null
    float* partials;       // [slices][2][Cp]: sum(g), sum(g (x - mean))
    long long pixels;
    int channels;
    int padded;
    int slicePixels;
    int bounded;
    int mask;
};

template <class T>
RECEDE_DEVICE Affine<T> saved_affine(
    const float* saved, const float* scale, const float* shift, int bounded, int channel, int channels, int padded) {
    return Affine<T>::of(
        load_floats<T>(saved + channel), load_floats<T>(saved + padded + channel), load_floats<T>(saved + 2 * padded + channel),
        scale, shift, bounded, channel, channels);
}

template <class T>
RECEDE_DEVICE float let_through(const Affine<T>& affine, int mask, int i, float x, float y, float dy) {
    if (mask == MaskNone) return dy;
    const float value = mask == MaskFromY ? y : fmaf(x - affine.mean.v[i], affine.a.v[i], affine.b.v[i]);
    return value > 0.0f ? dy : 0.0f;
}

// Launch over pixels. Shared: 256 * 2 * packs' width * 4 bytes: 8 KiB (float32), 16 KiB (bfloat16). Reads x, dy, and y where
// the mask comes from it.
template <class T>
static __device__ __forceinline__ void batch_norm_reduce(const NormReduceArguments& a) {
    constexpr int Width = Pack<T>::Width;
    constexpr int Unrolled = 2;
    RECEDE_SHARED(float, sums, MostThreads * Width);
    RECEDE_SHARED(float, dots, MostThreads * Width);
    const Place place = place_of<T>(blockIdx.x, a.pixels, a.padded, a.slicePixels);
    const int rows = static_cast<int>(blockDim.y), row = static_cast<int>(threadIdx.y);
    const int self = row * static_cast<int>(blockDim.x) + static_cast<int>(threadIdx.x);
    const T* __restrict__ x = static_cast<const T*>(a.x) + place.channel;
    const T* __restrict__ dy = static_cast<const T*>(a.dy) + place.channel;
    const T* __restrict__ y = static_cast<const T*>(a.y) + place.channel;

    Pack<T> sum = zero_pack<T>(), dot = zero_pack<T>();
    if (place.inside) {
        const Affine<T> affine = saved_affine<T>(a.saved, a.scale, a.shift, a.bounded, place.channel, a.channels, a.padded);
        for (long long at = place.first + row; at < place.end; at += Unrolled * rows) {
            Pack<T> values[Unrolled], gradients[Unrolled], results[Unrolled];
#pragma unroll
            for (int u = 0; u < Unrolled; u++) {
                const bool there = at + u * rows < place.end;
                const long long offset = (at + u * rows) * a.padded;
                values[u] = there ? load_pack(x + offset) : affine.mean;
                gradients[u] = there ? load_pack(dy + offset) : zero_pack<T>();
                results[u] = there && a.mask == MaskFromY ? load_pack(y + offset) : zero_pack<T>();
            }
#pragma unroll
            for (int u = 0; u < Unrolled; u++) {
#pragma unroll
                for (int i = 0; i < Width; i++) {
                    const float g = let_through(affine, a.mask, i, values[u].v[i], results[u].v[i], gradients[u].v[i]);
                    sum.v[i] += g;
                    dot.v[i] = fmaf(g, values[u].v[i] - affine.mean.v[i], dot.v[i]);
                }
            }
        }
    }

#pragma unroll
    for (int i = 0; i < Width; i++) {
        sums[i * MostThreads + self] = sum.v[i];
        dots[i * MostThreads + self] = dot.v[i];
    }
    for (int half = first_half(rows); half > 0; half /= 2) {
        __syncthreads();
        if (row < half && row + half < rows) {
            const int other = self + half * static_cast<int>(blockDim.x);
#pragma unroll
            for (int i = 0; i < Width; i++) {
                sum.v[i] += sums[i * MostThreads + other];
                dot.v[i] += dots[i * MostThreads + other];
                sums[i * MostThreads + self] = sum.v[i];
                dots[i * MostThreads + self] = dot.v[i];
            }
        }
    }

    if (row == 0 && place.inside) {
        float* partial = a.partials + 2ll * blockIdx.x * a.padded + place.channel;
        store_floats<T>(partial, sum);
        store_floats<T>(partial + a.padded, dot);
    }
}

extern "C" __global__ void __launch_bounds__(256, 4) batch_norm_reduce_f32(const NormReduceArguments a) { batch_norm_reduce<float>(a); }
RECEDE_KERNEL(batch_norm_reduce_f32)
extern "C" __global__ void __launch_bounds__(256, 3) batch_norm_reduce_bf16(const NormReduceArguments a) { batch_norm_reduce<bf16>(a); }
RECEDE_KERNEL(batch_norm_reduce_bf16)

struct NormMergeGradientsArguments {
    const float* partials;    // [slices][2][Cp], of batch_norm_reduce
    const float* saved;       // [3][Cp]
    const float* scale;       // [Cp]
    float* coefficients;      // [2][Cp]: what g loses, and what it loses for each x - mean
    float* dScale;            // [Cp] or null
    float* dShift;            // [Cp] or null
    long long pixels;
    int channels;
    int padded;
    int slices;
    int bounded;
    int addsToDScale;
    int addsToDShift;
};

// Launch over channels. Shared: 4 KiB. In double precision.
extern "C" __global__ void __launch_bounds__(512) batch_norm_merge_gradients(const NormMergeGradientsArguments a) {
    RECEDE_SHARED(double, shared, 8 * MergeWalkers);
    const int channel = static_cast<int>(blockIdx.x) * 8 + static_cast<int>(threadIdx.x);
    const float* __restrict__ partials = a.partials + channel;
    double sum = 0.0, dot = 0.0;
#pragma unroll 4
    for (int slice = static_cast<int>(threadIdx.y); slice < a.slices; slice += MergeWalkers) {
        const float* p = partials + 2ll * slice * a.padded;
        sum += p[0];
        dot += p[a.padded];
    }
    sum = sum_of_walkers(sum, shared);
    dot = sum_of_walkers(dot, shared);
    if (threadIdx.y != 0) return;

    const bool real = channel < a.channels;
    const double count = static_cast<double>(a.pixels);
    const double rest = a.saved[a.padded + channel], rstd = a.saved[2 * a.padded + channel], parameter = a.scale[channel];
    dot = rstd * (dot - rest * sum);
    const double perX = rstd * dot / count;
    a.coefficients[channel] = real ? static_cast<float>(sum / count - rest * perX) : 0.0f;
    a.coefficients[a.padded + channel] = real ? static_cast<float>(perX) : 0.0f;
    if (a.dScale) {
        const double slope = real ? (a.bounded ? sigmoid_slope(parameter) : 1.0) * dot : 0.0;
        a.dScale[channel] = static_cast<float>(a.addsToDScale ? a.dScale[channel] + slope : slope);
    }
    if (a.dShift) {
        const double slope = real ? sum : 0.0;
        a.dShift[channel] = static_cast<float>(a.addsToDShift ? a.dShift[channel] + slope : slope);
    }
}
RECEDE_KERNEL(batch_norm_merge_gradients)

struct NormBackwardArguments {
    const void* x;               // [P][Cp]
    const void* dy;              // [P][Cp]
    const void* y;               // [P][Cp] with MaskFromY, else null
    void* dx;                    // [P][Cp] or null
    void* dResidual;             // [P][Cp] or null; may be dx, and then adds to it
    const float* saved;          // [3][Cp]
    const float* scale;          // [Cp]
    const float* shift;          // [Cp] or null
    const float* coefficients;   // [2][Cp], of batch_norm_merge_gradients; null without dx
    long long pixels;
    int channels;
    int padded;
    int slicePixels;
    int bounded;
    int mask;
    int addsToDx;
    int addsToDResidual;
};

// Launch over pixels; no shared memory. Reads dy, x for dx, y where the mask comes from it, and what is added to; writes dx
// and dresidual.
template <class T>
static __device__ __forceinline__ void batch_norm_backward(const NormBackwardArguments& a) {
    constexpr int Width = Pack<T>::Width;
    constexpr int Unrolled = 2;
    const Place place = place_of<T>(gridDim.x - 1 - blockIdx.x, a.pixels, a.padded, a.slicePixels);
    if (!place.inside) return;
    const int rows = static_cast<int>(blockDim.y), row = static_cast<int>(threadIdx.y);
    const T* __restrict__ x = static_cast<const T*>(a.x) + place.channel;
    const T* __restrict__ dy = static_cast<const T*>(a.dy) + place.channel;
    const T* __restrict__ y = static_cast<const T*>(a.y) + place.channel;
    T* dx = static_cast<T*>(a.dx) + place.channel;
    T* dResidual = static_cast<T*>(a.dResidual) + place.channel;
    const bool readsX = a.dx || a.mask == MaskFromX;

    const Affine<T> affine = saved_affine<T>(a.saved, a.scale, a.shift, a.bounded, place.channel, a.channels, a.padded);
    // dx = a (g - perOne - perX (x - mean)); the difference is taken first, since it may be far less than its terms.
    Pack<T> perOne = zero_pack<T>(), perX = zero_pack<T>();
    if (a.dx) {
        perOne = load_floats<T>(a.coefficients + place.channel);
        perX = load_floats<T>(a.coefficients + a.padded + place.channel);
    }

    for (long long at = place.first + row; at < place.end; at += Unrolled * rows) {
        Pack<T> values[Unrolled], gradients[Unrolled], results[Unrolled];
#pragma unroll
        for (int u = 0; u < Unrolled; u++) {
            const bool there = at + u * rows < place.end;
            const long long offset = (at + u * rows) * a.padded;
            gradients[u] = there ? load_pack(dy + offset) : zero_pack<T>();
            values[u] = there && readsX ? load_pack(x + offset) : zero_pack<T>();
            results[u] = there && a.mask == MaskFromY ? load_pack(y + offset) : zero_pack<T>();
        }
#pragma unroll
        for (int u = 0; u < Unrolled; u++) {
            if (at + u * rows >= place.end) break;
            const long long offset = (at + u * rows) * a.padded;
            Pack<T> g;
#pragma unroll
            for (int i = 0; i < Width; i++) {
                g.v[i] = let_through(affine, a.mask, i, values[u].v[i], results[u].v[i], gradients[u].v[i]);
            }
            if (a.dx) {
                Pack<T> d;
#pragma unroll
                for (int i = 0; i < Width; i++) {
                    d.v[i] = affine.a.v[i] * fmaf(affine.mean.v[i] - values[u].v[i], perX.v[i], g.v[i] - perOne.v[i]);
                }
                if (a.addsToDx) {
                    const Pack<T> there = load_pack(dx + offset);
#pragma unroll
                    for (int i = 0; i < Width; i++) d.v[i] += there.v[i];
                }
                store_pack(dx + offset, d);
            }
            // Read after dx was written: x may be its own residual.
            if (a.dResidual) {
                if (a.addsToDResidual) {
                    const Pack<T> there = load_pack(dResidual + offset);
#pragma unroll
                    for (int i = 0; i < Width; i++) g.v[i] += there.v[i];
                }
                store_pack(dResidual + offset, g);
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(256, 4) batch_norm_backward_f32(const NormBackwardArguments a) { batch_norm_backward<float>(a); }
RECEDE_KERNEL(batch_norm_backward_f32)
extern "C" __global__ void __launch_bounds__(256, 3) batch_norm_backward_bf16(const NormBackwardArguments a) { batch_norm_backward<bf16>(a); }
RECEDE_KERNEL(batch_norm_backward_bf16)
