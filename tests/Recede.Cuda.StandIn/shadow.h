// What the checker remembers of memory: which bytes were ever written, and who touched each pair of bytes last.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace standin {

/// The last write and the last reads of two bytes. Epochs grow with every block and every barrier, over all launches, so
/// an epoch alone tells launch, block and the stretch between two barriers.
struct Cell {
    uint32_t writeEpoch;
    uint16_t writeClock;    // the writer's own clock of warp synchronisations
    uint16_t writeThread : 10;
    uint16_t writeBytes : 2;      // which of the two bytes
    uint16_t writeAtomic : 1;
    uint16_t writeManyThreads : 1;  // atomics of several threads since the last barrier
    uint16_t writeManyBlocks : 1;   // atomics of several blocks of this launch
    uint32_t readEpoch;
    uint32_t readLanes;     // lanes of one warp whose reads are not ordered before another's here
    uint16_t readClock;
    uint16_t readWarp : 5;
    uint16_t readBytes : 2;
    uint16_t readManyWarps : 1;   // several warps since the last barrier
    uint16_t readManyBlocks : 1;  // several blocks of this launch
};

/// Shadow of one range of memory. The pages of both tables come when they are touched.
class Shadow {
public:
    Shadow() = default;
    explicit Shadow(size_t bytes);
    /// Gives the tables back; a shadow is not used afterwards.
    void release();

    void mark(size_t offset, size_t bytes, bool written);
    bool all_written(size_t offset, size_t bytes) const;
    void copy_from(size_t offset, const Shadow& source, size_t sourceOffset, size_t bytes);
    /// Forgets what was written; cells need no clearing, since their epochs grow old.
    void mark_all(bool written);

    /// For accesses of at most 16 bytes.
    bool written(size_t offset, size_t bytes) const {
        uint32_t bits;
        __builtin_memcpy(&bits, written_ + offset / 8, sizeof bits);
        const uint32_t mask = (1u << bytes) - 1;
        return ((bits >> offset % 8) & mask) == mask;
    }
    void set_written(size_t offset, size_t bytes) {
        uint32_t bits;
        __builtin_memcpy(&bits, written_ + offset / 8, sizeof bits);
        bits |= ((1u << bytes) - 1) << offset % 8;
        __builtin_memcpy(written_ + offset / 8, &bits, sizeof bits);
    }
    Cell* cell(size_t offset) { return cells_ + offset / 2; }

private:
    size_t bytes_ = 0;
    uint8_t* written_ = nullptr;
    Cell* cells_ = nullptr;
};

}  // namespace standin
