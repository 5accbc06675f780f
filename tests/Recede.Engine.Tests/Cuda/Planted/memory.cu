// Kernels with one planted bug each in what memory they touch, and twins without it. 64 threads in one block, x of n floats.
#include "common.cuh"

struct PlantedArguments {
    const float* x;
    float* y;
    int n;
};

extern "C" __global__ void copy(const PlantedArguments a) {
    if (threadIdx.x < a.n) a.y[threadIdx.x] = a.x[threadIdx.x];
}
RECEDE_KERNEL(copy)

extern "C" __global__ void misaligned_vector(const PlantedArguments a) {
    const float4 v = *reinterpret_cast<const float4*>(a.x + 1);
    a.y[threadIdx.x] = v.x + v.y + v.z + v.w;
}
RECEDE_KERNEL(misaligned_vector)

extern "C" __global__ void misaligned_vector_twin(const PlantedArguments a) {
    const float4 v = *reinterpret_cast<const float4*>(a.x + 4);
    a.y[threadIdx.x] = v.x + v.y + v.z + v.w;
}
RECEDE_KERNEL(misaligned_vector_twin)

// Shared floats are aligned for floats only.
extern "C" __global__ void misaligned_shared(const PlantedArguments a) {
    RECEDE_SHARED(float, s, 64);
    s[threadIdx.x] = a.x[threadIdx.x];
    __syncthreads();
    const float4 v = *reinterpret_cast<const float4*>(s);
    a.y[threadIdx.x] = v.x + v.y + v.z + v.w;
}
RECEDE_KERNEL(misaligned_shared)

extern "C" __global__ void misaligned_shared_twin(const PlantedArguments a) {
    RECEDE_SHARED(float4, s, 16);
    reinterpret_cast<float*>(s)[threadIdx.x] = a.x[threadIdx.x];
    __syncthreads();
    const float4 v = s[0];
    a.y[threadIdx.x] = v.x + v.y + v.z + v.w;
}
RECEDE_KERNEL(misaligned_shared_twin)

extern "C" __global__ void read_past_end(const PlantedArguments a) { a.y[threadIdx.x] = a.x[threadIdx.x + 1]; }
RECEDE_KERNEL(read_past_end)

extern "C" __global__ void write_past_end(const PlantedArguments a) { a.y[threadIdx.x + 1] = a.x[threadIdx.x]; }
RECEDE_KERNEL(write_past_end)

extern "C" __global__ void read_before_start(const PlantedArguments a) {
    a.y[threadIdx.x] = a.x[static_cast<int>(threadIdx.x) - 1];
}
RECEDE_KERNEL(read_before_start)

extern "C" __global__ void null_pointer(const PlantedArguments a) {
    const float* nothing = nullptr;
    a.y[threadIdx.x] = nothing[a.n];
}
RECEDE_KERNEL(null_pointer)

extern "C" __global__ void shared_past_end(const PlantedArguments a) {
    RECEDE_SHARED(float, s, 64);
    s[threadIdx.x + (a.n > 0 ? 1 : 0)] = a.x[threadIdx.x];
    __syncthreads();
    a.y[threadIdx.x] = s[threadIdx.x];
}
RECEDE_KERNEL(shared_past_end)

// 64 floats of dynamic shared memory.
extern "C" __global__ void dynamic_past_end(const PlantedArguments a) {
    RECEDE_SHARED_DYNAMIC(float, s);
    s[threadIdx.x + 1] = a.x[threadIdx.x];
    __syncthreads();
    a.y[threadIdx.x] = s[threadIdx.x];
}
RECEDE_KERNEL(dynamic_past_end)

extern "C" __global__ void dynamic_past_end_twin(const PlantedArguments a) {
    RECEDE_SHARED_DYNAMIC(float, s);
    s[threadIdx.x] = a.x[threadIdx.x];
    __syncthreads();
    a.y[threadIdx.x] = s[63 - threadIdx.x];
}
RECEDE_KERNEL(dynamic_past_end_twin)

// y is new.
extern "C" __global__ void never_written(const PlantedArguments a) { a.y[threadIdx.x] += a.x[threadIdx.x]; }
RECEDE_KERNEL(never_written)

extern "C" __global__ void never_written_twin(const PlantedArguments a) {
    a.y[threadIdx.x] = 0;
    a.y[threadIdx.x] += a.x[threadIdx.x];
}
RECEDE_KERNEL(never_written_twin)

// What one block left in shared memory is not there for the next.
extern "C" __global__ void shared_never_written(const PlantedArguments a) {
    RECEDE_SHARED(float, s, 64);
    if (blockIdx.x == 0) s[threadIdx.x] = a.x[threadIdx.x];
    __syncthreads();
    a.y[blockIdx.x * 64 + threadIdx.x] = s[threadIdx.x];
}
RECEDE_KERNEL(shared_never_written)

extern "C" __global__ void zero_division(const PlantedArguments a) {
    a.y[threadIdx.x] = static_cast<float>(5 / (a.n - 64));
}
RECEDE_KERNEL(zero_division)

extern "C" __global__ void zero_division_twin(const PlantedArguments a) {
    a.y[threadIdx.x] = static_cast<float>(5 / (a.n - 63));
}
RECEDE_KERNEL(zero_division_twin)

extern "C" __global__ void wide_shift(const PlantedArguments a) { a.y[threadIdx.x] = static_cast<float>(1 << (a.n - 32)); }
RECEDE_KERNEL(wide_shift)

// 64 KB of it, where 48 are to be had.
extern "C" __global__ void too_much_shared(const PlantedArguments a) {
    RECEDE_SHARED(float, s, 16384);
    s[threadIdx.x] = a.x[threadIdx.x];
    a.y[threadIdx.x] = s[threadIdx.x];
}
RECEDE_KERNEL(too_much_shared)

RECEDE_DEVICE float descend(float* frame, int depth) {
    volatile float room[64];
    room[depth % 64] = frame[0];
    return room[depth % 64];
}

// Constants of the program are no one's memory, and may be read.
extern "C" __global__ void constants_twin(const PlantedArguments a) {
    static constexpr float table[4] = {1, 2, 3, 4};
    float mine[1] = {table[(threadIdx.x + static_cast<unsigned>(a.n)) % 4]};
    a.y[threadIdx.x] = a.x[threadIdx.x] + descend(mine, a.n);
}
RECEDE_KERNEL(constants_twin)
