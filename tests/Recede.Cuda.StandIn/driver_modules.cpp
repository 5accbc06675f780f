// Modules, functions and launches.
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>

#include "checker.h"
#include "driver.h"
#include "image.h"
#include "memory.h"

namespace standin {
namespace {

// CUfunction_attribute.
enum FunctionAttribute {
    MaxThreadsPerBlock = 0,
    SharedSizeBytes = 1,
    ConstSizeBytes = 2,
    LocalSizeBytes = 3,
    NumRegisters = 4,
    PtxVersion = 5,
    BinaryVersion = 6,
    MaxDynamicSharedSizeBytes = 8,
    PreferredSharedMemoryCarveout = 9
};

constexpr size_t SharedWithoutAsking = 48 << 10;

// The object whose kernels register themselves while dlopen runs.
Object* loading;

// Lets kernels read the constants in their own object.
int allow_image(dl_phdr_info* info, size_t, void* wanted) {
    if (*static_cast<const std::string*>(wanted) != info->dlpi_name) return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const auto& segment = info->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD) continue;
        const auto* begin = reinterpret_cast<const char*>(info->dlpi_addr + segment.p_vaddr);
        allow_constants(begin, begin + segment.p_memsz);
    }
    return 1;
}

// Loads an object, or finds it again: it stays loaded, so that its kernels register once.
Object* load_object(const Image& image) {
    std::unique_ptr<Object>& known = driver.objects[image.object];
    if (known != nullptr) return known.get();
    auto object = std::make_unique<Object>();
    object->instrumented = image.instrumented;
    loading = object.get();
    void* library = dlopen(image.object.c_str(), RTLD_NOW | RTLD_LOCAL);
    loading = nullptr;
    if (library == nullptr) return nullptr;
    std::string path = image.object;
    dl_iterate_phdr(allow_image, &path);
    known = std::move(object);
    return known.get();
}

int status_of(const Image& image) {
    const int device = driver.settings.computeMajor * 10 + driver.settings.computeMinor;
    const bool runs = image.binary ? image.architecture / 10 == device / 10 && image.architecture <= device
                                   : image.architecture <= device;
    return runs ? Success : image.binary ? NoBinaryForGpu : InvalidPtx;
}

int take_fault_status() {
    switch (take_fault()) {
        case Fault::None: return Success;
        case Fault::IllegalAddress: return IllegalAddress;
        case Fault::MisalignedAddress: return MisalignedAddress;
        case Fault::LaunchFailed: return LaunchFailed;
    }
    return Success;
}

void run_launch(void* handle, Launch launch, const std::vector<char>& arguments) {
    const auto function = driver.functions.find(handle);
    if (function == nullptr) {
        report("module", "a kernel is launched after its module was unloaded");
        return;
    }
    launch.order = static_cast<Order>(driver.settings.order);
    launch.seed = driver.settings.seed;
    record_run(function->kernel->name);
    run_kernel(launch, arguments.data());
    if (!function->instrumented) mark_all_written();
    driver.sticky = take_fault_status();
}

bool is_launchable(const StandinIndex& grid, const StandinIndex& block) {
    return grid.x >= 1 && grid.x <= 2147483647u && grid.y >= 1 && grid.y <= 65535 && grid.z >= 1 && grid.z <= 65535 &&
           block.x >= 1 && block.x <= 1024 && block.y >= 1 && block.y <= 1024 && block.z >= 1 && block.z <= 64 &&
           uint64_t{block.x} * block.y * block.z <= 1024;
}

}  // namespace

void record_run(const std::string& name) { driver.runs.push_back(name); }

void destroy_context() {
    for (const auto& [handle, stream] : driver.streams.all()) stream->capture = nullptr;
    drain_all();
    driver.streams.clear();
    driver.events.clear();
    driver.modules.clear();
    driver.functions.clear();
    driver.graphs.clear();
    driver.executables.clear();
    driver.legacy = std::make_shared<Stream>();
    for (const auto& [address, bytes] : driver.pinned) free(address);
    driver.pinned.clear();
    free_all_blocks();
    driver.memoryUsed = 0;
    driver.sticky = Success;
    driver.context++;
}

}  // namespace standin

using namespace standin;

void standin_register_kernel(const StandinKernel* kernel) {
    if (loading != nullptr) loading->kernels[kernel->name] = kernel;
}

STANDIN_API int cuModuleLoadData(void** handle, const void* data) {
    STANDIN_DRIVER_CALL_OUTSIDE_CAPTURE();
    if (handle == nullptr || data == nullptr) return InvalidValue;
    Image image;
    if (!read_image(static_cast<const char*>(data), image)) return InvalidImage;
    if (const int status = status_of(image); status != Success) return status;
    Object* object = load_object(image);
    if (object == nullptr) {
        report("module", "%s", dlerror());
        return InvalidImage;
    }
    auto module = std::make_shared<Module>();
    module->object = object;
    *handle = driver.modules.add(module);
    return Success;
}

STANDIN_API int cuModuleUnload(void* handle) {
    STANDIN_DRIVER_CALL_OUTSIDE_CAPTURE();
    const auto module = driver.modules.find(handle);
    if (module == nullptr) return InvalidHandle;
    drain_all();
    for (void* function : module->functions) driver.functions.remove(function);
    driver.modules.remove(handle);
    return Success;
}

STANDIN_API int cuModuleGetFunction(void** handle, void* moduleHandle, const char* name) {
    STANDIN_DRIVER_CALL();
    const auto module = driver.modules.find(moduleHandle);
    if (module == nullptr) return InvalidHandle;
    if (handle == nullptr || name == nullptr) return InvalidValue;
    const auto kernel = module->object->kernels.find(name);
    if (kernel == module->object->kernels.end()) return NotFound;
    auto function = std::make_shared<Function>();
    function->kernel = kernel->second;
    function->instrumented = module->object->instrumented;
    *handle = driver.functions.add(function);
    module->functions.push_back(*handle);
    return Success;
}

STANDIN_API int cuFuncGetAttribute(int* value, int attribute, void* handle) {
    STANDIN_DRIVER_CALL();
    const auto function = driver.functions.find(handle);
    if (function == nullptr) return InvalidHandle;
    if (value == nullptr) return InvalidValue;
    const int capability = driver.settings.computeMajor * 10 + driver.settings.computeMinor;
    switch (attribute) {
        case MaxThreadsPerBlock: *value = 1024; return Success;
        case SharedSizeBytes: case ConstSizeBytes: case LocalSizeBytes: *value = 0; return Success;
        case NumRegisters: *value = 32; return Success;
        case PtxVersion: case BinaryVersion: *value = capability; return Success;
        case MaxDynamicSharedSizeBytes: *value = static_cast<int>(function->mostDynamicShared); return Success;
        case PreferredSharedMemoryCarveout: *value = -1; return Success;
        default: return InvalidValue;
    }
}

STANDIN_API int cuFuncSetAttribute(void* handle, int attribute, int value) {
    STANDIN_DRIVER_CALL();
    const auto function = driver.functions.find(handle);
    if (function == nullptr) return InvalidHandle;
    if (attribute == PreferredSharedMemoryCarveout) return value >= -1 && value <= 100 ? Success : InvalidValue;
    if (attribute != MaxDynamicSharedSizeBytes || value < 0 || value > most_shared()) return InvalidValue;
    function->mostDynamicShared = static_cast<size_t>(value);
    return Success;
}

STANDIN_API int cuFuncGetParamInfo(void* handle, size_t index, size_t* offset, size_t* size) {
    STANDIN_DRIVER_CALL();
    const auto function = driver.functions.find(handle);
    if (function == nullptr) return InvalidHandle;
    if (offset == nullptr || index > 0) return InvalidValue;
    *offset = 0;
    if (size != nullptr) *size = function->kernel->parameterBytes;
    return Success;
}

STANDIN_API int cuLaunchKernel(
    void* handle, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY, unsigned blockZ,
    unsigned sharedBytes, void* streamHandle, void** parameters, void** extra) {
    STANDIN_DRIVER_CALL();
    const auto function = driver.functions.find(handle);
    const auto stream = find_stream(streamHandle);
    if (function == nullptr || stream == nullptr) return InvalidHandle;
    Launch launch{};
    launch.kernel = function->kernel;
    launch.grid = {gridX, gridY, gridZ};
    launch.block = {blockX, blockY, blockZ};
    launch.dynamicShared = sharedBytes;
    launch.mostShared = std::max(SharedWithoutAsking, function->mostDynamicShared);
    if (!is_launchable(launch.grid, launch.block) || sharedBytes > launch.mostShared) return InvalidValue;
    if (extra != nullptr || parameters == nullptr || parameters[0] == nullptr) return InvalidValue;

    // Arguments are copied now: the caller's memory may be gone when the kernel runs.
    const auto* bytes = static_cast<const char*>(parameters[0]);
    const std::vector<char> arguments(bytes, bytes + function->kernel->parameterBytes);
    return push(stream, {[handle, launch, arguments] { run_launch(handle, launch, arguments); }, nullptr});
}
