// Running a plan of the fake cuDNN: what the pack must hold, then the engine's work on the stream.
#include <string.h>

#include "fake_cudnn_api.h"
#include "standin.h"

namespace fake_cudnn {

int execute(Library& library, const Descriptor& plan, const Descriptor& pack) {
    const Descriptor& engine = plan.link(401).link(300);
    Problem problem;
    if (const int status = problem_of(engine.link(1300), &problem)) return status;
    const EngineKind kind = *engine_of(problem, engine.number(1301));
    std::map<int64_t, char*> addresses;
    for (size_t i = 0; i < pack.numbers(1000).size(); i++) addresses[pack.numbers(1000)[i]] = reinterpret_cast<char*>(pack.numbers(1001)[i]);

    std::vector<TensorView> inputs;
    const TensorView& result = problem.result();
    for (const TensorView* tensor : {&problem.x, &problem.w, &problem.y})
        if (tensor->id != result.id && !tensor->isVirtual) inputs.push_back(*tensor);
    if (problem.hasBias) inputs.push_back(problem.bias);
    std::vector<TensorView> all = inputs;
    all.push_back(result);
    for (const TensorView& tensor : all) {
        const auto found = addresses.find(tensor.id);
        if (found == addresses.end()) return fail(BadParameter, text("the pack lacks tensor %lld", tensor.id));
        if (reinterpret_cast<uintptr_t>(found->second) % static_cast<uintptr_t>(tensor.alignment) != 0)
            return fail(MisalignedPointer, text("tensor %lld", tensor.id));
        if (!standin::require_device_memory(found->second, tensor.bytes(), "cudnnBackendExecute")) return fail(BadParameter, "memory");
    }
    if (addresses.size() != all.size()) standin::report("cudnn", "the pack has %zu tensors, the plan %zu", addresses.size(), all.size());
    char* workspace = pack.has(1003) ? reinterpret_cast<char*>(pack.number(1003)) : nullptr;
    const size_t workspaceBytes = static_cast<size_t>(kind.workspace);
    if (workspaceBytes > 0) {
        if (workspace == nullptr) return fail(NullPointer, "the plan needs a workspace");
        if (reinterpret_cast<uintptr_t>(workspace) % 256 != 0) return fail(MisalignedPointer, "the workspace");
        if (!standin::require_device_memory(workspace, workspaceBytes, "cudnnBackendExecute's workspace")) return fail(BadParameter, "workspace");
    }
    char* out = addresses.at(result.id);
    const auto overlaps = [&](const char* address, size_t bytes) { return address < out + result.bytes() && out < address + bytes; };
    for (const TensorView& tensor : inputs)
        if (overlaps(addresses.at(tensor.id), tensor.bytes())) standin::report("cudnn", "the result overlaps tensor %lld", static_cast<long long>(tensor.id));
    if (workspaceBytes > 0)
        for (const TensorView& tensor : all)
            if (addresses.at(tensor.id) < workspace + workspaceBytes && workspace < addresses.at(tensor.id) + tensor.bytes())
                standin::report("cudnn", "the workspace overlaps tensor %lld", static_cast<long long>(tensor.id));

    const char* passes[] = {"forward", "backward_data", "backward_filter"};
    const std::string name = std::string("cudnn.") + passes[static_cast<int>(problem.pass)] + (problem.hasBias ? "_bias" : "");
    const auto work = [=] {
        standin::record_run(name);
        standin::record_run(std::string("cudnn.engine.") + kind.name);
        bool written = true;
        for (const TensorView& tensor : inputs) written &= standin::require_written(addresses.at(tensor.id), tensor.bytes(), name.c_str());
        if (problem.beta != 0) written &= standin::require_written(out, problem.result().bytes(), name.c_str());
        if (!written) return;
        if (workspaceBytes > 0) memset(workspace, 0xff, workspaceBytes);
        run(kind, problem, addresses);
        standin::mark_written(out, problem.result().bytes());
    };
    return standin::enqueue(library.stream, work) == 0 ? Success : fail(ExecutionFailed, "stream");
}

}  // namespace fake_cudnn
