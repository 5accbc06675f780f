// Initialisation, devices, contexts and the texts of statuses.
#include <stdio.h>
#include <string.h>

#include "driver.h"
#include "memory.h"

namespace standin {

Driver driver;

namespace {

// Each thread has a current context of its own.
thread_local void* current;

struct ResultText {
    int result;
    const char* name;
    const char* text;
};

// Names and texts as the driver gives them.
constexpr ResultText Texts[] = {
    {0, "CUDA_SUCCESS", "no error"},
    {1, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {3, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {4, "CUDA_ERROR_DEINITIALIZED", "driver shutting down"},
    {100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {101, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {200, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {201, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {209, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
    {218, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {400, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {401, "CUDA_ERROR_ILLEGAL_STATE", "the operation cannot be performed in the present state"},
    {500, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {600, "CUDA_ERROR_NOT_READY", "device not ready"},
    {700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {716, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
    {719, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"},
    {901, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"},
    {905, "CUDA_ERROR_STREAM_CAPTURE_ISOLATION", "dependency created on uncaptured work in another stream"},
    {906, "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT", "operation would make the legacy stream depend on a capturing blocking stream"},
    {907, "CUDA_ERROR_CAPTURED_EVENT", "operation not permitted on an event last recorded in a capturing stream"},
    {908, "CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD",
     "attempt to terminate a thread-local capture sequence from another thread"},
    {999, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

const ResultText* text_of(int result) {
    for (const ResultText& text : Texts) {
        if (text.result == result) return &text;
    }
    return nullptr;
}

bool is_device(int device) { return device >= 0 && device < driver.settings.devices; }

// Attributes by their number in CUdevice_attribute: those of a small GPU of the architecture that is set.
bool attribute(int which, int& value) {
    switch (which) {
        case 1: value = 1024; return true;                            // threads of a block
        case 2: case 3: value = 1024; return true;                    // block x, y
        case 4: value = 64; return true;                              // block z
        case 5: value = 2147483647; return true;                      // grid x
        case 6: case 7: value = 65535; return true;                   // grid y, z
        case 8: value = 49152; return true;                           // shared memory of a block
        case 9: value = 65536; return true;                           // constant memory
        case 10: value = 32; return true;                             // warp
        case 12: value = 65536; return true;                          // registers of a block
        case 13: value = 1410000; return true;                        // clock, kHz
        case 16: value = 4; return true;                              // multiprocessors
        case 17: case 18: value = 0; return true;                     // kernel timeout, integrated
        case 19: value = 1; return true;                              // maps host memory
        case 20: value = 0; return true;                              // compute mode
        case 31: value = 1; return true;                              // concurrent kernels
        case 33: case 34: case 50: value = 0; return true;            // PCI bus, device, domain
        case 35: value = 0; return true;                              // TCC
        case 36: value = 1215000; return true;                        // memory clock, kHz
        case 37: value = 256; return true;                            // memory bus, bits
        case 38: value = 4 << 20; return true;                        // second-level cache
        case 39: value = 2048; return true;                           // threads of a multiprocessor
        case 40: value = 2; return true;                              // copy engines
        case 41: value = 1; return true;                              // unified addressing
        case 75: value = driver.settings.computeMajor; return true;
        case 76: value = driver.settings.computeMinor; return true;
        case 81: value = most_shared() + 1024; return true;             // shared memory of a multiprocessor
        case 82: value = 65536; return true;                          // registers of a multiprocessor
        case 97: value = most_shared(); return true;                    // shared memory of a block that asks for it
        case 115: value = 0; return true;                             // memory pools: none here
        default: return false;
    }
}

}  // namespace

void* primary_context() { return reinterpret_cast<void*>(driver.context * 4096); }

int context_status() {
    if (!driver.initialized) return NotInitialized;
    if (current != primary_context() || driver.retained == 0) return InvalidContext;
    return driver.sticky;
}

int most_shared() {
    const int capability = driver.settings.computeMajor * 10 + driver.settings.computeMinor;
    return capability >= 90 ? 232448 : capability == 80 ? 166912 : capability > 80 ? 101376 : 65536;
}

uintptr_t new_handle() {
    static uintptr_t next = 0x5ec0de0000;
    return next += 16;
}

}  // namespace standin

using namespace standin;

STANDIN_API int cuInit(unsigned flags) {
    STANDIN_CALL(Driver);
    if (flags != 0) return InvalidValue;
    if (driver.settings.devices == 0) return NoDevice;
    driver.initialized = true;
    return Success;
}

STANDIN_API int cuDriverGetVersion(int* version) {
    STANDIN_CALL(Driver);
    if (version == nullptr) return InvalidValue;
    *version = driver.settings.driverVersion;
    return Success;
}

STANDIN_API int cuDeviceGetCount(int* count) {
    STANDIN_CALL(Driver);
    if (!driver.initialized) return NotInitialized;
    if (count == nullptr) return InvalidValue;
    *count = driver.settings.devices;
    return Success;
}

STANDIN_API int cuDeviceGet(int* device, int ordinal) {
    STANDIN_CALL(Driver);
    if (!driver.initialized) return NotInitialized;
    if (device == nullptr) return InvalidValue;
    if (!is_device(ordinal)) return InvalidDevice;
    *device = ordinal;
    return Success;
}

STANDIN_API int cuDeviceGetName(char* name, int length, int device) {
    STANDIN_CALL(Driver);
    if (!driver.initialized) return NotInitialized;
    if (name == nullptr || length <= 0) return InvalidValue;
    if (!is_device(device)) return InvalidDevice;
    snprintf(name, static_cast<size_t>(length), "Recede host stand-in");
    return Success;
}

STANDIN_API int cuDeviceGetAttribute(int* value, int which, int device) {
    STANDIN_CALL(Driver);
    if (!driver.initialized) return NotInitialized;
    if (!is_device(device)) return InvalidDevice;
    if (value == nullptr || !attribute(which, *value)) return InvalidValue;
    return Success;
}

STANDIN_API int cuDeviceTotalMem_v2(size_t* bytes, int device) {
    STANDIN_CALL(Driver);
    if (!driver.initialized) return NotInitialized;
    if (bytes == nullptr) return InvalidValue;
    if (!is_device(device)) return InvalidDevice;
    *bytes = driver.settings.memoryBytes;
    return Success;
}

STANDIN_API int cuDeviceGetUuid_v2(char* uuid, int device) {
    STANDIN_CALL(Driver);
    if (!driver.initialized) return NotInitialized;
    if (uuid == nullptr) return InvalidValue;
    if (!is_device(device)) return InvalidDevice;
    memcpy(uuid, "recede-stand-in", 16);
    uuid[15] = static_cast<char>(device);
    return Success;
}

STANDIN_API int cuDevicePrimaryCtxRetain(void** context, int device) {
    STANDIN_CALL(Driver);
    if (!driver.initialized) return NotInitialized;
    if (context == nullptr) return InvalidValue;
    if (!is_device(device)) return InvalidDevice;
    if (driver.sticky != Success) return driver.sticky;
    driver.retained++;
    *context = primary_context();
    return Success;
}

STANDIN_API int cuDevicePrimaryCtxRelease_v2(int device) {
    STANDIN_CALL(Driver);
    if (!driver.initialized) return NotInitialized;
    if (!is_device(device)) return InvalidDevice;
    if (driver.retained == 0) return InvalidContext;
    if (--driver.retained == 0) destroy_context();
    return Success;
}

STANDIN_API int cuCtxSetCurrent(void* context) {
    STANDIN_CALL(Driver);
    if (!driver.initialized) return NotInitialized;
    if (context != nullptr && (context != primary_context() || driver.retained == 0)) return InvalidContext;
    current = context;
    return Success;
}

STANDIN_API int cuCtxGetCurrent(void** context) {
    STANDIN_CALL(Driver);
    if (!driver.initialized) return NotInitialized;
    if (context == nullptr) return InvalidValue;
    *context = current;
    return Success;
}

STANDIN_API int cuGetErrorName(int result, const char** name) {
    count_call(__func__);
    if (name == nullptr) return InvalidValue;
    const ResultText* text = text_of(result);
    *name = text == nullptr ? nullptr : text->name;
    return text == nullptr ? InvalidValue : Success;
}

STANDIN_API int cuGetErrorString(int result, const char** string) {
    count_call(__func__);
    if (string == nullptr) return InvalidValue;
    const ResultText* text = text_of(result);
    *string = text == nullptr ? nullptr : text->text;
    return text == nullptr ? InvalidValue : Success;
}
