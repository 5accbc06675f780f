// Fake NVRTC: really compiles the text, with g++, for the host. What it makes is kept under a hash of all that went in, so
// a source is compiled once.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "driver.h"
#include "image.h"
#include "process.h"

namespace standin {
namespace {

// nvrtcResult.
enum NvrtcResult {
    NvrtcSuccess = 0,
    NvrtcInvalidInput = 3,
    NvrtcInvalidProgram = 4,
    NvrtcInvalidOption = 5,
    NvrtcCompilation = 6,
    NvrtcInternal = 11
};

struct Program {
    std::string source;
    std::string name;
    std::map<std::string, std::string> headers;
    std::string log;
    std::string ptx;
    std::string cubin;
};

struct Options {
    int architecture = 75;
    bool binary = false;
    std::vector<std::string> definitions;
};

Handles<Program> programs;

const std::vector<std::string> CommonFlags = {"-std=c++17", "-g", "-fPIC", "-fvisibility=hidden", "-fno-gnu-unique",
                                              "-fno-strict-aliasing", "-fno-exceptions", "-fno-rtti", "-ffp-contract=off",
                                              "-fmax-errors=20"};
const std::vector<std::string> PlainFlags = {"-O2"};
const std::vector<std::string> InstrumentedFlags = {
    "-O1", "-fsanitize=thread,alignment,bounds,shift,integer-divide-by-zero"};

// Those options of NVRTC that change nothing here.
const std::regex HarmlessOption(
    "(-default-device|--device-as-default-execution-space|-lineinfo|--generate-line-info|-fmad=.*|--fmad=.*|--use_fast_math"
    "|-use_fast_math|--restrict|-restrict|--extra-device-vectorization|-w|--disable-warnings|-ftz=.*|--ftz=.*"
    "|-prec-div=.*|--prec-div=.*|-prec-sqrt=.*|--prec-sqrt=.*|--maxrregcount=.*|-maxrregcount=.*|-std=c\\+\\+17"
    "|--std=c\\+\\+17|--ptxas-options=.*|-dopt=.*|--minimal|-minimal|--no-cache|-no-cache|-G|--device-debug"
    "|--split-compile=.*)");
const std::regex Architecture("(?:--gpu-architecture|-arch)=(compute|sm)_([0-9]+)[af]?");

bool read_option(const std::string& text, Options& options) {
    std::smatch match;
    if (std::regex_match(text, match, Architecture)) {
        options.architecture = std::stoi(match[2]);
        options.binary = match[1] == "sm";
        return true;
    }
    if (text.rfind("-D", 0) == 0 && text.size() > 2) {
        options.definitions.push_back(text);
        return true;
    }
    if (text.rfind("--define-macro=", 0) == 0) {
        options.definitions.push_back("-D" + text.substr(strlen("--define-macro=")));
        return true;
    }
    return std::regex_match(text, HarmlessOption);
}

// NVRTC has no files: what is included must have been handed over.
void find_missing_headers(const Program& program, const std::string& name, const std::string& text, std::string& log) {
    static const std::regex Include("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]");
    std::istringstream lines(text);
    std::string line;
    std::smatch match;
    for (int number = 1; std::getline(lines, line); number++) {
        if (!std::regex_search(line, match, Include) || program.headers.count(match[1]) != 0) continue;
        log += name + "(" + std::to_string(number) + "): catastrophic error: cannot open source file \"" + match[1].str() +
               "\"\n";
    }
}

class Hash {
public:
    void add(const std::string& text) {
        for (const char c : text + '\0') {
            low_ = (low_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
            high_ = (high_ ^ static_cast<unsigned char>(c)) * 0x9e3779b97f4a7c15 + (high_ >> 29);
        }
    }
    std::string text() const {
        char digits[40];
        snprintf(digits, sizeof digits, "%016lx%016lx", static_cast<unsigned long>(high_), static_cast<unsigned long>(low_));
        return digits;
    }

private:
    uint64_t low_ = 0xcbf29ce484222325;
    uint64_t high_ = 0x6a09e667f3bcc908;
};

bool write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    return file.good();
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Compiles and links in a folder of its own, then moves the object to its place: other processes may do the same.
int build(Program& program, const std::vector<std::string>& flags, const std::string& object) {
    std::string folder = object + ".XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) return NvrtcInternal;
    const std::string name = base_name(program.name);
    bool written = write_file(folder + "/" + name, program.source);
    for (const auto& [header, text] : program.headers) written &= write_file(folder + "/" + base_name(header), text);

    std::vector<std::string> compile = {"g++"};
    compile.insert(compile.end(), flags.begin(), flags.end());
    for (const char* word : {"-x", "c++", "-DRECEDE_HOST", "-I."}) compile.push_back(word);
    compile.push_back("-include");
    compile.push_back(library_folder() + "/cuda_on_host.h");
    for (const std::string& word : {std::string("-c"), name, std::string("-o"), std::string("kernel.o")}) compile.push_back(word);

    int result = NvrtcInternal;
    if (written) {
        const int status = run_process(compile, folder, program.log);
        result = status < 0 ? NvrtcInternal : status != 0 ? NvrtcCompilation : NvrtcSuccess;
    }
    if (result == NvrtcSuccess) {
        const int status = run_process({"g++", "-shared", "kernel.o", library_path(), "-o", "kernel.so"}, folder, program.log);
        if (status != 0 || rename((folder + "/kernel.so").c_str(), object.c_str()) != 0) result = NvrtcInternal;
    }
    std::string ignored;
    run_process({"rm", "-rf", folder}, "", ignored);
    return result;
}

int compile(Program& program, const Options& options) {
    program.log.clear();
    program.ptx.clear();
    program.cubin.clear();
    find_missing_headers(program, program.name, program.source, program.log);
    for (const auto& [name, text] : program.headers) find_missing_headers(program, name, text, program.log);
    if (!program.log.empty()) return NvrtcCompilation;

    const bool instrumented = driver.settings.instrumented != 0;
    std::vector<std::string> flags = CommonFlags;
    const std::vector<std::string>& kind = instrumented ? InstrumentedFlags : PlainFlags;
    flags.insert(flags.end(), kind.begin(), kind.end());
    flags.insert(flags.end(), options.definitions.begin(), options.definitions.end());

    Hash hash;
    hash.add(library_path());
    for (const std::string& flag : flags) hash.add(flag);
    hash.add(program.name);
    hash.add(program.source);
    for (const auto& [name, text] : program.headers) {
        hash.add(name);
        hash.add(text);
    }
    const std::string folder = library_folder() + "/objects";
    mkdir(folder.c_str(), 0700);
    const std::string object = folder + "/" + hash.text() + ".so";
    if (access(object.c_str(), R_OK) != 0) {
        if (const int result = build(program, flags, object); result != NvrtcSuccess) return result;
    }
    Image image{object, instrumented, options.architecture, false};
    program.ptx = write_image(image);
    image.binary = true;
    program.cubin = options.binary ? write_image(image) : "";
    return NvrtcSuccess;
}

int give_size(void* handle, size_t* size, std::string Program::*part, bool optional) {
    const auto program = programs.find(handle);
    if (program == nullptr) return NvrtcInvalidProgram;
    if (size == nullptr) return NvrtcInvalidInput;
    const std::string& text = (*program).*part;
    *size = text.empty() && optional ? 0 : text.size() + 1;
    return NvrtcSuccess;
}

int give_text(void* handle, char* buffer, std::string Program::*part) {
    const auto program = programs.find(handle);
    if (program == nullptr) return NvrtcInvalidProgram;
    if (buffer == nullptr) return NvrtcInvalidInput;
    const std::string& text = (*program).*part;
    memcpy(buffer, text.c_str(), text.size() + 1);
    return NvrtcSuccess;
}

}  // namespace
}  // namespace standin

using namespace standin;

STANDIN_API int nvrtcVersion(int* major, int* minor) {
    STANDIN_CALL(Nvrtc);
    if (major == nullptr || minor == nullptr) return NvrtcInvalidInput;
    *major = driver.settings.driverVersion / 1000;
    *minor = driver.settings.driverVersion % 1000 / 10;
    return NvrtcSuccess;
}

// As NVRTC of CUDA 12.8; CUDA 13 begins at 7.5.
static const int supportedArchitectures[] = {50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86, 87, 89, 90, 100, 101, 120};

STANDIN_API int nvrtcGetNumSupportedArchs(int* count) {
    STANDIN_CALL(Nvrtc);
    if (count == nullptr) return NvrtcInvalidInput;
    *count = static_cast<int>(sizeof supportedArchitectures / sizeof *supportedArchitectures);
    return NvrtcSuccess;
}

STANDIN_API int nvrtcGetSupportedArchs(int* architectures) {
    STANDIN_CALL(Nvrtc);
    if (architectures == nullptr) return NvrtcInvalidInput;
    memcpy(architectures, supportedArchitectures, sizeof supportedArchitectures);
    return NvrtcSuccess;
}

STANDIN_API const char* nvrtcGetErrorString(int result) {
    count_call(__func__);
    switch (result) {
        case 0: return "NVRTC_SUCCESS";
        case 1: return "NVRTC_ERROR_OUT_OF_MEMORY";
        case 2: return "NVRTC_ERROR_PROGRAM_CREATION_FAILURE";
        case 3: return "NVRTC_ERROR_INVALID_INPUT";
        case 4: return "NVRTC_ERROR_INVALID_PROGRAM";
        case 5: return "NVRTC_ERROR_INVALID_OPTION";
        case 6: return "NVRTC_ERROR_COMPILATION";
        case 7: return "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE";
        case 11: return "NVRTC_ERROR_INTERNAL_ERROR";
        default: return "NVRTC_ERROR unknown";
    }
}

STANDIN_API int nvrtcCreateProgram(
    void** handle, const char* source, const char* name, int headers, const char* const* texts, const char* const* names) {
    STANDIN_CALL(Nvrtc);
    if (handle == nullptr || source == nullptr || headers < 0 || (headers > 0 && (texts == nullptr || names == nullptr))) {
        return NvrtcInvalidInput;
    }
    auto program = std::make_shared<Program>();
    program->source = source;
    program->name = name == nullptr || *name == '\0' ? "default_program" : name;
    for (int i = 0; i < headers; i++) program->headers[names[i]] = texts[i];
    *handle = programs.add(program);
    return NvrtcSuccess;
}

STANDIN_API int nvrtcDestroyProgram(void** handle) {
    STANDIN_CALL(Nvrtc);
    if (handle == nullptr || !programs.remove(*handle)) return NvrtcInvalidProgram;
    *handle = nullptr;
    return NvrtcSuccess;
}

STANDIN_API int nvrtcCompileProgram(void* handle, int count, const char* const* texts) {
    STANDIN_CALL(Nvrtc);
    const auto program = programs.find(handle);
    if (program == nullptr) return NvrtcInvalidProgram;
    if (count < 0 || (count > 0 && texts == nullptr)) return NvrtcInvalidInput;
    Options options;
    for (int i = 0; i < count; i++) {
        if (read_option(texts[i], options)) continue;
        program->log = "nvrtc: error: unrecognized option " + std::string(texts[i]) + " found\n";
        return NvrtcInvalidOption;
    }
    return compile(*program, options);
}

STANDIN_API int nvrtcGetPTXSize(void* handle, size_t* size) {
    STANDIN_CALL(Nvrtc);
    return give_size(handle, size, &Program::ptx, false);
}

STANDIN_API int nvrtcGetPTX(void* handle, char* buffer) {
    STANDIN_CALL(Nvrtc);
    return give_text(handle, buffer, &Program::ptx);
}

STANDIN_API int nvrtcGetCUBINSize(void* handle, size_t* size) {
    STANDIN_CALL(Nvrtc);
    return give_size(handle, size, &Program::cubin, true);
}

STANDIN_API int nvrtcGetCUBIN(void* handle, char* buffer) {
    STANDIN_CALL(Nvrtc);
    return give_text(handle, buffer, &Program::cubin);
}

STANDIN_API int nvrtcGetProgramLogSize(void* handle, size_t* size) {
    STANDIN_CALL(Nvrtc);
    return give_size(handle, size, &Program::log, false);
}

STANDIN_API int nvrtcGetProgramLog(void* handle, char* buffer) {
    STANDIN_CALL(Nvrtc);
    return give_text(handle, buffer, &Program::log);
}
