// Softmax cross-entropy of logits [N][Kp] with label smoothing: loss = 1/N sum over n, k of -t ln p, with p = softmax and the
// target t = (1 - smoothing) [k = label] + smoothing / K; dlogits = (p - t) / N.
// A warp takes a row: block 256 (8 rows), grid (N / 8, rounded up), a lane 16 bytes of classes at a time. Deterministic: a
// row's sums in the warp's fixed tree, the rows' losses summed by one block; both in double precision.
#include "common.cuh"

struct CrossEntropyRowsArguments {
    const void* logits;          // [N][Kp]
    const int* labels;           // [N]
    float* probabilities;        // [N][Kp]
    double* losses;              // [N]
    int* correct;                // [N]: 1 where the label has the largest logit
    unsigned long long* fault;   // CudaDevice.FaultWord
    int rows;
    int classes;
    int padded;
    float smoothing;
};

// Reads the logits twice, the second time from the cache; writes the probabilities and reads them again from there.
template <class T>
static __device__ __forceinline__ void cross_entropy_rows(const CrossEntropyRowsArguments& a) {
    constexpr int Width = Pack<T>::Width;
    constexpr int NoClass = 0x7fffffff;
    const int row = static_cast<int>(blockIdx.x) * (static_cast<int>(blockDim.x) >> 5) + (static_cast<int>(threadIdx.x) >> 5);
    const int lane = static_cast<int>(threadIdx.x) & 31;
    // A whole warp leaves together, and none waits for another.
    if (row >= a.rows) return;
    const T* __restrict__ x = static_cast<const T*>(a.logits) + static_cast<long long>(row) * a.padded;
    float* p = a.probabilities + static_cast<long long>(row) * a.padded;

    // The first of the largest.
    float largest = -__uint_as_float(0x7f800000u);
    int best = NoClass, notNumbers = 0;
    for (int first = lane * Width; first < a.padded; first += 32 * Width) {
        const Pack<T> values = load_pack(x + first);
#pragma unroll
        for (int i = 0; i < Width; i++) {
            const int k = first + i;
            if (k < a.classes) {
                const float value = values.v[i];
                notNumbers |= value != value;
                if (value > largest || (value == largest && k < best)) {
                    largest = value;
                    best = k;
                }
            }
        }
    }
#pragma unroll
    for (int offset = 16; offset > 0; offset >>= 1) {
        const float value = __shfl_xor_sync(0xffffffffu, largest, offset);
        const int k = __shfl_xor_sync(0xffffffffu, best, offset);
        if (value > largest || (value == largest && k < best)) {
            largest = value;
            best = k;
        }
    }
    notNumbers = warp_sum(notNumbers);
    if (notNumbers) largest = __uint_as_float(0x7fc00000u);

    // All exponents are 0 or less: none overflows, and the largest term of the sum is 1.
    double sum = 0.0, shifted = 0.0;
    for (int first = lane * Width; first < a.padded; first += 32 * Width) {
        const Pack<T> values = load_pack(x + first);
        Pack<T> terms;
#pragma unroll
        for (int i = 0; i < Width; i++) {
            const float off = values.v[i] - largest;
            const bool real = first + i < a.classes;
            terms.v[i] = real ? expf(off) : 0.0f;
            sum += terms.v[i];
            shifted += real ? off : 0.0f;
        }
        store_floats<T>(p + first, terms);
    }
    sum = warp_sum(sum);
    shifted = warp_sum(shifted);
    const float scale = static_cast<float>(1.0 / sum);
    for (int first = lane * Width; first < a.padded; first += 32 * Width) {
        Pack<T> terms = load_floats<T>(p + first);
#pragma unroll
        for (int i = 0; i < Width; i++) terms.v[i] = first + i < a.classes ? terms.v[i] * scale : 0.0f;
        store_floats<T>(p + first, terms);
    }
    if (lane != 0) return;

    const int label = a.labels[row];
    const bool legal = label >= 0 && label < a.classes;
    if (!legal) report_fault(a.fault, RECEDE_FAULT_LABEL_OUT_OF_RANGE, row, label);
    // Without smoothing the other classes must not enter at all, as a logit of minus infinity is legal there.
    const float own = legal ? to_float(x[label]) : __uint_as_float(0x7fc00000u);
    const double smoothing = a.smoothing, ofLabel = (1.0 - smoothing) * (static_cast<double>(own) - largest);
    a.losses[row] = log(sum) - (a.smoothing == 0.0f ? ofLabel : ofLabel + smoothing * (shifted / a.classes));
    a.correct[row] = notNumbers == 0 && best == label;
}

extern "C" __global__ void __launch_bounds__(256) cross_entropy_rows_f32(const CrossEntropyRowsArguments a) { cross_entropy_rows<float>(a); }
RECEDE_KERNEL(cross_entropy_rows_f32)
extern "C" __global__ void __launch_bounds__(256) cross_entropy_rows_bf16(const CrossEntropyRowsArguments a) { cross_entropy_rows<bf16>(a); }
RECEDE_KERNEL(cross_entropy_rows_bf16)

struct CrossEntropyTotalArguments {
    const double* losses;   // [N]
    const int* correct;     // [N]
    float* loss;            // a scalar: 8 floats, the value first
    float* right;           // likewise: the number of correct rows
    int rows;
};

// Grid 1, block 256, 384 bytes shared. Reads 12 bytes a row.
extern "C" __global__ void __launch_bounds__(256) cross_entropy_total(const CrossEntropyTotalArguments a) {
    RECEDE_SHARED(double, sums, 32);
    RECEDE_SHARED(int, counts, 32);
    const int thread = static_cast<int>(threadIdx.x);
    double loss = 0.0;
    int right = 0;
    for (int row = thread; row < a.rows; row += static_cast<int>(blockDim.x)) {
        loss += a.losses[row];
        right += a.correct[row];
    }
    loss = block_sum(loss, sums);
    right = block_sum(right, counts);
    if (thread < 8) {
        a.loss[thread] = thread == 0 ? static_cast<float>(loss / a.rows) : 0.0f;
        a.right[thread] = thread == 0 ? static_cast<float>(right) : 0.0f;
    }
}
RECEDE_KERNEL(cross_entropy_total)

struct CrossEntropyGradientArguments {
    const float* probabilities;   // [N][Kp]
    const int* labels;            // [N]
    const float* dLoss;           // dL/dloss
    void* dLogits;                // [N][Kp]
    int rows;
    int classes;
    int padded;
    int accumulate;
    float smoothing;
};

// Reads the probabilities, and the gradient where it adds; writes the gradient.
template <class T>
static __device__ __forceinline__ void cross_entropy_gradient(const CrossEntropyGradientArguments& a) {
    constexpr int Width = Pack<T>::Width;
    const int row = static_cast<int>(blockIdx.x) * (static_cast<int>(blockDim.x) >> 5) + (static_cast<int>(threadIdx.x) >> 5);
    if (row >= a.rows) return;
    const long long offset = static_cast<long long>(row) * a.padded;
    const float* __restrict__ p = a.probabilities + offset;
    T* __restrict__ d = static_cast<T*>(a.dLogits) + offset;
    const int label = a.labels[row];
    const float scale = a.dLoss[0] / static_cast<float>(a.rows), spread = a.smoothing / static_cast<float>(a.classes);
    for (int first = (static_cast<int>(threadIdx.x) & 31) * Width; first < a.padded; first += 32 * Width) {
        Pack<T> gradient = load_floats<T>(p + first);
#pragma unroll
        for (int i = 0; i < Width; i++) {
            const float target = first + i == label ? 1.0f - a.smoothing + spread : spread;
            gradient.v[i] = first + i < a.classes ? (gradient.v[i] - target) * scale : 0.0f;
        }
        if (a.accumulate) {
            const Pack<T> there = load_pack(d + first);
#pragma unroll
            for (int i = 0; i < Width; i++) gradient.v[i] += there.v[i];
        }
        store_pack(d + first, gradient);
    }
}

extern "C" __global__ void __launch_bounds__(256) cross_entropy_gradient_f32(const CrossEntropyGradientArguments a) {
    cross_entropy_gradient<float>(a);
}
RECEDE_KERNEL(cross_entropy_gradient_f32)
extern "C" __global__ void __launch_bounds__(256) cross_entropy_gradient_bf16(const CrossEntropyGradientArguments a) {
    cross_entropy_gradient<bf16>(a);
}
RECEDE_KERNEL(cross_entropy_gradient_bf16)
