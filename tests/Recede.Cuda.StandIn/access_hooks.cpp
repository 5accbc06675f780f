// Where the instrumentation of gcc's -fsanitize=thread,alignment,bounds,shift,integer-divide-by-zero arrives: every load and
// store of a kernel, and every broken rule of the language. No sanitizer's runtime is linked.
#include "checker.h"
#include "executor.h"
#include "standin.h"

using standin::Access;
using standin::check_access;

namespace {

// First member of the data that gcc hands to all of these handlers.
struct Place {
    const char* file;
    uint32_t line;
    uint32_t column;
};

[[gnu::cold]] void broken_rule(const Place* place, const char* kind, const char* what, standin::Fault fault) {
    standin::report(kind, "%s:%u %s", place->file, place->line, what);
    if (!standin::execution.inKernel) return;
    standin::set_fault(fault);
    standin::abandon_kernel();
}

}  // namespace

#define STANDIN_HOOKS(bytes)                                                                                         \
    STANDIN_API void __tsan_read##bytes(void* p) { check_access(p, bytes, Access::Read, __builtin_return_address(0)); }  \
    STANDIN_API void __tsan_write##bytes(void* p) { check_access(p, bytes, Access::Write, __builtin_return_address(0)); } \
    STANDIN_API void __tsan_unaligned_read##bytes(void* p) {                                                         \
        check_access(p, bytes, Access::Read, __builtin_return_address(0));                                           \
    }                                                                                                                \
    STANDIN_API void __tsan_unaligned_write##bytes(void* p) {                                                        \
        check_access(p, bytes, Access::Write, __builtin_return_address(0));                                          \
    }
STANDIN_HOOKS(1)
STANDIN_HOOKS(2)
STANDIN_HOOKS(4)
STANDIN_HOOKS(8)
STANDIN_HOOKS(16)

STANDIN_API void __tsan_read_range(void* p, size_t bytes) {
    check_access(p, bytes, Access::Read, __builtin_return_address(0));
}
STANDIN_API void __tsan_write_range(void* p, size_t bytes) {
    check_access(p, bytes, Access::Write, __builtin_return_address(0));
}
STANDIN_API void __tsan_init() {}
STANDIN_API void __tsan_func_entry(void*) {}
STANDIN_API void __tsan_func_exit() {}

STANDIN_API void __ubsan_handle_type_mismatch_v1(const Place* place) {
    broken_rule(place, "alignment", "an address that is null or not aligned for its type", standin::Fault::MisalignedAddress);
}
STANDIN_API void __ubsan_handle_out_of_bounds(const Place* place) {
    broken_rule(place, "bounds", "an index outside its array", standin::Fault::IllegalAddress);
}
STANDIN_API void __ubsan_handle_shift_out_of_bounds(const Place* place) {
    broken_rule(place, "shift", "a shift by less than 0, or by the width of the type or more", standin::Fault::LaunchFailed);
}
STANDIN_API void __ubsan_handle_divrem_overflow(const Place* place) {
    broken_rule(place, "division", "an integer division by zero, or one whose quotient overflows",
                standin::Fault::LaunchFailed);
}

void standin_atomic(void* address, size_t bytes, const void* caller) {
    check_access(address, bytes, Access::Atomic, caller);
}
