// The fake driver's state: one device, its primary context, streams, events, modules, graphs.
#pragma once
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "executor.h"
#include "standin.h"

namespace standin {

/// Those of CUresult that the stand-in gives.
enum Result {
    Success = 0,
    InvalidValue = 1,
    OutOfMemory = 2,
    NotInitialized = 3,
    Deinitialized = 4,
    NoDevice = 100,
    InvalidDevice = 101,
    InvalidImage = 200,
    InvalidContext = 201,
    NoBinaryForGpu = 209,
    InvalidPtx = 218,
    InvalidHandle = 400,
    IllegalState = 401,
    NotFound = 500,
    NotReady = 600,
    IllegalAddress = 700,
    MisalignedAddress = 716,
    LaunchFailed = 719,
    CaptureUnsupported = 900,
    CaptureInvalidated = 901,
    CaptureIsolation = 905,
    CaptureImplicit = 906,
    CapturedEvent = 907,
    CaptureWrongThread = 908,
    Unknown = 999
};

/// What tests set. See standin_configure.
struct Settings {
    int32_t order = 0;
    uint32_t seed = 1;
    int32_t lazy = 1;
    int32_t instrumented = 1;
    int32_t devices = 1;
    int32_t computeMajor = 8;
    int32_t computeMinor = 0;
    int32_t driverVersion = 12080;
    uint64_t memoryBytes = uint64_t{4} << 30;
};

struct Stream;

/// One recording of an event: done when its stream has run `sequence` pieces of work.
struct Mark {
    std::shared_ptr<Stream> stream;
    uint64_t sequence = 0;
    double milliseconds = 0;
};

struct Work {
    std::function<void()> run;
    std::shared_ptr<Mark> waitsFor;  // null when it waits for nothing
};

using Recording = std::vector<std::function<void()>>;

struct Capture {
    Recording work;
    int mode = 0;
    bool invalidated = false;
    pthread_t thread{};
    uint64_t number = 0;
};

struct Stream {
    bool blocking = true;  // ordered with the legacy stream
    std::deque<Work> queue;
    uint64_t queued = 0;
    uint64_t done = 0;
    std::unique_ptr<Capture> capture;
};

struct Event {
    bool timed = true;
    std::shared_ptr<Mark> mark;   // null before the first recording
    uint64_t captureNumber = 0;   // of the capture that recorded it last; 0 for none
};

/// A kernel object that was loaded: for good, since its kernels' registrations live in it.
struct Object {
    std::map<std::string, const StandinKernel*> kernels;
    bool instrumented = false;
};

struct Module {
    Object* object = nullptr;
    std::vector<void*> functions;
};

struct Function {
    const StandinKernel* kernel = nullptr;
    bool instrumented = false;
    size_t mostDynamicShared = 48 << 10;
};

/// Handles of one kind. None is ever given out twice, so that one that was destroyed is known as such.
template <class T>
class Handles {
public:
    void* add(std::shared_ptr<T> item) {
        void* handle = reinterpret_cast<void*>(next_handle());
        items_[handle] = std::move(item);
        return handle;
    }
    std::shared_ptr<T> find(void* handle) const {
        const auto found = items_.find(handle);
        return found == items_.end() ? nullptr : found->second;
    }
    bool remove(void* handle) { return items_.erase(handle) != 0; }
    void clear() { items_.clear(); }
    int count() const { return static_cast<int>(items_.size()); }
    const std::map<void*, std::shared_ptr<T>>& all() const { return items_; }

private:
    static uintptr_t next_handle();
    std::map<void*, std::shared_ptr<T>> items_;
};

/// Handles of all kinds are numbered together: one of the wrong kind is not found either.
uintptr_t new_handle();
template <class T>
uintptr_t Handles<T>::next_handle() {
    return new_handle();
}

struct Driver {
    Settings settings;
    bool initialized = false;
    int retained = 0;       // of the primary context
    uintptr_t context = 1;  // its handle: another one after its end, so that threads which kept the old one are found
    int sticky = Success;   // after a fault, what every call of the context answers
    uint64_t captures = 0;
    uint64_t memoryUsed = 0;
    std::map<char*, size_t> pinned;
    std::shared_ptr<Stream> legacy = std::make_shared<Stream>();
    Handles<Stream> streams;
    Handles<Event> events;
    Handles<Module> modules;
    Handles<Function> functions;
    Handles<Recording> graphs;
    Handles<Recording> executables;
    std::map<std::string, std::unique_ptr<Object>> objects;
    std::vector<std::string> runs;
};

extern Driver driver;

/// The only context there is, as a handle.
void* primary_context();
/// What a call that needs a current context answers first: Success when it may go on.
int context_status();
/// Dynamic shared memory that a block can have when its kernel asks for it, by the device's architecture.
int most_shared();

// driver_streams.cpp
/// The stream of a handle; null for one that is not alive.
std::shared_ptr<Stream> find_stream(void* handle);
int push(const std::shared_ptr<Stream>& stream, Work work);
void drain(const std::shared_ptr<Stream>& stream, uint64_t sequence);
void drain_all();
/// What a call that could disturb a capture answers first; it breaks the captures that it disturbs.
int refuse_during_capture();
/// Invalidates a stream's capture and gives the status.
int break_capture(Stream& stream, int status);

// driver_modules.cpp
/// Forgets what a context's end destroys.
void destroy_context();

/// Opens an entry point of the driver that needs a current context.
#define STANDIN_DRIVER_CALL()                                                                                        \
    STANDIN_CALL(Driver);                                                                                            \
    if (const int status = standin::context_status(); status != standin::Success) return status

/// Opens one that must not be called while a stream is captured.
#define STANDIN_DRIVER_CALL_OUTSIDE_CAPTURE()                                                                        \
    STANDIN_DRIVER_CALL();                                                                                           \
    if (const int refused = standin::refuse_during_capture(); refused != standin::Success) return refused

}  // namespace standin
