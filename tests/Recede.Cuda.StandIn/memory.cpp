#include "memory.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <map>
#include <memory>
#include <vector>

#include "faults.h"
#include "standin.h"

namespace standin {
namespace {

constexpr size_t Page = 4096;
constexpr size_t HugePage = 2 << 20;
constexpr size_t ArenaBytes = size_t{1} << 38;
// What cuMemAlloc promises.
constexpr size_t Alignment = 256;

char* arena;
char* next_free;
Block** block_of_page;
int open_count;
std::map<char*, std::unique_ptr<Block>> blocks;
std::map<char*, Block*> live;
std::vector<char*> pried;

void reserve_arena() {
    if (arena != nullptr) return;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    arena = static_cast<char*>(mmap(nullptr, ArenaBytes + HugePage, PROT_NONE, flags, -1, 0));
    arena += (HugePage - reinterpret_cast<uintptr_t>(arena) % HugePage) % HugePage;
    block_of_page = static_cast<Block**>(
        mmap(nullptr, ArenaBytes / Page * sizeof(Block*), PROT_READ | PROT_WRITE, flags, -1, 0));
    next_free = arena;
    watch_faults();
}

char* page_of(const char* address) { return arena + (address - arena) / static_cast<long>(Page) * static_cast<long>(Page); }
char* first_page(const Block& block) { return page_of(block.start); }
size_t page_bytes(const Block& block) {
    return static_cast<size_t>(page_of(block.start + block.bytes + Page - 1) - first_page(block));
}
void protect(const Block& block, int protection) { mprotect(first_page(block), page_bytes(block), protection); }
size_t offset_in(const Block& block, const void* address) {
    return static_cast<size_t>(static_cast<const char*>(address) - block.start);
}

// The live block that holds all of a range, or null.
Block* holder(const void* address, size_t bytes) {
    Block* block = block_around(address);
    if (block == nullptr || !block->live || address < block->start) return nullptr;
    const size_t offset = offset_in(*block, address);
    return offset <= block->bytes && bytes <= block->bytes - offset ? block : nullptr;
}

}  // namespace

bool in_arena(const void* address) {
    return arena != nullptr && static_cast<size_t>(static_cast<const char*>(address) - arena) < ArenaBytes;
}

Block* allocate_block(size_t bytes) {
    reserve_arena();
    // The block ends as near to the guard page as its alignment lets it.
    const size_t data = (bytes + Page - 1) / Page * Page;
    // Opening and closing a block takes time by its pages, so large blocks ask for huge ones.
    const size_t start = static_cast<size_t>(next_free - arena);
    const size_t skipped = data >= HugePage ? (HugePage - start % HugePage) % HugePage : 0;
    if (ArenaBytes - start < skipped + data + Page) return nullptr;
    char* base = next_free + skipped;
    next_free = base + data + Page;

    mprotect(base, data, PROT_READ | PROT_WRITE);
    if (data >= HugePage) madvise(base, data, MADV_HUGEPAGE);
    memset(base, 0xFF, data);
    if (open_count == 0) mprotect(base, data, PROT_NONE);

    auto block = std::make_unique<Block>(Block{base + (data - bytes) / Alignment * Alignment, bytes, true, Shadow(bytes)});
    Block* made = block.get();
    for (size_t page = 0; page <= data / Page; page++) block_of_page[static_cast<size_t>(base - arena) / Page + page] = made;
    live[made->start] = made;
    blocks[made->start] = std::move(block);
    return made;
}

Block* block_at(const void* start) {
    const auto found = live.find(static_cast<char*>(const_cast<void*>(start)));
    return found == live.end() ? nullptr : found->second;
}

Block* block_around(const void* address) {
    return in_arena(address) ? block_of_page[static_cast<size_t>(static_cast<const char*>(address) - arena) / Page] : nullptr;
}

void free_block(Block* block) {
    protect(*block, PROT_NONE);
    madvise(first_page(*block), page_bytes(*block), MADV_DONTNEED);
    block->shadow.release();
    block->live = false;
    live.erase(block->start);
}

void free_all_blocks() {
    while (!live.empty()) free_block(live.begin()->second);
    blocks.clear();
    if (arena == nullptr) return;
    madvise(block_of_page, static_cast<size_t>(next_free - arena) / Page * sizeof(Block*), MADV_DONTNEED);
    next_free = arena;
}

int live_blocks() { return static_cast<int>(live.size()); }

OpenMemory::OpenMemory() {
    if (open_count++ > 0) return;
    for (const auto& [start, block] : live) protect(*block, PROT_READ | PROT_WRITE);
}

OpenMemory::~OpenMemory() {
    if (--open_count > 0) return;
    for (const auto& [start, block] : live) protect(*block, PROT_NONE);
    for (char* page : pried) mprotect(page, Page, PROT_NONE);
    pried.clear();
}

void pry_open(const void* address) {
    char* page = page_of(static_cast<const char*>(address));
    mprotect(page, Page, PROT_READ | PROT_WRITE);
    pried.push_back(page);
}

bool in_device_memory(const void* address, size_t bytes) { return bytes == 0 || holder(address, bytes) != nullptr; }

bool require_device_memory(const void* address, size_t bytes, const char* who) {
    if (in_device_memory(address, bytes)) return true;
    report("bounds", "%s: %zu bytes at %p are not within one block of device memory", who, bytes, address);
    return false;
}

bool require_written(const void* address, size_t bytes, const char* who) {
    const Block* block = holder(address, bytes);
    if (bytes == 0 || block == nullptr || block->shadow.all_written(offset_in(*block, address), bytes)) return true;
    report("init", "%s reads %zu bytes at %p, some of which were never written", who, bytes, address);
    return false;
}

void mark_written(const void* address, size_t bytes) {
    if (Block* block = holder(address, bytes)) block->shadow.mark(offset_in(*block, address), bytes, true);
}

void mark_unwritten(const void* address, size_t bytes) {
    Block* block = holder(address, bytes);
    if (block == nullptr) return;
    block->shadow.mark(offset_in(*block, address), bytes, false);
    const OpenMemory open;
    memset(const_cast<void*>(address), 0xFF, bytes);
}

void mark_all_written() {
    for (const auto& [start, block] : live) block->shadow.mark_all(true);
}

void copy_written(const void* destination, const void* source, size_t bytes) {
    Block* to = holder(destination, bytes);
    const Block* from = holder(source, bytes);
    if (to == nullptr || from == nullptr) return;
    to->shadow.copy_from(offset_in(*to, destination), from->shadow, offset_in(*from, source), bytes);
}

}  // namespace standin
