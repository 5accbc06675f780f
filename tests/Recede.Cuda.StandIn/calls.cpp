#include "calls.h"

#include <map>
#include <mutex>

#include "standin.h"

namespace standin {
namespace {

std::recursive_mutex& lock() {
    static std::recursive_mutex mutex;
    return mutex;
}

struct Rule {
    std::string name;
    long left = 0;  // calls until it strikes; 0 when it rests
    int status = 0;
};

std::map<std::string, long> counts;
long total;
Rule rule;
std::string failed;
long allocations_left;  // until the first that fails; 0 when none is to
long allocations_failing;

// CUDA_ERROR_UNKNOWN, NVRTC_ERROR_INTERNAL_ERROR, CUBLAS_STATUS_INTERNAL_ERROR, CUDNN_STATUS_INTERNAL_ERROR.
int usual_failure(Library library) {
    switch (library) {
        case Library::Driver: return 999;
        case Library::Nvrtc: return 11;
        case Library::Cublas: return 14;
        case Library::Cudnn: return 4000;
    }
    return 1;
}

}  // namespace

Locked::Locked() { lock().lock(); }
Locked::~Locked() { lock().unlock(); }

Call::Call(const char* name, Library library) : injected_(0) {
    lock().lock();
    count_call(name);
    if (rule.left > 0 && (rule.name.empty() || rule.name == name) && --rule.left == 0) {
        injected_ = rule.status != 0 ? rule.status : usual_failure(library);
        failed = name;
    }
}

Call::~Call() { lock().unlock(); }

void count_call(const char* name) {
    const Locked locked;
    counts[name]++;
    total++;
}

long call_count(const std::string& name) {
    if (name.empty()) return total;
    const auto found = counts.find(name);
    return found == counts.end() ? 0 : found->second;
}

void fail_call(const std::string& name, long nth, int status) {
    rule = {name, nth, status};
    failed.clear();
}

void fail_allocation(long nth, long times) {
    allocations_left = nth;
    allocations_failing = times == 0 ? -1 : times;
}

bool allocation_fails() {
    if (allocations_left == 0) return false;
    if (allocations_left > 1) {
        allocations_left--;
        return false;
    }
    if (allocations_failing > 0 && --allocations_failing == 0) allocations_left = 0;
    return true;
}

const std::string& failed_call() { return failed; }

void clear_calls() {
    counts.clear();
    total = 0;
    rule = {};
    failed.clear();
    allocations_left = 0;
    allocations_failing = 0;
}

}  // namespace standin
