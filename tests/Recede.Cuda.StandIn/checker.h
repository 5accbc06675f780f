// Judges single accesses of a kernel: in bounds, written before, in order with those of other threads.
#pragma once
#include <stddef.h>

namespace standin {

enum class Access { Read, Write, Atomic };

/// Checks one access of the running thread and remembers it. An access outside all memory ends the kernel, as on a GPU.
/// Outside of kernels nothing is checked.
void check_access(const void* address, size_t bytes, Access access, const void* caller);

/// Lets kernels read a range of the host: the constants in a kernel object's image.
void allow_constants(const void* begin, const void* end);

/// "past the end of a block of 64 bytes", for an address in no live block.
const char* describe_address(const void* address);

}  // namespace standin
