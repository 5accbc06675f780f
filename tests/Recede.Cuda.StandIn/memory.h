// Device memory: a reserved range of addresses in which blocks are made, each with a guard page behind it, filled with 0xFF
// (a NaN), never at an address that was used before, and readable only while a kernel or a copy runs.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "shadow.h"

namespace standin {

struct Block {
    char* start;
    size_t bytes;
    bool live;
    Shadow shadow;
};

/// Makes a block; null when the range of addresses is used up (the device's size is the driver's business).
Block* allocate_block(size_t bytes);
/// The live block that starts at an address, or null.
Block* block_at(const void* start);
/// The block whose pages (guard page included) hold an address, live or freed; null outside all.
Block* block_around(const void* address);
void free_block(Block* block);
/// Frees all blocks, and lets addresses be used again.
void free_all_blocks();
int live_blocks();

bool in_arena(const void* address);

/// Device memory is open while one of these lives.
class OpenMemory {
public:
    OpenMemory();
    ~OpenMemory();
    OpenMemory(const OpenMemory&) = delete;
    OpenMemory& operator=(const OpenMemory&) = delete;
};

/// Opens the page of an address that the host touched, so that it can go on after the finding.
void pry_open(const void* address);

/// Marks as never written, as fresh memory is.
void mark_unwritten(const void* address, size_t bytes);
/// Marks all live blocks as written: after a kernel whose writes were not seen.
void mark_all_written();
/// A copy within the device carries over what was written and what was not.
void copy_written(const void* destination, const void* source, size_t bytes);

}  // namespace standin
