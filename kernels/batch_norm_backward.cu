// The gradients of BatchNorm (batch_norm_forward.cu). g = dy where the ReLU let through, else 0. With xhat = (x - mean - rest) * rstd:
//   dscale = slope sum(g xhat), dshift = sum(g), dresidual = g, dx = s rstd (g - sum(g)/P - xhat sum(g xhat)/P).
// batch_norm.cuh tells how it is launched.
//
// Bytes moved for an element of b bytes: 5b, 7b with the mask read from y; the residual's gradient adds b. The pass that writes
// walks from the end, since what was read last is still in the cache.
#include "batch_norm.cuh"

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
