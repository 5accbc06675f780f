// What the files of the fake cuDNN's API share: its handles, its errors, and what a descriptor's attributes must be.
#pragma once
#include "fake_cudnn.h"

namespace fake_cudnn {

struct Library {
    void* stream = nullptr;
};

struct Rule {
    int type;
    int64_t most;
    bool required;
    int linkType;  // of a descriptor attribute; -1 for any
};

using Rules = std::map<int, Rule>;

/// What attributes a descriptor of each type has.
const std::map<int, Rules>& schema();

/// Keeps the message for cudnnGetLastErrorString, and gives the status back.
int fail(int status, const std::string& message);

/// A message with up to two numbers.
std::string text(const char* format, long long a = 0, long long b = 0);

/// What a handle stands for; null, and a finding, when it is none that is live.
std::shared_ptr<Library> find_library(const void* handle);
std::shared_ptr<Descriptor> find(const void* descriptor);

/// read_problem, with its message kept.
int problem_of(const Descriptor& graph, Problem* problem);

/// Whether a descriptor is complete and consistent.
int finalize(const Descriptor& d);

/// Queues a plan's work.
int execute(Library& library, const Descriptor& plan, const Descriptor& pack);

}  // namespace fake_cudnn
