// The bugs that a checker with too coarse a memory misses: all of these touch two bytes, beside which others work.
#include "common.cuh"

struct PlantedArguments {
    const bf16* x;
    bf16* y;
    int n;
};

extern "C" __global__ void race(const PlantedArguments a) { a.y[threadIdx.x / 2] = a.x[threadIdx.x]; }
RECEDE_KERNEL(race)

// Neighbours share 4 bytes, and nothing else.
extern "C" __global__ void race_twin(const PlantedArguments a) { a.y[threadIdx.x] = a.x[threadIdx.x]; }
RECEDE_KERNEL(race_twin)

// One thread writes a pair that holds another's value.
extern "C" __global__ void race_pair(const PlantedArguments a) {
    a.y[threadIdx.x] = a.x[threadIdx.x];
    if (threadIdx.x == 7) *reinterpret_cast<unsigned*>(a.y) = 0;
}
RECEDE_KERNEL(race_pair)

extern "C" __global__ void read_beside_write(const PlantedArguments a) {
    RECEDE_SHARED(bf16, s, 64);
    s[threadIdx.x] = a.x[threadIdx.x];
    a.y[threadIdx.x] = s[threadIdx.x ^ 1];
}
RECEDE_KERNEL(read_beside_write)

extern "C" __global__ void read_beside_write_twin(const PlantedArguments a) {
    RECEDE_SHARED(bf16, s, 64);
    s[threadIdx.x] = a.x[threadIdx.x];
    __syncthreads();
    a.y[threadIdx.x] = s[threadIdx.x ^ 1];
}
RECEDE_KERNEL(read_beside_write_twin)

// The odd values are never written.
extern "C" __global__ void never_written(const PlantedArguments a) {
    RECEDE_SHARED(bf16, s, 64);
    if (threadIdx.x % 2 == 0) s[threadIdx.x] = a.x[threadIdx.x];
    __syncthreads();
    a.y[threadIdx.x] = s[threadIdx.x];
}
RECEDE_KERNEL(never_written)

extern "C" __global__ void never_written_twin(const PlantedArguments a) {
    RECEDE_SHARED(bf16, s, 64);
    if (threadIdx.x % 2 == 0) s[threadIdx.x] = a.x[threadIdx.x];
    __syncthreads();
    a.y[threadIdx.x] = s[threadIdx.x & ~1u];
}
RECEDE_KERNEL(never_written_twin)

extern "C" __global__ void past_end(const PlantedArguments a) { a.y[threadIdx.x] = a.x[threadIdx.x + 1]; }
RECEDE_KERNEL(past_end)

// 8 values at 2 bytes past a multiple of 16.
extern "C" __global__ void misaligned_vector(const PlantedArguments a) {
    if (threadIdx.x == 0) *reinterpret_cast<uint4*>(a.y) = *reinterpret_cast<const uint4*>(a.x + 1);
}
RECEDE_KERNEL(misaligned_vector)

// Bytes: two threads at the two halves of two bytes.
extern "C" __global__ void bytes_twin(const PlantedArguments a) {
    reinterpret_cast<unsigned char*>(a.y)[threadIdx.x] = static_cast<unsigned char>(threadIdx.x);
}
RECEDE_KERNEL(bytes_twin)

extern "C" __global__ void bytes_race(const PlantedArguments a) {
    reinterpret_cast<unsigned char*>(a.y)[threadIdx.x & ~1u] = static_cast<unsigned char>(threadIdx.x);
}
RECEDE_KERNEL(bytes_race)
