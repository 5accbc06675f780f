// The penalties on scale vectors: R = lambda * sum of a term over all channels of any number of vectors, and its derivative.
// Scale vectors have a few thousand channels together, so each is computed in double precision, as on the CPU; a launch
// takes up to 64 vectors by value, and its cost is the launch's. Deterministic: a block sums one vector in an order that its
// width fixes, and one block then sums the vectors' sums.
#include "common.cuh"

static constexpr int ChunkVectors = 64;

// p (1 - ln p), p = sigmoid(w + shift); derivative -p (1 - p) ln p, with -ln p as a softplus, which no w overflows.
struct Polarising {
    RECEDE_DEVICE double value(float w, float shift) {
        const double z = static_cast<double>(w) + shift;
        return sigmoid(z) * (1.0 + softplus(-z));
    }

    RECEDE_DEVICE double slope(float w, float shift) {
        const double z = static_cast<double>(w) + shift;
        return sigmoid_slope(z) * softplus(-z);
    }
};

// |w|; derivative its sign, 0 at 0; a NaN stays one.
struct Absolute {
    RECEDE_DEVICE double value(float w, float shift) {
        (void)shift;
        return fabs(static_cast<double>(w));
    }

    RECEDE_DEVICE double slope(float w, float shift) {
        (void)shift;
        return w > 0.0f ? 1.0 : w < 0.0f ? -1.0 : static_cast<double>(w);
    }
};

struct PenaltySumArguments {
    const float* vectors[ChunkVectors];   // each [Cp]
    int channels[ChunkVectors];
    double* sums;                         // [vectors of the launch]
    float shift;
};

// Grid (vectors of the chunk), block 256, 256 bytes shared. Reads 4 bytes a channel.
template <class Term>
static __device__ __forceinline__ void penalty_sum(const PenaltySumArguments& a) {
    RECEDE_SHARED(double, shared, 32);
    const float* __restrict__ w = a.vectors[blockIdx.x];
    const int channels = a.channels[blockIdx.x];
    double sum = 0.0;
    for (int c = static_cast<int>(threadIdx.x); c < channels; c += static_cast<int>(blockDim.x)) sum += Term::value(w[c], a.shift);
    sum = block_sum(sum, shared);
    if (threadIdx.x == 0) a.sums[blockIdx.x] = sum;
}

extern "C" __global__ void __launch_bounds__(256) polarising_penalty_sum(const PenaltySumArguments a) { penalty_sum<Polarising>(a); }
RECEDE_KERNEL(polarising_penalty_sum)
extern "C" __global__ void __launch_bounds__(256) l1_penalty_sum(const PenaltySumArguments a) { penalty_sum<Absolute>(a); }
RECEDE_KERNEL(l1_penalty_sum)

struct PenaltyTotalArguments {
    const double* sums;   // [count]
    float* value;         // a scalar: 8 floats, the value first
    int count;
    float lambda;
};

// Grid 1, block 256, 256 bytes shared.
extern "C" __global__ void __launch_bounds__(256) penalty_total(const PenaltyTotalArguments a) {
    RECEDE_SHARED(double, shared, 32);
    const int thread = static_cast<int>(threadIdx.x);
    double sum = 0.0;
    for (int i = thread; i < a.count; i += static_cast<int>(blockDim.x)) sum += a.sums[i];
    sum = block_sum(sum, shared);
    if (thread < 8) a.value[thread] = thread == 0 ? static_cast<float>(static_cast<double>(a.lambda) * sum) : 0.0f;
}
RECEDE_KERNEL(penalty_total)

struct PenaltyGradientArguments {
    const float* vectors[ChunkVectors];   // each [Cp]
    float* gradients[ChunkVectors];       // each [Cp], no two the same
    int channels[ChunkVectors];
    int padded[ChunkVectors];
    int accumulate[ChunkVectors];
    const float* dValue;                  // dL/dR
    float lambda;
    float shift;
};

// Grid (vectors of the chunk), block 256. Reads 4 and writes 4 bytes a channel, 4 more where it adds.
template <class Term>
static __device__ __forceinline__ void penalty_gradient(const PenaltyGradientArguments& a) {
    const float* __restrict__ w = a.vectors[blockIdx.x];
    float* __restrict__ dw = a.gradients[blockIdx.x];
    const int channels = a.channels[blockIdx.x], padded = a.padded[blockIdx.x], accumulate = a.accumulate[blockIdx.x];
    const double factor = static_cast<double>(a.lambda) * a.dValue[0];
    for (int c = static_cast<int>(threadIdx.x); c < padded; c += static_cast<int>(blockDim.x)) {
        const double slope = c < channels ? factor * Term::slope(w[c], a.shift) : 0.0;
        dw[c] = static_cast<float>(accumulate ? dw[c] + slope : slope);
    }
}

extern "C" __global__ void __launch_bounds__(256) polarising_penalty_gradient(const PenaltyGradientArguments a) {
    penalty_gradient<Polarising>(a);
}
RECEDE_KERNEL(polarising_penalty_gradient)
extern "C" __global__ void __launch_bounds__(256) l1_penalty_gradient(const PenaltyGradientArguments a) { penalty_gradient<Absolute>(a); }
RECEDE_KERNEL(l1_penalty_gradient)
