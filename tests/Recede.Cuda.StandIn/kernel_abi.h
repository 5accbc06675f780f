// What a kernel built for the host and the stand-in's runtime must agree on. Included on both sides.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct StandinIndex {
    unsigned x, y, z;
};

/// A kernel as its object registers it: a function of one structure, taken by value.
struct StandinKernel {
    const char* name;
    void (*invoke)(const void* arguments);
    uint32_t parameterBytes;
};

/// Collectives of a warp.
enum StandinWarpOperation {
    StandinShuffleIndex,
    StandinShuffleUp,
    StandinShuffleDown,
    StandinShuffleXor,
    StandinWarpBarrier,
    StandinBallot
};

#define STANDIN_RUNTIME extern "C" __attribute__((visibility("default")))

STANDIN_RUNTIME void standin_register_kernel(const StandinKernel* kernel);

// The registers of the running thread. Const: a fiber's own never change, so the compiler may read them once.
STANDIN_RUNTIME __attribute__((const)) StandinIndex standin_thread_index();
STANDIN_RUNTIME __attribute__((const)) StandinIndex standin_block_index();
STANDIN_RUNTIME __attribute__((const)) StandinIndex standin_block_size();
STANDIN_RUNTIME __attribute__((const)) StandinIndex standin_grid_size();

/// Shared memory of the running block: one slot for every key, poisoned when the block first asks for it.
STANDIN_RUNTIME void* standin_shared_slot(const void* key, size_t bytes, size_t alignment);
STANDIN_RUNTIME void* standin_shared_dynamic();

/// __syncthreads. A site is a place in the source: all threads of a block must meet at the same one.
STANDIN_RUNTIME void standin_block_barrier(const char* file, int line, int site);
/// A warp's shuffle, barrier or ballot; gives what the operation gives this lane.
STANDIN_RUNTIME uint64_t standin_warp(
    int operation, unsigned mask, uint64_t value, int argument, int width, const char* file, int line);

/// Checks an atomic read-modify-write of [address, address + bytes), which the code at `caller` makes.
STANDIN_RUNTIME void standin_atomic(void* address, size_t bytes, const void* caller);
