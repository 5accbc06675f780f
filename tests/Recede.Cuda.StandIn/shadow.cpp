#include "shadow.h"

#include <string.h>
#include <sys/mman.h>

namespace standin {
namespace {

// Room for the 32-bit window of Shadow::written at the last byte.
size_t written_size(size_t bytes) { return bytes / 8 + 8; }
size_t cells_size(size_t bytes) { return (bytes / 2 + 1) * sizeof(Cell); }

void* reserve(size_t bytes) {
    return mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

}  // namespace

Shadow::Shadow(size_t bytes)
    : bytes_(bytes),
      written_(static_cast<uint8_t*>(reserve(written_size(bytes)))),
      cells_(static_cast<Cell*>(reserve(cells_size(bytes)))) {}

void Shadow::release() {
    if (written_ == nullptr) return;
    munmap(written_, written_size(bytes_));
    munmap(cells_, cells_size(bytes_));
    written_ = nullptr;
    cells_ = nullptr;
}

void Shadow::mark_all(bool written) { memset(written_, written ? 0xFF : 0, written_size(bytes_)); }

void Shadow::mark(size_t offset, size_t bytes, bool written) {
    const size_t end = offset + bytes;
    while (offset < end && offset % 8 != 0) {
        const uint8_t bit = static_cast<uint8_t>(1u << offset % 8);
        written_[offset / 8] = static_cast<uint8_t>(written ? written_[offset / 8] | bit : written_[offset / 8] & ~bit);
        offset++;
    }
    memset(written_ + offset / 8, written ? 0xFF : 0, (end - offset) / 8);
    for (offset += (end - offset) / 8 * 8; offset < end; offset++) {
        const uint8_t bit = static_cast<uint8_t>(1u << offset % 8);
        written_[offset / 8] = static_cast<uint8_t>(written ? written_[offset / 8] | bit : written_[offset / 8] & ~bit);
    }
}

bool Shadow::all_written(size_t offset, size_t bytes) const {
    for (size_t done = 0; done < bytes; done += 16) {
        const size_t piece = bytes - done < 16 ? bytes - done : 16;
        if (!written(offset + done, piece)) return false;
    }
    return true;
}

void Shadow::copy_from(size_t offset, const Shadow& source, size_t sourceOffset, size_t bytes) {
    if (source.all_written(sourceOffset, bytes)) {
        mark(offset, bytes, true);
        return;
    }
    for (size_t i = 0; i < bytes; i++) mark(offset + i, 1, source.written(sourceOffset + i, 1));
}

}  // namespace standin
