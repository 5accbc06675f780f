#include "checker.h"

#include <stdio.h>

#include <string>
#include <utility>
#include <vector>

#include "executor.h"
#include "findings.h"
#include "memory.h"

namespace standin {
namespace {

std::vector<std::pair<const void*, const void*>> constants;

/// One access, as the cells see it.
struct Actor {
    Access access;
    const void* address;
    const void* caller;
    bool shared;
    // Epochs before this are of other launches, or for shared memory of other blocks: long done.
    uint32_t oldest;
    bool isReported;  // one race an access is enough

    bool writes() const { return access != Access::Read; }
};

const char* verb(Access access) {
    return access == Access::Read ? "read" : access == Access::Write ? "write" : "atomic";
}

[[gnu::cold, gnu::noinline]] void report_race(Actor& actor, const std::string& other) {
    if (actor.isReported) return;
    actor.isReported = true;
    char text[256];
    snprintf(text, sizeof text, "%s of %s memory at %p is not ordered with %s", verb(actor.access),
             actor.shared ? "shared" : "global", actor.address, other.c_str());
    report_at("race", actor.caller, text);
}

std::string thread_text(const char* what, uint32_t epoch, unsigned thread) {
    if (epoch < execution.blockEpoch) return std::string(what) + " by another block";
    return std::string(what) + " by thread " + std::to_string(thread) + " of the block";
}

// Whether what thread `number` did in an epoch, at its clock, came before what the running thread does now.
bool came_before(uint32_t epoch, unsigned number, uint16_t clock) {
    if (epoch != execution.epoch) return epoch >= execution.blockEpoch;
    const Thread& self = *execution.thread;
    if (number == self.number) return true;
    return number / 32 == self.warp() && self.clocks[number % 32] >= clock;
}

void check_against_write(const Cell& cell, Actor& actor, unsigned bytes) {
    if (cell.writeEpoch < actor.oldest || (cell.writeBytes & bytes) == 0) return;
    if (actor.access == Access::Atomic && cell.writeAtomic) return;
    if (cell.writeManyBlocks || (cell.writeManyThreads && cell.writeEpoch == execution.epoch)) {
        report_race(actor, "atomics of several threads");
    } else if (!came_before(cell.writeEpoch, cell.writeThread, cell.writeClock)) {
        report_race(actor, thread_text(cell.writeAtomic ? "an atomic" : "a write", cell.writeEpoch, cell.writeThread));
    }
}

void check_against_reads(const Cell& cell, Actor& actor, unsigned bytes) {
    if (cell.readEpoch < actor.oldest || (cell.readBytes & bytes) == 0) return;
    if (cell.readManyBlocks) {
        report_race(actor, "a read by another block");
        return;
    }
    if (cell.readEpoch == execution.epoch && cell.readManyWarps) {
        report_race(actor, "reads by several warps");
        return;
    }
    for (unsigned lane = 0; lane < 32; lane++) {
        if ((cell.readLanes >> lane & 1) == 0) continue;
        const unsigned number = cell.readWarp * 32u + lane;
        if (came_before(cell.readEpoch, number, cell.readClock)) continue;
        report_race(actor, thread_text("a read", cell.readEpoch, number));
        return;
    }
}

void remember_write(Cell& cell, const Actor& actor, unsigned bytes) {
    const Thread& self = *execution.thread;
    const bool current = cell.writeEpoch >= actor.oldest;
    const bool atomic = actor.access == Access::Atomic;
    const bool otherBlock = current && cell.writeEpoch < execution.blockEpoch;
    const bool sameStretch = cell.writeEpoch == execution.epoch;
    const bool otherThread = sameStretch && cell.writeThread != self.number;
    cell.writeManyBlocks = atomic && current && cell.writeAtomic && (cell.writeManyBlocks || otherBlock);
    cell.writeManyThreads = atomic && sameStretch && cell.writeAtomic && (cell.writeManyThreads || otherThread);
    cell.writeBytes = static_cast<uint16_t>((sameStretch && !otherThread ? cell.writeBytes : 0u) | bytes) & 3;
    cell.writeAtomic = atomic;
    cell.writeEpoch = execution.epoch;
    cell.writeThread = static_cast<uint16_t>(self.number) & 1023;
    cell.writeClock = self.clocks[self.lane()];
}

void remember_read(Cell& cell, const Actor& actor, unsigned bytes) {
    const Thread& self = *execution.thread;
    const bool current = cell.readEpoch >= actor.oldest;
    const bool sameStretch = cell.readEpoch == execution.epoch;
    const bool sameWarp = sameStretch && cell.readWarp == self.warp();
    cell.readManyBlocks = current && (cell.readManyBlocks || cell.readEpoch < execution.blockEpoch);
    cell.readManyWarps = sameStretch && (cell.readManyWarps || !sameWarp);
    uint32_t lanes = 0;
    if (sameWarp) {
        // Reads that came before this one need no memory of their own: what comes after this comes after them.
        for (uint32_t left = cell.readLanes; left != 0; left &= left - 1) {
            const unsigned lane = static_cast<unsigned>(__builtin_ctz(left));
            if (self.clocks[lane] < cell.readClock) lanes |= 1u << lane;
        }
    }
    const uint16_t clock = self.clocks[self.lane()];
    cell.readClock = lanes != 0 && cell.readClock < clock ? cell.readClock : clock;
    cell.readLanes = lanes | 1u << self.lane();
    cell.readBytes = static_cast<uint16_t>((sameStretch ? cell.readBytes : 0u) | bytes) & 3;
    cell.readWarp = static_cast<uint16_t>(self.warp()) & 31;
    cell.readEpoch = execution.epoch;
}

[[noreturn, gnu::cold, gnu::noinline]] void refuse(const void* address, size_t bytes, Access access, const void* caller) {
    char text[256];
    snprintf(text, sizeof text, "%s of %zu bytes at %p, %s", verb(access), bytes, address, describe_address(address));
    report_at("bounds", caller, text);
    set_fault(Fault::IllegalAddress);
    abandon_kernel();
}

void check_cells(Shadow& shadow, size_t offset, size_t bytes, Actor actor) {
    if (actor.access != Access::Write && !shadow.written(offset, bytes)) {
        char text[128];
        snprintf(text, sizeof text, "%s of %zu bytes of %s memory at %p, not all of which were written", verb(actor.access),
                 bytes, actor.shared ? "shared" : "global", actor.address);
        report_at("init", actor.caller, text);
    }
    if (actor.writes()) shadow.set_written(offset, bytes);

    for (size_t at = offset; at < offset + bytes;) {
        Cell& cell = *shadow.cell(at);
        const size_t end = at / 2 * 2 + 2;
        const unsigned touched = (at % 2 == 0 ? 1u : 0u) | (offset + bytes >= end ? 2u : 0u);
        check_against_write(cell, actor, touched);
        if (actor.writes()) {
            check_against_reads(cell, actor, touched);
            remember_write(cell, actor, touched);
        } else {
            remember_read(cell, actor, touched);
        }
        at = end;
    }
}

bool is_constant(const void* address, size_t bytes) {
    for (const auto& [begin, end] : constants) {
        if (address >= begin && static_cast<const char*>(address) + bytes <= end) return true;
    }
    return false;
}

}  // namespace

void check_access(const void* address, size_t bytes, Access access, const void* caller) {
    if (!execution.inKernel || on_stack(*execution.thread, address)) return;
    if (bytes > 16) {
        check_access(address, 16, access, caller);
        check_access(static_cast<const char*>(address) + 16, bytes - 16, access, caller);
        return;
    }

    if (in_arena(address)) {
        Block* block = block_around(address);
        const size_t offset = block == nullptr ? 0 : static_cast<size_t>(static_cast<const char*>(address) - block->start);
        if (block == nullptr || !block->live || address < block->start || offset + bytes > block->bytes) {
            refuse(address, bytes, access, caller);
        }
        check_cells(block->shadow, offset, bytes, {access, address, caller, false, execution.launchEpoch, false});
    } else if (SharedRange* range = shared_around(address)) {
        const size_t offset = static_cast<size_t>(static_cast<const char*>(address) - range->start);
        if (offset + bytes > range->bytes) refuse(address, bytes, access, caller);
        check_cells(range->shadow, offset, bytes, {access, address, caller, true, execution.blockEpoch, false});
    } else if (access != Access::Read || !is_constant(address, bytes)) {
        refuse(address, bytes, access, caller);
    }
}

void allow_constants(const void* begin, const void* end) { constants.emplace_back(begin, end); }

const char* describe_address(const void* address) {
    static char text[160];
    const Block* block = block_around(address);
    if (reinterpret_cast<uintptr_t>(address) < 4096) return "a null pointer, or next to one";
    if (block == nullptr) {
        return in_arena(address) ? "where no block of device memory ever was"
                                 : "which is neither device memory nor shared memory: a pointer of the host?";
    }
    const char* state = block->live ? "" : "freed ";
    const long offset = static_cast<long>(static_cast<const char*>(address) - block->start);
    if (offset < 0) {
        snprintf(text, sizeof text, "%ld bytes before a %sblock of %zu bytes", -offset, state, block->bytes);
    } else if (offset >= static_cast<long>(block->bytes)) {
        snprintf(text, sizeof text, "%ld bytes past the end of a %sblock of %zu bytes",
                 offset - static_cast<long>(block->bytes), state, block->bytes);
    } else {
        snprintf(text, sizeof text, "%ld bytes into a %sblock of %zu bytes", offset, state, block->bytes);
    }
    return text;
}

}  // namespace standin
