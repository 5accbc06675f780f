// Kernels with one planted bug each in how threads wait for each other, and twins without it. 64 threads in one block.
#include "common.cuh"

struct PlantedArguments {
    const float* x;
    float* y;
    int n;
};

// All threads add to one number.
extern "C" __global__ void race_global(const PlantedArguments a) {
    if (threadIdx.x < a.n) a.y[0] = a.x[threadIdx.x];
}
RECEDE_KERNEL(race_global)

extern "C" __global__ void race_global_twin(const PlantedArguments a) {
    if (threadIdx.x == 0) a.y[0] = 0;
    __syncthreads();
    atomicAdd(a.y, a.x[threadIdx.x]);
    __syncthreads();
    if (threadIdx.x == 5) a.y[1] = a.y[0];
}
RECEDE_KERNEL(race_global_twin)

// Two blocks write the same place.
extern "C" __global__ void race_blocks(const PlantedArguments a) { a.y[threadIdx.x] = a.x[threadIdx.x]; }
RECEDE_KERNEL(race_blocks)

extern "C" __global__ void race_blocks_twin(const PlantedArguments a) {
    a.y[blockIdx.x * blockDim.x + threadIdx.x] = a.x[threadIdx.x];
}
RECEDE_KERNEL(race_blocks_twin)

// A plain read of what others add to atomically.
extern "C" __global__ void race_atomic(const PlantedArguments a) {
    if (threadIdx.x == 0) a.y[0] = 0;
    __syncthreads();
    atomicAdd(a.y, a.x[threadIdx.x]);
    a.y[1 + threadIdx.x] = a.y[0];
}
RECEDE_KERNEL(race_atomic)

// The second write does not wait for the others' reads.
extern "C" __global__ void write_after_read(const PlantedArguments a) {
    RECEDE_SHARED(float, s, 64);
    const int t = threadIdx.x;
    s[t] = a.x[t];
    __syncthreads();
    const float other = s[63 - t];
    s[t] = other * 2;
    __syncthreads();
    a.y[t] = s[t];
}
RECEDE_KERNEL(write_after_read)

extern "C" __global__ void write_after_read_twin(const PlantedArguments a) {
    RECEDE_SHARED(float, s, 64);
    const int t = threadIdx.x;
    s[t] = a.x[t];
    __syncthreads();
    const float other = s[63 - t];
    __syncthreads();
    s[t] = other * 2;
    __syncthreads();
    a.y[t] = s[t];
}
RECEDE_KERNEL(write_after_read_twin)

// As above, among the lanes of one warp, of which only the last to read is ordered before the write.
extern "C" __global__ void write_after_reads_of_a_warp(const PlantedArguments a) {
    RECEDE_SHARED(float, s, 1);
    const int t = threadIdx.x;
    if (t == 0) s[0] = a.x[0];
    __syncthreads();
    if (t >= 32) return;
    a.y[t] = s[0];
    if (t == 30 || t == 31) __syncwarp(0xc0000000u);
    if (t == 31) s[0] = 1;
}
RECEDE_KERNEL(write_after_reads_of_a_warp)

extern "C" __global__ void write_after_reads_of_a_warp_twin(const PlantedArguments a) {
    RECEDE_SHARED(float, s, 1);
    const int t = threadIdx.x;
    if (t == 0) s[0] = a.x[0];
    __syncthreads();
    if (t >= 32) return;
    a.y[t] = s[0];
    __syncwarp();
    if (t == 31) s[0] = 1;
}
RECEDE_KERNEL(write_after_reads_of_a_warp_twin)

// The halves of the block meet at two different barriers.
extern "C" __global__ void divergent_barrier(const PlantedArguments a) {
    const int t = threadIdx.x;
    if (t < 32) {
        __syncthreads();
        a.y[t] = a.x[t];
    } else {
        __syncthreads();
        a.y[t] = 0;
    }
}
RECEDE_KERNEL(divergent_barrier)

extern "C" __global__ void divergent_barrier_twin(const PlantedArguments a) {
    const int t = threadIdx.x;
    __syncthreads();
    if (t < 32) {
        a.y[t] = a.x[t];
    } else {
        a.y[t] = 0;
    }
}
RECEDE_KERNEL(divergent_barrier_twin)

// Some threads return before a barrier.
extern "C" __global__ void early_exit(const PlantedArguments a) {
    const int t = threadIdx.x;
    if (t >= 50) return;
    a.y[t] = a.x[t];
    __syncthreads();
}
RECEDE_KERNEL(early_exit)

extern "C" __global__ void early_exit_twin(const PlantedArguments a) {
    const int t = threadIdx.x;
    if (t < 50) a.y[t] = a.x[t];
    __syncthreads();
}
RECEDE_KERNEL(early_exit_twin)

// The mask names lanes that do not take part.
extern "C" __global__ void partial_shuffle(const PlantedArguments a) {
    const int t = threadIdx.x;
    float v = a.x[t];
    if (t < 48) v += __shfl_down_sync(0xffffffffu, v, 1);
    a.y[t] = v;
}
RECEDE_KERNEL(partial_shuffle)

extern "C" __global__ void partial_shuffle_twin(const PlantedArguments a) {
    const int t = threadIdx.x;
    const float v = a.x[t];
    const float next = __shfl_down_sync(0xffffffffu, v, 1);
    a.y[t] = t < 48 ? v + next : v;
}
RECEDE_KERNEL(partial_shuffle_twin)

// A shuffle reads a lane that its mask leaves out.
extern "C" __global__ void shuffle_outside_mask(const PlantedArguments a) {
    const int t = threadIdx.x;
    if (t % 32 < 16) a.y[t] = __shfl_sync(0x0000ffffu, a.x[t], 20);
}
RECEDE_KERNEL(shuffle_outside_mask)

extern "C" __global__ void shuffle_outside_mask_twin(const PlantedArguments a) {
    const int t = threadIdx.x;
    if (t % 32 < 16) a.y[t] = __shfl_sync(0x0000ffffu, a.x[t], 12);
}
RECEDE_KERNEL(shuffle_outside_mask_twin)

// "Lanes of a warp run in lockstep."
extern "C" __global__ void missing_syncwarp(const PlantedArguments a) {
    RECEDE_SHARED(float, s, 64);
    const int t = threadIdx.x;
    s[t] = a.x[t];
    a.y[t] = s[t ^ 1];
}
RECEDE_KERNEL(missing_syncwarp)

extern "C" __global__ void missing_syncwarp_twin(const PlantedArguments a) {
    RECEDE_SHARED(float, s, 64);
    const int t = threadIdx.x;
    s[t] = a.x[t];
    __syncwarp();
    a.y[t] = s[t ^ 1];
}
RECEDE_KERNEL(missing_syncwarp_twin)

// A barrier of the lanes 0 to 15 does not order those of the lanes 16 to 31.
extern "C" __global__ void narrow_syncwarp(const PlantedArguments a) {
    RECEDE_SHARED(float, s, 64);
    const int t = threadIdx.x, lane = t % 32;
    s[t] = a.x[t];
    if (lane < 16) {
        __syncwarp(0x0000ffffu);
    } else {
        __syncwarp(0xffff0000u);
    }
    a.y[t] = s[t ^ 16];
}
RECEDE_KERNEL(narrow_syncwarp)

extern "C" __global__ void narrow_syncwarp_twin(const PlantedArguments a) {
    RECEDE_SHARED(float, s, 64);
    const int t = threadIdx.x, lane = t % 32;
    s[t] = a.x[t];
    if (lane < 16) {
        __syncwarp(0x0000ffffu);
    } else {
        __syncwarp(0xffff0000u);
    }
    a.y[t] = s[t ^ 1];
}
RECEDE_KERNEL(narrow_syncwarp_twin)
