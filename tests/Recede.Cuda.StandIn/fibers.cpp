// Fibers for x86-64: a switch saves the registers that a call preserves, and takes those of the other stack.
#include <string.h>
#include <sys/mman.h>

#include "executor.h"

#if !defined(__x86_64__)
#error "The stand-in's fibers are written for x86-64."
#endif

extern "C" void standin_switch(void** save, void* stackPointer);
asm(R"(
.text
.hidden standin_switch
.globl standin_switch
.type standin_switch, @function
standin_switch:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, (%rdi)
    mov %rsi, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
.size standin_switch, .-standin_switch
)");

namespace standin {
namespace {

constexpr size_t Guard = 4096;

void* scheduler;
std::vector<char*> stacks;

// The stack of a thread, by its number: made once, with a guard page below.
char* stack_of(unsigned number) {
    while (stacks.size() <= number) {
        char* memory = static_cast<char*>(
            mmap(nullptr, Guard + StackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
        mprotect(memory, Guard, PROT_NONE);
        stacks.push_back(memory + Guard);
    }
    return stacks[number];
}

void run_thread() {
    execution.launch.kernel->invoke(execution.arguments);
    execution.thread->waiting = Waiting::Returned;
    yield_fiber();
    __builtin_trap();
}

}  // namespace

void prepare_fiber(Thread& thread) {
    thread.stack = stack_of(thread.number);
    thread.waiting = Waiting::Nothing;
    memset(thread.clocks, 0, sizeof thread.clocks);
    thread.clocks[thread.lane()] = 1;

    // Six registers, the function to return into, and an empty return address of its own, so that it finds the stack
    // aligned as after a call.
    void** top = reinterpret_cast<void**>(thread.stack + StackBytes - 16);
    top[0] = reinterpret_cast<void*>(&run_thread);
    top[1] = nullptr;
    memset(top - 6, 0, 6 * sizeof(void*));
    thread.stackPointer = top - 6;
}

void resume_fiber(Thread& thread) {
    execution.thread = &thread;
    standin_switch(&scheduler, thread.stackPointer);
}

void yield_fiber() { standin_switch(&execution.thread->stackPointer, scheduler); }

void abandon_kernel() {
    execution.abandoned = true;
    yield_fiber();
    __builtin_trap();
}

bool on_stack(const Thread& thread, const void* address) {
    return address >= thread.stack && address < thread.stack + StackBytes;
}

bool on_stack_guard(const Thread& thread, const void* address) {
    return address >= thread.stack - Guard && address < thread.stack;
}

}  // namespace standin
