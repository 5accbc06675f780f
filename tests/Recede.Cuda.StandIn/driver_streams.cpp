// Streams, events and graphs. Lazy streams run queued work when something waits for it, and no more than that.
#include <time.h>

#include "driver.h"
#include "memory.h"

namespace standin {
namespace {

// The handles that mean the legacy stream: null and CU_STREAM_LEGACY.
bool is_legacy(void* handle) { return handle == nullptr || handle == reinterpret_cast<void*>(1); }

double milliseconds_now() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

bool is_done(const Mark& mark) { return mark.stream->done >= mark.sequence; }

void run(const Recording& recording) {
    for (const auto& work : recording) {
        if (driver.sticky == Success) work();
    }
}

// CUstreamCaptureMode.
enum CaptureMode { CaptureGlobal = 0, CaptureThreadLocal = 1, CaptureRelaxed = 2 };

bool forbids_unsafe_calls(const Stream& stream) {
    if (stream.capture == nullptr) return false;
    if (stream.capture->mode == CaptureThreadLocal) return pthread_equal(stream.capture->thread, pthread_self()) != 0;
    return stream.capture->mode == CaptureGlobal;
}

}  // namespace

std::shared_ptr<Stream> find_stream(void* handle) { return is_legacy(handle) ? driver.legacy : driver.streams.find(handle); }

bool stream_exists(void* stream) { return find_stream(stream) != nullptr; }

bool stream_is_capturing(void* handle) {
    const auto stream = find_stream(handle);
    return stream != nullptr && stream->capture != nullptr;
}

void drain(const std::shared_ptr<Stream>& stream, uint64_t sequence) {
    const OpenMemory open;
    while (stream->done < sequence && !stream->queue.empty()) {
        const Work work = std::move(stream->queue.front());
        stream->queue.pop_front();
        if (work.waitsFor != nullptr && work.waitsFor->stream != stream) drain(work.waitsFor->stream, work.waitsFor->sequence);
        if (work.run && driver.sticky == Success) work.run();
        stream->done++;
    }
}

void drain_all() {
    drain(driver.legacy, driver.legacy->queued);
    for (const auto& [handle, stream] : driver.streams.all()) drain(stream, stream->queued);
}

int push(const std::shared_ptr<Stream>& stream, Work work) {
    if (stream->capture != nullptr) {
        if (stream->capture->invalidated) return CaptureInvalidated;
        stream->capture->work.push_back(std::move(work.run));
        return Success;
    }
    if (stream == driver.legacy) {
        for (const auto& [handle, other] : driver.streams.all()) {
            if (other->capture != nullptr) return break_capture(*other, CaptureImplicit);
            if (other->blocking) drain(other, other->queued);
        }
    } else if (stream->blocking) {
        drain(driver.legacy, driver.legacy->queued);
    }
    stream->queue.push_back(std::move(work));
    stream->queued++;
    if (driver.settings.lazy == 0) drain(stream, stream->queued);
    return Success;
}

int enqueue(void* handle, std::function<void()> work) {
    const auto stream = find_stream(handle);
    if (stream == nullptr) return InvalidHandle;
    if (const int status = context_status(); status != Success) return status;
    return push(stream, {std::move(work), nullptr});
}

int break_capture(Stream& stream, int status) {
    stream.capture->invalidated = true;
    return status;
}

int refuse_during_capture() {
    int status = Success;
    for (const auto& [handle, stream] : driver.streams.all()) {
        if (forbids_unsafe_calls(*stream)) status = break_capture(*stream, CaptureUnsupported);
    }
    return status;
}

}  // namespace standin

using namespace standin;

// ---------------------------------------------------------------- streams
STANDIN_API int cuStreamCreate(void** handle, unsigned flags) {
    STANDIN_DRIVER_CALL();
    if (handle == nullptr || flags > 1) return InvalidValue;
    auto stream = std::make_shared<Stream>();
    stream->blocking = flags == 0;
    *handle = driver.streams.add(stream);
    return Success;
}

STANDIN_API int cuStreamDestroy_v2(void* handle) {
    STANDIN_DRIVER_CALL();
    const auto stream = driver.streams.find(handle);
    if (stream == nullptr) return InvalidHandle;
    drain(stream, stream->queued);
    driver.streams.remove(handle);
    return Success;
}

STANDIN_API int cuStreamSynchronize(void* handle) {
    STANDIN_DRIVER_CALL();
    const auto stream = find_stream(handle);
    if (stream == nullptr) return InvalidHandle;
    if (stream->capture != nullptr) return break_capture(*stream, CaptureUnsupported);
    if (const int refused = refuse_during_capture(); refused != Success) return refused;
    drain(stream, stream->queued);
    return driver.sticky;
}

STANDIN_API int cuStreamWaitEvent(void* streamHandle, void* eventHandle, unsigned flags) {
    STANDIN_DRIVER_CALL();
    const auto stream = find_stream(streamHandle);
    const auto event = driver.events.find(eventHandle);
    if (stream == nullptr || event == nullptr) return InvalidHandle;
    if (flags > 1) return InvalidValue;
    if (stream->capture != nullptr) {
        // Within one captured stream the order is there already; work that was not captured cannot be waited for.
        if (event->captureNumber == stream->capture->number) return Success;
        return break_capture(*stream, CaptureIsolation);
    }
    if (event->captureNumber != 0) {
        report("capture", "a stream joins another's capture by an event: the stand-in knows captures of one stream only");
        return CaptureIsolation;
    }
    return event->mark == nullptr ? Success : push(stream, {nullptr, event->mark});
}

// ---------------------------------------------------------------- events
STANDIN_API int cuEventCreate(void** handle, unsigned flags) {
    STANDIN_DRIVER_CALL();
    if (handle == nullptr || flags > 7) return InvalidValue;
    auto event = std::make_shared<Event>();
    event->timed = (flags & 2) == 0;
    *handle = driver.events.add(event);
    return Success;
}

STANDIN_API int cuEventDestroy_v2(void* handle) {
    STANDIN_DRIVER_CALL();
    return driver.events.remove(handle) ? Success : InvalidHandle;
}

STANDIN_API int cuEventRecord(void* eventHandle, void* streamHandle) {
    STANDIN_DRIVER_CALL();
    const auto stream = find_stream(streamHandle);
    const auto event = driver.events.find(eventHandle);
    if (stream == nullptr || event == nullptr) return InvalidHandle;
    const auto mark = std::make_shared<Mark>();
    mark->stream = stream;
    if (stream->capture != nullptr) {
        event->captureNumber = stream->capture->number;
        return stream->capture->invalidated ? CaptureInvalidated : Success;
    }
    event->captureNumber = 0;
    event->mark = mark;
    // The work it waits for is what was queued before; its own piece takes the time.
    mark->sequence = stream->queued + 1;
    return push(stream, {[mark] { mark->milliseconds = milliseconds_now(); }, nullptr});
}

STANDIN_API int cuEventSynchronize(void* handle) {
    STANDIN_DRIVER_CALL();
    const auto event = driver.events.find(handle);
    if (event == nullptr) return InvalidHandle;
    if (event->captureNumber != 0) return CapturedEvent;
    if (const int refused = refuse_during_capture(); refused != Success) return refused;
    if (event->mark != nullptr) drain(event->mark->stream, event->mark->sequence);
    return driver.sticky;
}

STANDIN_API int cuEventQuery(void* handle) {
    STANDIN_DRIVER_CALL();
    const auto event = driver.events.find(handle);
    if (event == nullptr) return InvalidHandle;
    if (event->captureNumber != 0) return CapturedEvent;
    if (const int refused = refuse_during_capture(); refused != Success) return refused;
    if (event->mark == nullptr || is_done(*event->mark)) return Success;
    // Asking again and again gets there.
    drain(event->mark->stream, event->mark->stream->done + 1);
    return driver.sticky != Success ? driver.sticky : NotReady;
}

STANDIN_API int cuEventElapsedTime(float* milliseconds, void* startHandle, void* endHandle) {
    STANDIN_DRIVER_CALL();
    const auto start = driver.events.find(startHandle);
    const auto end = driver.events.find(endHandle);
    if (milliseconds == nullptr) return InvalidValue;
    if (start == nullptr || end == nullptr || start->mark == nullptr || end->mark == nullptr) return InvalidHandle;
    if (!start->timed || !end->timed) return InvalidHandle;
    if (!is_done(*start->mark) || !is_done(*end->mark)) return NotReady;
    *milliseconds = static_cast<float>(end->mark->milliseconds - start->mark->milliseconds);
    return Success;
}

// ---------------------------------------------------------------- graphs
STANDIN_API int cuStreamBeginCapture_v2(void* handle, int mode) {
    STANDIN_DRIVER_CALL();
    const auto stream = find_stream(handle);
    if (stream == nullptr) return InvalidHandle;
    if (mode < CaptureGlobal || mode > CaptureRelaxed) return InvalidValue;
    if (stream == driver.legacy) return CaptureUnsupported;
    if (stream->capture != nullptr) return IllegalState;
    stream->capture = std::make_unique<Capture>();
    stream->capture->mode = mode;
    stream->capture->thread = pthread_self();
    stream->capture->number = ++driver.captures;
    return Success;
}

STANDIN_API int cuStreamEndCapture(void* handle, void** graph) {
    STANDIN_DRIVER_CALL();
    const auto stream = find_stream(handle);
    if (stream == nullptr) return InvalidHandle;
    if (graph == nullptr) return InvalidValue;
    *graph = nullptr;
    if (stream->capture == nullptr) return IllegalState;
    if (stream->capture->mode != CaptureRelaxed && pthread_equal(stream->capture->thread, pthread_self()) == 0) {
        return CaptureWrongThread;
    }
    const auto capture = std::move(stream->capture);
    if (capture->invalidated) return CaptureInvalidated;
    *graph = driver.graphs.add(std::make_shared<Recording>(std::move(capture->work)));
    return Success;
}

STANDIN_API int cuStreamIsCapturing(void* handle, int* state) {
    STANDIN_DRIVER_CALL();
    const auto stream = find_stream(handle);
    if (stream == nullptr) return InvalidHandle;
    if (state == nullptr) return InvalidValue;
    *state = stream->capture == nullptr ? 0 : stream->capture->invalidated ? 2 : 1;
    return Success;
}

STANDIN_API int cuGraphInstantiateWithFlags(void** executable, void* graph, unsigned long long flags) {
    STANDIN_DRIVER_CALL();
    const auto recording = driver.graphs.find(graph);
    if (recording == nullptr) return InvalidHandle;
    if (executable == nullptr || flags > 15) return InvalidValue;
    *executable = driver.executables.add(std::make_shared<Recording>(*recording));
    return Success;
}

STANDIN_API int cuGraphLaunch(void* executable, void* handle) {
    STANDIN_DRIVER_CALL();
    const auto recording = driver.executables.find(executable);
    const auto stream = find_stream(handle);
    if (recording == nullptr || stream == nullptr) return InvalidHandle;
    return push(stream, {[recording] { run(*recording); }, nullptr});
}

STANDIN_API int cuGraphExecDestroy(void* executable) {
    STANDIN_DRIVER_CALL();
    return driver.executables.remove(executable) ? Success : InvalidHandle;
}

STANDIN_API int cuGraphDestroy(void* graph) {
    STANDIN_DRIVER_CALL();
    return driver.graphs.remove(graph) ? Success : InvalidHandle;
}
