#include "findings.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>

#include <map>
#include <vector>

#include "executor.h"
#include "process.h"
#include "standin.h"

namespace standin {
namespace {

// More than this many different ones tell nothing new.
constexpr size_t MostFindings = 200;

struct Finding {
    std::string text;
    const void* caller;
    long times;
};

std::vector<Finding> findings;
std::map<std::string, size_t> known;

// "file.cu:12" of an address in a kernel's object; empty when nothing tells.
std::string place_of(const void* caller) {
    static std::map<const void*, std::string> places;
    if (caller == nullptr) return "";
    if (const auto place = places.find(caller); place != places.end()) return place->second;
    std::string text;
    Dl_info object;
    if (dladdr(caller, &object) != 0 && object.dli_fname != nullptr) {
        // A return address lies after the call: one byte less is inside it.
        const auto offset = static_cast<const char*>(caller) - static_cast<const char*>(object.dli_fbase) - 1;
        char address[32];
        snprintf(address, sizeof address, "0x%lx", static_cast<unsigned long>(offset));
        run_process({"addr2line", "-e", object.dli_fname, address}, "", text);
        while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
        if (const auto discriminator = text.find(" ("); discriminator != std::string::npos) text.resize(discriminator);
        if (const auto folder = text.rfind('/'); folder != std::string::npos) text.erase(0, folder + 1);
        if (text.rfind("??", 0) == 0) text.clear();
    }
    return places[caller] = text;
}

}  // namespace

int finding_count() { return static_cast<int>(findings.size()); }

std::string finding(int index) {
    if (index < 0 || index >= finding_count()) return "";
    const Finding& found = findings[static_cast<size_t>(index)];
    std::string text = found.text;
    if (const std::string place = place_of(found.caller); !place.empty()) text += " at " + place;
    if (found.times > 1) text += ", " + std::to_string(found.times) + " times";
    return text;
}

void clear_findings() {
    findings.clear();
    known.clear();
}

void report_at(const char* kind, const void* caller, const std::string& message) {
    const std::string kernel = running_kernel();
    std::string key = std::string(kind) + '|' + kernel + '|';
    key += caller != nullptr ? std::to_string(reinterpret_cast<uintptr_t>(caller)) : message;
    if (const auto seen = known.find(key); seen != known.end()) {
        findings[seen->second].times++;
        return;
    }
    if (findings.size() >= MostFindings) return;
    known[key] = findings.size();
    std::string text = std::string(kind) + ": " + message;
    if (!kernel.empty()) text += " [" + kernel + ", " + running_place() + "]";
    findings.push_back({text, caller, 1});
}

void report(const char* kind, const char* format, ...) {
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    report_at(kind, nullptr, message);
}

}  // namespace standin
