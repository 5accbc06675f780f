// Runs a kernel: block after block, every thread of a block a fiber, all on one OS thread.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <string>
#include <vector>

#include "kernel_abi.h"
#include "shadow.h"

namespace standin {

/// In which order threads of a block run between two meetings, and blocks of a grid.
enum class Order { Ascending, Descending, Shuffled };

struct Launch {
    const StandinKernel* kernel;
    StandinIndex grid;
    StandinIndex block;
    size_t dynamicShared;
    /// Static and dynamic shared memory that a block may have together.
    size_t mostShared;
    /// Order and seed in force.
    Order order;
    uint32_t seed;
};

enum class Waiting : uint8_t { Nothing, BlockBarrier, Warp, Returned };

/// A thread of the running block.
struct Thread {
    void* stackPointer;
    char* stack;
    StandinIndex index;
    unsigned number;  // in the block
    Waiting waiting;
    // Where it waits.
    const char* file;
    int line;
    int site;
    // The collective of a warp that it takes part in.
    int operation;
    unsigned mask;
    int argument;
    int width;
    uint64_t value;
    uint64_t result;
    // Warp synchronisations that it knows of, its own count included: what lane l did up to clocks[l] came before.
    uint16_t clocks[32];

    unsigned lane() const { return number % 32; }
    unsigned warp() const { return number / 32; }
};

/// Shared memory under a key of its own, and the dynamic part.
struct SharedRange {
    char* start;
    size_t bytes;
    uint32_t usedByBlock;  // the block's first epoch
    Shadow shadow;
};

/// What runs now. One of it, used under the stand-in's lock.
struct Execution {
    bool inKernel = false;
    bool abandoned = false;
    Launch launch{};
    const void* arguments = nullptr;
    StandinIndex blockIndex{};
    Thread* thread = nullptr;
    std::vector<Thread> threads;
    std::vector<SharedRange*> sharedInUse;
    SharedRange dynamicShared{};
    size_t staticSharedBytes = 0;
    // See Cell. An epoch before launchEpoch is of another launch, one before blockEpoch of another block.
    uint32_t epoch = 1;
    uint32_t launchEpoch = 1;
    uint32_t blockEpoch = 1;
};

extern Execution execution;

constexpr size_t StackBytes = 64 << 10;

/// Runs a kernel to its end, or to a finding after which a GPU would not go on either.
void run_kernel(const Launch& launch, const void* arguments);

/// Leaves the running kernel for good, from within it.
[[noreturn]] void abandon_kernel();

/// What a GPU answers after such a finding: remembered for the driver, which makes it the context's status.
enum class Fault { None, IllegalAddress, MisalignedAddress, LaunchFailed };
void set_fault(Fault fault);
/// The fault since the last call of this, if any.
Fault take_fault();

/// The running kernel's name, or an empty string.
std::string running_kernel();
/// "block (0,0,0) thread (1,0,0)".
std::string running_place();

// fibers.cpp
/// Makes a thread ready to run the kernel from its start.
void prepare_fiber(Thread& thread);
/// Runs a thread until it waits or returns.
void resume_fiber(Thread& thread);
/// Gives control back to the scheduler, from within a thread.
void yield_fiber();
/// Whether an address lies on a thread's stack; and on the guard page below it.
bool on_stack(const Thread& thread, const void* address);
bool on_stack_guard(const Thread& thread, const void* address);

// warps.cpp
/// Lets those threads of a warp go on whose collective is complete. Gives whether any could.
bool complete_warp(unsigned warp);

// shared_memory.cpp
/// Poisons dynamic shared memory and forgets the last block's slots.
void begin_block_shared();
/// The range that holds an address, or null.
SharedRange* shared_around(const void* address);

}  // namespace standin
