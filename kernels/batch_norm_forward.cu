// BatchNorm over N, H and W, plain and bounded: y = [relu](s_c * (x - mean_c) * rstd_c + shift_c [+ residual]), where s is
// gamma itself or sigmoid(w), then without a shift. batch_norm.cuh tells how it is launched.
//
// Bytes moved for an element of b bytes: with moments given, or in inference, 2b (the floor); with its own moments 3b. A residual
// adds b. The pass that writes walks from the end, since what was read last is still in the cache.
#include "batch_norm.cuh"

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
