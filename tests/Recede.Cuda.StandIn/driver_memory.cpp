// Device and pinned memory, copies and fills.
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "driver.h"
#include "memory.h"

namespace standin {
namespace {

using DevicePointer = unsigned long long;

// What an allocation takes of the device's memory.
constexpr size_t Granule = 512;
size_t granules(size_t bytes) { return (bytes + Granule - 1) / Granule * Granule; }

char* pointer(DevicePointer address) { return reinterpret_cast<char*>(address); }

// Whether all of a host range lies in memory of cuMemAllocHost.
bool is_pinned(const void* host, size_t bytes) {
    auto* start = static_cast<char*>(const_cast<void*>(host));
    auto after = driver.pinned.upper_bound(start);
    if (after == driver.pinned.begin()) return false;
    const auto& [block, size] = *--after;
    return start + bytes <= block + size;
}

// The pinned end of a copy, at the time when it runs.
bool still_pinned(const void* host, size_t bytes) {
    if (is_pinned(host, bytes)) return true;
    report("pinned", "pinned memory at %p was freed before a queued copy of %zu bytes ran", host, bytes);
    return false;
}

// A copy with pageable memory is done when the call returns, after what was queued before it; it cannot be captured.
int copy_pageable(const std::shared_ptr<Stream>& stream, const std::function<void()>& copy) {
    if (stream->capture != nullptr) return break_capture(*stream, CaptureUnsupported);
    count_call("pageable copy");
    const int status = push(stream, {copy, nullptr});
    drain(stream, stream->queued);
    return status != Success ? status : driver.sticky;
}

void fill(char* to, size_t bytes, const void* pattern, size_t width) {
    if (width == 1) {
        memset(to, *static_cast<const unsigned char*>(pattern), bytes);
    } else {
        for (size_t i = 0; i < bytes; i += width) memcpy(to + i, pattern, width);
    }
    mark_written(to, bytes);
}

int queue_fill(DevicePointer to, size_t bytes, unsigned pattern, size_t width, void* handle) {
    const auto stream = find_stream(handle);
    if (stream == nullptr) return InvalidHandle;
    if (!require_device_memory(pointer(to), bytes, "a fill") || to % width != 0) return InvalidValue;
    return push(stream, {[=] { fill(pointer(to), bytes, &pattern, width); }, nullptr});
}

}  // namespace
}  // namespace standin

using namespace standin;

STANDIN_API int cuMemGetInfo_v2(size_t* available, size_t* total) {
    STANDIN_DRIVER_CALL();
    if (available == nullptr || total == nullptr) return InvalidValue;
    *total = driver.settings.memoryBytes;
    *available = driver.memoryUsed < *total ? *total - driver.memoryUsed : 0;
    return Success;
}

STANDIN_API int cuMemAlloc_v2(DevicePointer* address, size_t bytes) {
    STANDIN_DRIVER_CALL_OUTSIDE_CAPTURE();
    if (address == nullptr || bytes == 0) return InvalidValue;
    const uint64_t total = driver.settings.memoryBytes;
    if (allocation_fails() || bytes > total || driver.memoryUsed + granules(bytes) > total) return OutOfMemory;
    const Block* block = allocate_block(bytes);
    if (block == nullptr) return OutOfMemory;
    driver.memoryUsed += granules(bytes);
    *address = reinterpret_cast<DevicePointer>(block->start);
    return Success;
}

STANDIN_API int cuMemFree_v2(DevicePointer address) {
    STANDIN_DRIVER_CALL_OUTSIDE_CAPTURE();
    if (address == 0) return Success;
    Block* block = block_at(pointer(address));
    if (block == nullptr) {
        report("free", "cuMemFree of %p, which is not the start of a live block", static_cast<void*>(pointer(address)));
        return InvalidValue;
    }
    drain_all();  // freeing waits for the device
    driver.memoryUsed -= granules(block->bytes);
    free_block(block);
    return Success;
}

STANDIN_API int cuMemAllocHost_v2(void** address, size_t bytes) {
    STANDIN_DRIVER_CALL_OUTSIDE_CAPTURE();
    if (address == nullptr || bytes == 0) return InvalidValue;
    char* memory = static_cast<char*>(aligned_alloc(4096, (bytes + 4095) / 4096 * 4096));
    if (memory == nullptr) return OutOfMemory;
    memset(memory, 0xFF, bytes);
    driver.pinned[memory] = bytes;
    *address = memory;
    return Success;
}

STANDIN_API int cuMemFreeHost(void* address) {
    STANDIN_DRIVER_CALL_OUTSIDE_CAPTURE();
    if (driver.pinned.erase(static_cast<char*>(address)) == 0) {
        report("free", "cuMemFreeHost of %p, which is not pinned memory", address);
        return InvalidValue;
    }
    free(address);
    return Success;
}

STANDIN_API int cuMemcpyHtoDAsync_v2(DevicePointer to, const void* host, size_t bytes, void* handle) {
    STANDIN_DRIVER_CALL();
    const auto stream = find_stream(handle);
    if (stream == nullptr) return InvalidHandle;
    if (!require_device_memory(pointer(to), bytes, "a copy to the device")) return InvalidValue;
    if (bytes == 0) return Success;
    if (host == nullptr) return InvalidValue;
    const auto copy = [=] {
        memcpy(pointer(to), host, bytes);
        mark_written(pointer(to), bytes);
    };
    if (!is_pinned(host, bytes)) return copy_pageable(stream, copy);
    return push(stream, {[=] { if (still_pinned(host, bytes)) copy(); }, nullptr});
}

STANDIN_API int cuMemcpyDtoHAsync_v2(void* host, DevicePointer from, size_t bytes, void* handle) {
    STANDIN_DRIVER_CALL();
    const auto stream = find_stream(handle);
    if (stream == nullptr) return InvalidHandle;
    if (!require_device_memory(pointer(from), bytes, "a copy from the device")) return InvalidValue;
    if (bytes == 0) return Success;
    if (host == nullptr) return InvalidValue;
    const auto copy = [=] { memcpy(host, pointer(from), bytes); };
    if (!is_pinned(host, bytes)) return copy_pageable(stream, copy);
    return push(stream, {[=] { if (still_pinned(host, bytes)) copy(); }, nullptr});
}

STANDIN_API int cuMemcpyDtoDAsync_v2(DevicePointer to, DevicePointer from, size_t bytes, void* handle) {
    STANDIN_DRIVER_CALL();
    const auto stream = find_stream(handle);
    if (stream == nullptr) return InvalidHandle;
    if (!require_device_memory(pointer(to), bytes, "a copy on the device, its target") ||
        !require_device_memory(pointer(from), bytes, "a copy on the device, its source")) {
        return InvalidValue;
    }
    if (to < from + bytes && from < to + bytes && bytes != 0) report("copy", "source and target overlap, %zu bytes", bytes);
    return push(stream, {[=] {
        memmove(pointer(to), pointer(from), bytes);
        copy_written(pointer(to), pointer(from), bytes);
    }, nullptr});
}

STANDIN_API int cuMemsetD8Async(DevicePointer to, unsigned char value, size_t count, void* handle) {
    STANDIN_DRIVER_CALL();
    return queue_fill(to, count, value, 1, handle);
}

STANDIN_API int cuMemsetD32Async(DevicePointer to, unsigned value, size_t count, void* handle) {
    STANDIN_DRIVER_CALL();
    return queue_fill(to, count * 4, value, 4, handle);
}
