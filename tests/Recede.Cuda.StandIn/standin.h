// What the parts of the stand-in share: findings, counted calls, work on streams, ranges of device memory. This is all that
// the fake cuBLAS and cuDNN need; they know nothing else of the driver.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <functional>
#include <string>

/// Marks an entry point that the library exports.
#define STANDIN_API extern "C" __attribute__((visibility("default")))

namespace standin {

enum class Library { Driver, Nvrtc, Cublas, Cudnn };

/// One call of an entry point: takes the stand-in's lock, counts the call by name, and says whether a test asked for it to
/// fail. Made first thing in every entry point, by one of the macros below.
class Call {
public:
    Call(const char* name, Library library);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    /// Status that a test injected; 0 when the call is to work.
    int injected() const { return injected_; }

private:
    int injected_;
};

/// Opens an entry point that returns a status: STANDIN_CALL(Cublas);
#define STANDIN_CALL(library)                                                                                        \
    const standin::Call standin_call(__func__, standin::Library::library);                                           \
    if (standin_call.injected() != 0) return standin_call.injected()

/// Opens an entry point that cannot fail: counted, never injected.
void count_call(const char* name);

// ---------------------------------------------------------------- findings
/// Notes a finding: something that is wrong whatever the results look like. `kind` is one word ("race", "bounds", "init",
/// "cudnn", ...). Inside a kernel the block and the thread are added. Tests fail on findings that they do not expect.
void report(const char* kind, const char* format, ...) __attribute__((format(printf, 2, 3)));

// ---------------------------------------------------------------- work
/// Queues work on a stream (a CUstream; null is the legacy stream), or records it when the stream is being captured. Work
/// runs later, with device memory open: check pointers inside it or before. Gives a CUresult: 0, or what a library should
/// turn into its own "execution failed".
int enqueue(void* stream, std::function<void()> work);

/// Whether `stream` is a live stream or the legacy one.
bool stream_exists(void* stream);

/// Whether work on `stream` is being recorded.
bool stream_is_capturing(void* stream);

/// Notes that a kernel or a library's algorithm ran, by name: tests assert on it.
void record_run(const std::string& name);

// ---------------------------------------------------------------- device memory
/// Whether [address, address + bytes) lies within one live allocation. An empty range always does.
bool in_device_memory(const void* address, size_t bytes);

/// Reports a finding of `who` and gives false when the range is not within one live allocation.
bool require_device_memory(const void* address, size_t bytes, const char* who);

/// Reports a finding of `who` and gives false when a byte of the range was never written.
bool require_written(const void* address, size_t bytes, const char* who);

/// Marks a range as written, after code that is not instrumented wrote it.
void mark_written(const void* address, size_t bytes);

}  // namespace standin
