// Calls of entry points: how often each was made, and which are to fail.
#pragma once
#include <string>

namespace standin {

/// The stand-in does one thing at a time, on whatever thread. Call takes this lock too.
class Locked {
public:
    Locked();
    ~Locked();
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;
};

/// Calls by that name since the last reset; of all entry points for an empty name.
long call_count(const std::string& name);

/// Makes the `nth` call from now on (1 is the next), of that entry point or of any for an empty name, return `status`
/// instead of doing its work. A status of 0 asks for the library's own "something went wrong".
void fail_call(const std::string& name, long nth, int status);

/// Makes the `nth` allocation of device memory from now on (1 is the next) and all of the `times` - 1 after it run out of
/// memory; `times` of 0 means all that follow.
void fail_allocation(long nth, long times);

/// Whether an allocation that begins now is to fail. Counts it.
bool allocation_fails();

/// Name of the entry point that was made to fail last; empty when none was.
const std::string& failed_call();

void clear_calls();

}  // namespace standin
