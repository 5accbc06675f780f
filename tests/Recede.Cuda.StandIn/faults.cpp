#include "faults.h"

#include <pthread.h>
#include <signal.h>
#include <ucontext.h>

#include "checker.h"
#include "executor.h"
#include "findings.h"
#include "memory.h"
#include "standin.h"

namespace standin {
namespace {

struct sigaction earlier_segv;
struct sigaction earlier_fpe;

// The thread that runs a kernel is the one whose stack pointer lies on the running fiber's stack.
bool in_running_fiber(const ucontext_t* context) {
    if (!execution.inKernel || execution.thread == nullptr) return false;
    const void* stackPointer = reinterpret_cast<const void*>(context->uc_mcontext.gregs[REG_RSP]);
    return on_stack(*execution.thread, stackPointer) || on_stack_guard(*execution.thread, stackPointer);
}

// Makes the fiber go on in abandon_kernel, as if it had called it, once the handler returns. Its stack is used anew from
// the top: nobody goes back to what lies there.
void leave_kernel(ucontext_t* context) {
    auto& registers = context->uc_mcontext.gregs;
    registers[REG_RSP] = reinterpret_cast<greg_t>(execution.thread->stack + StackBytes - 64) / 16 * 16 - 8;
    registers[REG_RIP] = reinterpret_cast<greg_t>(&abandon_kernel);
}

void pass_on(const struct sigaction& earlier, int signal, siginfo_t* info, void* context) {
    if ((earlier.sa_flags & SA_SIGINFO) != 0) {
        earlier.sa_sigaction(signal, info, context);
    } else if (earlier.sa_handler == SIG_DFL || earlier.sa_handler == SIG_IGN) {
        sigaction(signal, &earlier, nullptr);  // returning repeats the fault, now with its default end
    } else {
        earlier.sa_handler(signal);
    }
}

void on_segv(int signal, siginfo_t* info, void* data) {
    auto* context = static_cast<ucontext_t*>(data);
    if (in_running_fiber(context)) {
        const bool overflow = on_stack_guard(*execution.thread, info->si_addr);
        const std::string what = overflow ? "the thread's stack is used up"
                                          : std::string("an access that faults, ") + describe_address(info->si_addr);
        report_at("bounds", reinterpret_cast<const char*>(context->uc_mcontext.gregs[REG_RIP]) + 1, what);
        set_fault(overflow ? Fault::LaunchFailed : Fault::IllegalAddress);
        leave_kernel(context);
    } else if (in_arena(info->si_addr)) {
        report("host", "the host touches device memory at %p, %s", info->si_addr, describe_address(info->si_addr));
        pry_open(info->si_addr);
    } else {
        pass_on(earlier_segv, signal, info, data);
    }
}

void on_fpe(int signal, siginfo_t* info, void* data) {
    auto* context = static_cast<ucontext_t*>(data);
    if (!in_running_fiber(context)) {
        pass_on(earlier_fpe, signal, info, data);
        return;
    }
    report_at("division", reinterpret_cast<const char*>(context->uc_mcontext.gregs[REG_RIP]) + 1,
              "an integer division by zero, or one whose quotient overflows");
    set_fault(Fault::LaunchFailed);
    leave_kernel(context);
}

void watch(int signal, void (*handler)(int, siginfo_t*, void*), struct sigaction& earlier) {
    sigaction(signal, nullptr, &earlier);
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_mask = earlier.sa_mask;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | (earlier.sa_flags & SA_RESTART);
    sigaction(signal, &action, nullptr);
}

}  // namespace

void watch_faults() {
    watch(SIGSEGV, on_segv, earlier_segv);
    watch(SIGFPE, on_fpe, earlier_fpe);
}

}  // namespace standin
