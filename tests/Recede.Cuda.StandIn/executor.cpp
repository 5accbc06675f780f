#include "executor.h"

#include <stdio.h>

#include <algorithm>
#include <numeric>

#include "standin.h"

namespace standin {

Execution execution;

namespace {

Fault fault = Fault::None;

/// Xorshift: good enough to shuffle.
class Shuffler {
public:
    explicit Shuffler(uint32_t seed) : state_(seed * 2654435761u | 1u) {}

    void shuffle(std::vector<unsigned>& items) {
        for (size_t i = items.size(); i > 1; i--) std::swap(items[i - 1], items[next() % i]);
    }

private:
    uint32_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        state_ ^= state_ << 5;
        return state_;
    }

    uint32_t state_;
};

std::vector<unsigned> in_order(unsigned count, Order order, Shuffler& shuffler) {
    std::vector<unsigned> items(count);
    std::iota(items.begin(), items.end(), 0u);
    if (order == Order::Descending) std::reverse(items.begin(), items.end());
    if (order == Order::Shuffled) shuffler.shuffle(items);
    return items;
}

StandinIndex unfold(unsigned number, const StandinIndex& size) {
    return {number % size.x, number / size.x % size.y, number / size.x / size.y};
}

// Reports in the name of a thread that is not running.
void report_for(Thread& thread, const char* kind, const char* what) {
    execution.thread = &thread;
    report(kind, "%s:%d %s", thread.file, thread.line, what);
}

// All threads that have not returned wait at the barrier: they go on, if they may.
void release_block() {
    Thread* first = nullptr;
    unsigned arrived = 0;
    bool several = false;
    for (Thread& thread : execution.threads) {
        if (thread.waiting != Waiting::BlockBarrier) continue;
        if (first == nullptr) first = &thread;
        several |= thread.site != first->site;
        arrived++;
        thread.waiting = Waiting::Nothing;
        std::fill(std::begin(thread.clocks), std::end(thread.clocks), uint16_t{0});
        thread.clocks[thread.lane()] = 1;
    }
    if (several) report_for(*first, "barrier", "threads of a block meet at different __syncthreads");
    if (arrived != execution.threads.size()) {
        char what[160];
        snprintf(what, sizeof what, "__syncthreads is reached by %u of %zu threads, the others have returned", arrived,
                 execution.threads.size());
        report_for(*first, "barrier", what);
    }
    execution.epoch++;
}

void report_deadlock() {
    for (Thread& thread : execution.threads) {
        if (thread.waiting == Waiting::BlockBarrier) {
            report_for(thread, "deadlock", "waits for ever at __syncthreads");
            break;
        }
        if (thread.waiting == Waiting::Warp) {
            char what[160];
            snprintf(what, sizeof what, "waits for ever at a collective of its warp, whose mask is %08x", thread.mask);
            report_for(thread, "deadlock", what);
            break;
        }
    }
    set_fault(Fault::LaunchFailed);
    execution.abandoned = true;
}

void run_block(const std::vector<unsigned>& order) {
    execution.blockEpoch = ++execution.epoch;
    begin_block_shared();
    for (Thread& thread : execution.threads) prepare_fiber(thread);

    const unsigned warps = (static_cast<unsigned>(execution.threads.size()) + 31) / 32;
    for (;;) {
        bool progress = false;
        for (const unsigned number : order) {
            Thread& thread = execution.threads[number];
            if (thread.waiting != Waiting::Nothing) continue;
            resume_fiber(thread);
            if (execution.abandoned) return;
            progress = true;
        }
        for (unsigned warp = 0; warp < warps; warp++) progress |= complete_warp(warp);
        if (progress) continue;

        const auto waits = [](Waiting what) {
            return [what](const Thread& thread) { return thread.waiting == what; };
        };
        const auto& threads = execution.threads;
        if (std::all_of(threads.begin(), threads.end(), waits(Waiting::Returned))) return;
        if (std::any_of(threads.begin(), threads.end(), waits(Waiting::Warp))) {
            report_deadlock();
            return;
        }
        release_block();
    }
}

}  // namespace

void run_kernel(const Launch& launch, const void* arguments) {
    execution.launch = launch;
    execution.arguments = arguments;
    execution.abandoned = false;
    execution.launchEpoch = ++execution.epoch;
    const unsigned threads = launch.block.x * launch.block.y * launch.block.z;
    execution.threads.resize(threads);
    for (unsigned number = 0; number < threads; number++) {
        execution.threads[number].number = number;
        execution.threads[number].index = unfold(number, launch.block);
    }

    Shuffler shuffler(launch.seed);
    const std::vector<unsigned> blocks =
        in_order(launch.grid.x * launch.grid.y * launch.grid.z, launch.order, shuffler);
    execution.inKernel = true;
    for (const unsigned block : blocks) {
        execution.blockIndex = unfold(block, launch.grid);
        run_block(in_order(threads, launch.order, shuffler));
        if (execution.abandoned) break;
    }
    execution.inKernel = false;
    execution.thread = nullptr;
}

void set_fault(Fault what) {
    if (fault == Fault::None) fault = what;
}

Fault take_fault() {
    const Fault taken = fault;
    fault = Fault::None;
    return taken;
}

std::string running_kernel() { return execution.inKernel ? execution.launch.kernel->name : ""; }

std::string running_place() {
    if (!execution.inKernel || execution.thread == nullptr) return "";
    const StandinIndex block = execution.blockIndex, thread = execution.thread->index;
    char text[128];
    snprintf(text, sizeof text, "block (%u,%u,%u) thread (%u,%u,%u)", block.x, block.y, block.z, thread.x, thread.y, thread.z);
    return text;
}

}  // namespace standin

using standin::execution;

StandinIndex standin_thread_index() { return execution.thread->index; }
StandinIndex standin_block_index() { return execution.blockIndex; }
StandinIndex standin_block_size() { return execution.launch.block; }
StandinIndex standin_grid_size() { return execution.launch.grid; }

void standin_block_barrier(const char* file, int line, int site) {
    standin::Thread& thread = *execution.thread;
    thread.file = file;
    thread.line = line;
    thread.site = site;
    thread.waiting = standin::Waiting::BlockBarrier;
    standin::yield_fiber();
}
