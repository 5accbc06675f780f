// Shared memory of the running block. It is made once and poisoned again for every block; its shadow tells blocks apart by
// their epochs.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <map>
#include <memory>

#include "executor.h"
#include "standin.h"

namespace standin {
namespace {

// Of dynamic shared memory, and the most that a static array can ask for.
constexpr size_t Alignment = 16;

std::map<const void*, std::unique_ptr<SharedRange>> slots;

char* allocate(size_t bytes) {
    return static_cast<char*>(aligned_alloc(Alignment, (bytes + 2 * Alignment) / Alignment * Alignment));
}

void begin_use(SharedRange& range) {
    range.usedByBlock = execution.blockEpoch;
    memset(range.start, 0xFF, range.bytes);
    range.shadow.mark_all(false);
    execution.sharedInUse.push_back(&range);
}

void require_room() {
    const size_t bytes = execution.staticSharedBytes + execution.launch.dynamicShared;
    if (bytes <= execution.launch.mostShared) return;
    report("shared", "a block has %zu bytes of static and %zu of dynamic shared memory, more than %zu together",
           execution.staticSharedBytes, execution.launch.dynamicShared, execution.launch.mostShared);
}

}  // namespace

void begin_block_shared() {
    execution.sharedInUse.clear();
    execution.staticSharedBytes = 0;
    SharedRange& dynamic = execution.dynamicShared;
    if (dynamic.bytes != execution.launch.dynamicShared) {
        dynamic.shadow.release();
        free(dynamic.start);
        const size_t bytes = execution.launch.dynamicShared;
        dynamic = bytes == 0 ? SharedRange{} : SharedRange{allocate(bytes), bytes, 0, Shadow(bytes)};
    }
    if (dynamic.bytes != 0) begin_use(dynamic);
}

SharedRange* shared_around(const void* address) {
    for (SharedRange* range : execution.sharedInUse) {
        if (address >= range->start && address < range->start + range->bytes) return range;
    }
    return nullptr;
}

}  // namespace standin

void* standin_shared_dynamic() { return standin::execution.dynamicShared.start; }

void* standin_shared_slot(const void* key, size_t bytes, size_t alignment) {
    using namespace standin;
    std::unique_ptr<SharedRange>& slot = slots[key];
    if (slot == nullptr) {
        if (alignment > Alignment) report("shared", "shared memory is aligned to %zu bytes, not %zu", Alignment, alignment);
        // Aligned for its type and for nothing wider, which is all that CUDA promises.
        slot = std::make_unique<SharedRange>(SharedRange{allocate(bytes) + alignment % Alignment, bytes, 0, Shadow(bytes)});
    }
    if (slot->usedByBlock != execution.blockEpoch) {
        execution.staticSharedBytes += bytes;
        require_room();
        begin_use(*slot);
    }
    return slot->start;
}
