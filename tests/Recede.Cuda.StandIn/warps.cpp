// Shuffles, ballots and barriers of a warp. Lanes are not taken to be in lockstep: they meet in collectives alone.
#include <stdio.h>

#include <algorithm>

#include "executor.h"
#include "standin.h"

namespace standin {
namespace {

Thread& lane_of(unsigned warp, unsigned lane) { return execution.threads[size_t{warp} * 32 + lane]; }

// The last warp of a block may have fewer than 32.
unsigned lanes_of(unsigned warp) {
    return static_cast<unsigned>(std::min(execution.threads.size() - size_t{warp} * 32, size_t{32}));
}

// All lanes that a mask names wait at the same operation with the same mask. Where one never will, the warp waits for ever.
bool all_arrived(unsigned warp, const Thread& first) {
    for (unsigned lane = 0; lane < 32; lane++) {
        if ((first.mask >> lane & 1) == 0) continue;
        if (lane >= lanes_of(warp)) return false;
        const Thread& other = lane_of(warp, lane);
        if (other.waiting != Waiting::Warp || other.mask != first.mask || other.operation != first.operation) return false;
    }
    return true;
}

// The lane that a shuffle reads; the lane itself where it would leave its segment.
unsigned source_of(const Thread& thread) {
    const int width = thread.width;
    const int lane = static_cast<int>(thread.lane());
    const int begin = lane & ~(width - 1);
    const int argument = thread.argument;
    int source = lane;
    switch (thread.operation) {
        case StandinShuffleIndex:
            source = begin + (argument & (width - 1));
            break;
        case StandinShuffleUp:
            source = lane - argument < begin ? lane : lane - argument;
            break;
        case StandinShuffleDown:
            source = lane + argument >= begin + width ? lane : lane + argument;
            break;
        case StandinShuffleXor:
            source = (lane ^ argument) >= begin + width ? lane : lane ^ argument;
            break;
        default:
            break;
    }
    return static_cast<unsigned>(source);
}

void give_results(unsigned warp, unsigned mask) {
    uint64_t ballot = 0;
    for (unsigned lane = 0; lane < 32; lane++) {
        if ((mask >> lane & 1) != 0 && lane_of(warp, lane).value != 0) ballot |= uint64_t{1} << lane;
    }
    for (unsigned lane = 0; lane < 32; lane++) {
        if ((mask >> lane & 1) == 0) continue;
        Thread& thread = lane_of(warp, lane);
        if (thread.operation == StandinBallot) {
            thread.result = ballot;
        } else if (thread.operation != StandinWarpBarrier) {
            const unsigned source = source_of(thread);
            if (source < 32 && (mask >> source & 1) != 0) {
                thread.result = lane_of(warp, source).value;
            } else {
                execution.thread = &thread;
                report("warp", "%s:%d a shuffle reads lane %u, which its mask %08x does not name", thread.file, thread.line,
                       source, mask);
                thread.result = ~uint64_t{0};
            }
        }
    }
}

// What any of them did before, all of them know of from now on.
void join_clocks(unsigned warp, unsigned mask) {
    uint16_t joined[32] = {};
    for (unsigned lane = 0; lane < 32; lane++) {
        if ((mask >> lane & 1) == 0) continue;
        const Thread& thread = lane_of(warp, lane);
        for (unsigned i = 0; i < 32; i++) joined[i] = std::max(joined[i], thread.clocks[i]);
    }
    for (unsigned lane = 0; lane < 32; lane++) {
        if ((mask >> lane & 1) == 0) continue;
        Thread& thread = lane_of(warp, lane);
        std::copy(std::begin(joined), std::end(joined), std::begin(thread.clocks));
        thread.clocks[lane]++;
    }
}

}  // namespace

bool complete_warp(unsigned warp) {
    bool any = false;
    for (unsigned lane = 0; lane < lanes_of(warp); lane++) {
        const Thread& first = lane_of(warp, lane);
        if (first.waiting != Waiting::Warp || !all_arrived(warp, first)) continue;

        const unsigned mask = first.mask;
        for (unsigned other = lane; other < 32; other++) {
            if ((mask >> other & 1) == 0) continue;
            Thread& thread = lane_of(warp, other);
            if (thread.line != first.line) {
                execution.thread = &thread;
                report("warp", "%s:%d lanes of one collective stand at different lines, here and at %d", thread.file,
                       thread.line, first.line);
            }
        }
        give_results(warp, mask);
        join_clocks(warp, mask);
        for (unsigned other = 0; other < 32; other++) {
            if ((mask >> other & 1) != 0) lane_of(warp, other).waiting = Waiting::Nothing;
        }
        any = true;
    }
    return any;
}

}  // namespace standin

uint64_t standin_warp(
    int operation, unsigned mask, uint64_t value, int argument, int width, const char* file, int line) {
    standin::Thread& thread = *standin::execution.thread;
    const bool isPowerOfTwo = width > 0 && width <= 32 && (width & (width - 1)) == 0;
    if ((mask >> thread.lane() & 1) == 0 || !isPowerOfTwo) {
        standin::report("warp", "%s:%d lane %u calls a collective with mask %08x and width %d", file, line, thread.lane(), mask,
                        width);
        standin::set_fault(standin::Fault::LaunchFailed);
        standin::abandon_kernel();
    }
    thread.operation = operation;
    thread.mask = mask;
    thread.value = value;
    thread.argument = argument;
    thread.width = width;
    thread.file = file;
    thread.line = line;
    thread.waiting = standin::Waiting::Warp;
    standin::yield_fiber();
    return thread.result;
}
