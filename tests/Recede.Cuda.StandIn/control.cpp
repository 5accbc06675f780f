// What tests say to the stand-in, and ask of it. Texts are valid until the next call.
#include <stdio.h>
#include <string.h>

#include <algorithm>

#include "calls.h"
#include "driver.h"
#include "findings.h"
#include "memory.h"

using namespace standin;

namespace {

const char* keep(const std::string& text) {
    static std::string kept;
    kept = text;
    return kept.c_str();
}

std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

}  // namespace

/// Size of the settings, for the caller to compare with its own.
STANDIN_API int standin_settings_bytes() {
    return sizeof(Settings);
}

/// Sets how everything behaves from now on.
STANDIN_API void standin_configure(const Settings* settings) {
    const Locked locked;
    driver.settings = *settings;
}

/// A new start: the context with all it holds is gone, and so are findings, counts, runs and what was to fail. What
/// standin_configure set stays.
STANDIN_API void standin_reset() {
    const Locked locked;
    driver.retained = 0;
    driver.initialized = false;
    driver.sticky = Success;
    destroy_context();
    driver.runs.clear();
    clear_findings();
    clear_calls();
}

STANDIN_API int standin_finding_count() {
    const Locked locked;
    return finding_count();
}
STANDIN_API const char* standin_finding(int index) {
    const Locked locked;
    return keep(finding(index));
}
STANDIN_API void standin_clear_findings() {
    const Locked locked;
    clear_findings();
}

/// Calls by name ("cuLaunchKernel"), or of all entry points for null.
STANDIN_API long standin_call_count(const char* name) {
    const Locked locked;
    return call_count(text_or_empty(name));
}
STANDIN_API void standin_fail_call(const char* name, long nth, int status) {
    const Locked locked;
    fail_call(text_or_empty(name), nth, status);
}
STANDIN_API void standin_fail_allocation(long nth, long times) {
    const Locked locked;
    fail_allocation(nth, times);
}
/// Name of the entry point that an injected failure met; empty when none did.
STANDIN_API const char* standin_failed_call() {
    const Locked locked;
    return keep(failed_call());
}

/// What ran, in its order: kernels and the algorithms of libraries.
STANDIN_API long standin_run_count(const char* name) {
    const Locked locked;
    return std::count(driver.runs.begin(), driver.runs.end(), text_or_empty(name));
}
STANDIN_API long standin_runs() {
    const Locked locked;
    return static_cast<long>(driver.runs.size());
}
STANDIN_API const char* standin_run(long index) {
    const Locked locked;
    return keep(driver.runs.at(static_cast<size_t>(index)));
}
STANDIN_API void standin_clear_runs() {
    const Locked locked;
    driver.runs.clear();
}

/// What is alive in the context: 0 device memory blocks, 1 pinned blocks, 2 streams, 3 events, 4 modules, 5 graphs,
/// 6 executable graphs.
STANDIN_API int standin_live(int kind) {
    const Locked locked;
    switch (kind) {
        case 0: return live_blocks();
        case 1: return static_cast<int>(driver.pinned.size());
        case 2: return driver.streams.count();
        case 3: return driver.events.count();
        case 4: return driver.modules.count();
        case 5: return driver.graphs.count();
        case 6: return driver.executables.count();
        default: return -1;
    }
}

/// Reads and writes device memory from outside, after all queued work. Gives 0, or 1 for a range that is not device memory.
STANDIN_API int standin_read(void* host, const void* device, size_t bytes) {
    const Locked locked;
    if (!in_device_memory(device, bytes)) return 1;
    drain_all();
    const OpenMemory open;
    memcpy(host, device, bytes);
    return 0;
}
STANDIN_API int standin_write(void* device, const void* host, size_t bytes) {
    const Locked locked;
    if (!in_device_memory(device, bytes)) return 1;
    drain_all();
    const OpenMemory open;
    memcpy(device, host, bytes);
    mark_written(device, bytes);
    return 0;
}

/// Makes device memory as good as new: NaN, and never written.
STANDIN_API void standin_forget(void* device, size_t bytes) {
    const Locked locked;
    mark_unwritten(device, bytes);
}
