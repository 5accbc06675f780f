// The kernels of WeightedSum, an op of the tests' own. Values and weights are float or bf16, each as a flag tells.
#include "common.cuh"

RECEDE_DEVICE float read(const void* from, long long i, int brain) {
    return brain != 0 ? to_float(static_cast<const bf16*>(from)[i]) : static_cast<const float*>(from)[i];
}

struct WeightedSumForwardArguments {
    const void* value;
    const void* weight;
    float* y;
    long long count;
    int first;
    int brainValue;
    int brainWeight;
};

// y[0] = [y[0] +] sum value[i] * weight[i], the other lanes 0. Grid 1, block 256. In double precision, in a fixed order.
extern "C" __global__ void weighted_sum_forward(const WeightedSumForwardArguments a) {
    RECEDE_SHARED(double, sums, 256);
    const int t = static_cast<int>(threadIdx.x);
    double sum = 0.0;
    for (long long i = t; i < a.count; i += 256) {
        sum += static_cast<double>(read(a.value, i, a.brainValue)) * static_cast<double>(read(a.weight, i, a.brainWeight));
    }

    sums[t] = sum;
    for (int width = 128; width > 0; width /= 2) {
        __syncthreads();
        if (t < width) {
            sums[t] += sums[t + width];
        }
    }

    if (t == 0) {
        a.y[0] = (a.first != 0 ? 0.0f : a.y[0]) + static_cast<float>(sums[0]);
    } else if (t < 8 && a.first != 0) {
        a.y[t] = 0.0f;
    }
}

RECEDE_KERNEL(weighted_sum_forward)

struct WeightedSumBackwardArguments {
    const void* weight;
    const float* dy;
    void* dv;
    long long count;
    int accumulate;
    int brainValue;
    int brainWeight;
};

// dv[i] = [dv[i] +] weight[i] * dy[0]. A grid-stride loop over count.
extern "C" __global__ void weighted_sum_backward(const WeightedSumBackwardArguments a) {
    const float dy = a.dy[0];
    const long long stride = static_cast<long long>(gridDim.x) * blockDim.x;
    for (long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x; i < a.count; i += stride) {
        const float dv = (a.accumulate != 0 ? read(a.dv, i, a.brainValue) : 0.0f) + read(a.weight, i, a.brainWeight) * dy;
        if (a.brainValue != 0) {
            static_cast<bf16*>(a.dv)[i] = from_float<bf16>(dv);
        } else {
            static_cast<float*>(a.dv)[i] = dv;
        }
    }
}

RECEDE_KERNEL(weighted_sum_backward)
