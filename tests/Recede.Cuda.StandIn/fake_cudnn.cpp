// cuDNN 9's graph (backend) API, as much of it as convolutions need: descriptors with typed attributes that are checked when
// they are set and when they are finalized, heuristics, engine configurations, plans, variant packs.
#include "fake_cudnn.h"

#include <algorithm>
#include <set>

#include "standin.h"

namespace fake_cudnn {
namespace {

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

constexpr int64_t Many = 64;

Rules operation(int first, bool tensorsInOrder) {
    // alpha, beta, convolution, then three tensors
    (void)tensorsInOrder;
    return {{first, {Float, 1, true, -1}},
            {first + 1, {Float, 1, true, -1}},
            {first + 2, {Backend, 1, true, Convolution}},
            {first + 3, {Backend, 1, true, Tensor}},
            {first + 4, {Backend, 1, true, Tensor}},
            {first + 5, {Backend, 1, true, Tensor}}};
}

const std::map<int, Rules>& schema() {
    static const std::map<int, Rules> all = {
        {Tensor,
         {{900, {Int64, 1, true, -1}},
          {901, {DataType, 1, true, -1}},
          {902, {Int64, 8, true, -1}},
          {903, {Int64, 8, true, -1}},
          {906, {Int64, 1, true, -1}},
          {907, {Boolean, 1, false, -1}}}},
        {Convolution,
         {{100, {DataType, 1, true, -1}},
          {101, {ConvolutionMode, 1, true, -1}},
          {102, {Int64, 8, true, -1}},
          {103, {Int64, 8, true, -1}},
          {104, {Int64, 8, true, -1}},
          {105, {Int64, 8, true, -1}},
          {106, {Int64, 1, true, -1}}}},
        {Pointwise, {{0, {PointwiseMode, 1, true, -1}}, {1, {DataType, 1, true, -1}}}},
        {Forward, operation(700, true)},
        {BackwardData, operation(706, true)},
        {BackwardFilter, operation(712, true)},
        {PointwiseOperation,
         {{750, {Backend, 1, true, Pointwise}},
          {751, {Backend, 1, true, Tensor}},
          {752, {Backend, 1, false, Tensor}},
          {753, {Backend, 1, true, Tensor}}}},
        {Graph, {{800, {Handle, 1, true, -1}}, {801, {Backend, Many, true, -1}}}},
        {Heuristics, {{200, {HeuristicMode, 1, true, -1}}, {201, {Backend, 1, true, Graph}}}},
        {Engine, {{1300, {Backend, 1, true, Graph}}, {1301, {Int64, 1, true, -1}}}},
        {EngineConfig, {{300, {Backend, 1, true, Engine}}}},
        {Plan, {{400, {Handle, 1, true, -1}}, {401, {Backend, 1, true, EngineConfig}}}},
        {Pack, {{1000, {Int64, Many, true, -1}}, {1001, {Pointer, Many, true, -1}}, {1003, {Pointer, 1, false, -1}}}},
    };
    return all;
}

// Addresses of nothing, never given twice: a use after the end is seen.
std::map<uintptr_t, std::shared_ptr<Library>> libraries;
std::map<uintptr_t, std::shared_ptr<Descriptor>> descriptors;
uintptr_t nextHandle = 0xD1150000;
thread_local std::string lastMessage;

int fail(int status, const std::string& message) {
    lastMessage = message;
    return status;
}

std::string text(const char* format, long long a = 0, long long b = 0) {
    char line[256];
    snprintf(line, sizeof line, format, a, b);
    return line;
}

std::shared_ptr<Library> find_library(const void* handle) {
    const auto found = libraries.find(reinterpret_cast<uintptr_t>(handle));
    if (found != libraries.end()) return found->second;
    standin::report("cudnn", "%p is no live handle", handle);
    return nullptr;
}

std::shared_ptr<Descriptor> find(const void* descriptor) {
    const auto found = descriptors.find(reinterpret_cast<uintptr_t>(descriptor));
    if (found != descriptors.end()) return found->second;
    standin::report("cudnn", "%p is no live descriptor", descriptor);
    return nullptr;
}

size_t value_bytes(int type) {
    switch (type) {
        case Boolean: return 1;
        case Handle: case Int64: case Double: case Pointer: case Backend: return 8;
        default: return 4;
    }
}

int64_t read_number(int type, const void* values, int64_t index) {
    const char* at = static_cast<const char*>(values) + index * static_cast<int64_t>(value_bytes(type));
    if (type == Boolean) return *reinterpret_cast<const uint8_t*>(at);
    if (value_bytes(type) == 8) return *reinterpret_cast<const int64_t*>(at);
    return *reinterpret_cast<const int32_t*>(at);
}

bool all_at_least(const Descriptor& d, int name, int64_t least) {
    const auto& values = d.numbers(name);
    return std::all_of(values.begin(), values.end(), [=](int64_t value) { return value >= least; });
}

int finalize_tensor(const Descriptor& d) {
    const int64_t type = d.number(901), alignment = d.number(900);
    if (type != FloatData && type != BFloat16Data) return fail(UnsupportedType, text("data type %lld is not modelled", type));
    if (d.numbers(902).size() != d.numbers(903).size()) return fail(BadParameter, "as many strides as extents");
    if (!all_at_least(d, 902, 1)) return fail(BadParameter, "an extent below 1");
    if (!all_at_least(d, 903, 1)) return fail(BadParameter, "a stride below 1");
    if (alignment < (type == FloatData ? 4 : 2) || (alignment & (alignment - 1)) != 0)
        return fail(BadParameter, text("byte alignment %lld", alignment));
    return Success;
}

int finalize_convolution(const Descriptor& d) {
    const size_t dimensions = static_cast<size_t>(d.number(106));
    for (int name = 102; name <= 105; name++)
        if (d.numbers(name).size() != dimensions) return fail(BadParameter, text("attribute %lld: one value a dimension", name));
    if (!all_at_least(d, 102, 1) || !all_at_least(d, 103, 1)) return fail(BadParameter, "dilations and strides are 1 or more");
    if (!all_at_least(d, 104, 0) || !all_at_least(d, 105, 0)) return fail(BadParameter, "paddings are 0 or more");
    if (d.number(100) != FloatData) return fail(UnsupportedType, "sums are float32 here");
    return d.number(101) == 0 || d.number(101) == 1 ? Success : fail(BadParameter, "convolution mode");
}

struct Parts {
    const Descriptor *x, *w, *y, *convolution;
};

Parts parts_of(const Descriptor& operation) {
    switch (operation.type) {
        case Forward: return {&operation.link(704), &operation.link(703), &operation.link(705), &operation.link(702)};
        case BackwardData: return {&operation.link(710), &operation.link(709), &operation.link(711), &operation.link(708)};
        default: return {&operation.link(716), &operation.link(715), &operation.link(717), &operation.link(714)};
    }
}

int finalize_operation(const Descriptor& d) {
    const Parts p = parts_of(d);
    for (const Descriptor* tensor : {p.x, p.w, p.y})
        if (tensor->numbers(902).size() != 4) return fail(ShapeMismatch, "four extents for two dimensions");
    if (p.convolution->number(106) != 2) return fail(ShapeMismatch, "two dimensions here");
    const TensorView x(*p.x), w(*p.w), y(*p.y);
    if (x.extents[0] != y.extents[0]) return fail(ShapeMismatch, "images of x and y differ");
    if (x.extents[1] % w.extents[1] != 0) return fail(ShapeMismatch, "channels of x and w");
    if (w.extents[0] != y.extents[1]) return fail(ShapeMismatch, "filters of w and channels of y differ");
    for (int axis = 0; axis < 2; axis++) {
        const auto value = [&](int name) { return p.convolution->numbers(name)[axis]; };
        const int64_t room = x.extents[2 + axis] + value(105) + value(104) - value(102) * (w.extents[2 + axis] - 1) - 1;
        if (room < 0 || room / value(103) + 1 != y.extents[2 + axis]) return fail(ShapeMismatch, text("extent %lld of y", 2 + axis));
    }
    return Success;
}

int finalize_graph(const Descriptor& d) {
    std::map<int64_t, const Descriptor*> tensors;
    std::set<const Descriptor*> produced, consumed;
    for (const Link& operation : d.attributes.at(801).links) {
        std::vector<int> outputs;
        switch (operation->type) {
            case Forward: outputs = {705}; break;
            case BackwardData: outputs = {710}; break;
            case BackwardFilter: outputs = {715}; break;
            case PointwiseOperation: outputs = {753}; break;
            default: return fail(WrongDescriptorType, "an operation graph is made of operations");
        }
        for (const auto& attribute : operation->attributes) {
            if (attribute.second.type != Backend || attribute.second.links[0]->type != Tensor) continue;
            const Descriptor* tensor = attribute.second.links[0].get();
            const auto known = tensors.emplace(tensor->number(906), tensor);
            if (!known.second && known.first->second != tensor) return fail(DuplicatedEntries, text("identifier %lld twice", tensor->number(906)));
            const bool output = std::find(outputs.begin(), outputs.end(), attribute.first) != outputs.end();
            if (output && !produced.insert(tensor).second) return fail(BadParameter, "a tensor is written twice");
            if (!output) consumed.insert(tensor);
        }
    }
    for (const auto& tensor : tensors) {
        const bool isVirtual = tensor.second->has(907) && tensor.second->number(907) != 0;
        if (isVirtual && (produced.count(tensor.second) == 0 || consumed.count(tensor.second) == 0))
            return fail(BadParameter, "a virtual tensor needs an operation that writes it and one that reads it");
    }
    return Success;
}

int problem_of(const Descriptor& graph, Problem* problem) {
    std::string why;
    const int status = read_problem(graph, problem, &why);
    return status == Success ? Success : fail(status, why);
}

int finalize_plan(const Descriptor& d) {
    const auto library = find_library(reinterpret_cast<void*>(d.number(400)));
    if (!library) return fail(BadParameter, "handle");
    const Descriptor& engine = d.link(401).link(300);
    if (engine.link(1300).number(800) != d.number(400)) return fail(BadParameter, "the graph was made with another handle");
    if (standin::stream_is_capturing(library->stream)) {
        standin::report("cudnn", "a plan is made while its stream is being captured");
        return fail(InternalError, "capture");
    }
    Problem problem;
    if (const int status = problem_of(engine.link(1300), &problem)) return status;
    const EngineKind* kind = engine_of(problem, engine.number(1301));
    if (kind == nullptr) return fail(NotSupported, "no such engine");
    std::string why;
    const int status = check_engine(*kind, problem, &why);
    return status == Success ? Success : fail(status, why);
}

int finalize_pack(const Descriptor& d) {
    const auto& ids = d.numbers(1000);
    if (ids.size() != d.numbers(1001).size()) return fail(BadParameter, "as many pointers as identifiers");
    return std::set<int64_t>(ids.begin(), ids.end()).size() == ids.size() ? Success : fail(DuplicatedEntries, "an identifier twice");
}

int finalize(const Descriptor& d) {
    for (const auto& rule : schema().at(d.type))
        if (rule.second.required && !d.has(rule.first)) return fail(BadParameter, text("descriptor %lld lacks attribute %lld", d.type, rule.first));
    switch (d.type) {
        case Tensor: return finalize_tensor(d);
        case Convolution: return finalize_convolution(d);
        case Forward: case BackwardData: case BackwardFilter: return finalize_operation(d);
        case Graph: return finalize_graph(d);
        case Heuristics: {
            if (d.number(200) < 0 || d.number(200) > 3) return fail(BadParameter, "heuristics mode");
            Problem problem;
            return problem_of(d.link(201), &problem);
        }
        case Plan: return finalize_plan(d);
        case Pack: return finalize_pack(d);
        default: return Success;
    }
}

// Fills descriptors that the caller made, as the real one does.
int fill_engine(Descriptor* engine, const Link& graph, int64_t index) {
    if (engine->type != Engine) return fail(WrongDescriptorType, "an engine descriptor is wanted");
    if (engine->finalized) return fail(BadParameter, "the engine descriptor is finalized already");
    engine->attributes[1300].type = Backend;
    engine->attributes[1300].links = {graph};
    engine->attributes[1301].type = Int64;
    engine->attributes[1301].numbers = {index};
    engine->finalized = true;
    return Success;
}

int get_results(const Descriptor& heuristics, int64_t requested, int64_t* count, void* values) {
    const Link graph = heuristics.attributes.at(201).links[0];
    Problem problem;
    if (const int status = problem_of(*graph, &problem)) return status;
    const auto engines = engines_for(problem, heuristics.number(200) == 2);
    if (count != nullptr) *count = static_cast<int64_t>(engines.size());
    for (int64_t i = 0; values != nullptr && i < std::min<int64_t>(requested, static_cast<int64_t>(engines.size())); i++) {
        const auto config = find(static_cast<void**>(values)[i]);
        if (!config || config->type != EngineConfig || config->finalized) return fail(WrongDescriptorType, "unfinalized engine configurations are wanted");
        const auto engine = std::make_shared<Descriptor>();
        engine->type = Engine;
        fill_engine(engine.get(), graph, engines[static_cast<size_t>(i)].index);
        config->attributes[300].type = Backend;
        config->attributes[300].links = {engine};
        config->finalized = true;
    }
    return Success;
}

int get_number(int64_t value, int64_t requested, int64_t* count, void* values) {
    if (count != nullptr) *count = 1;
    if (values != nullptr && requested > 0) *static_cast<int64_t*>(values) = value;
    return Success;
}

int get_notes(const EngineKind& engine, int64_t requested, int64_t* count, void* values) {
    if (count != nullptr) *count = static_cast<int64_t>(engine.notes.size());
    for (int64_t i = 0; values != nullptr && i < std::min<int64_t>(requested, static_cast<int64_t>(engine.notes.size())); i++)
        static_cast<int32_t*>(values)[i] = engine.notes[static_cast<size_t>(i)];
    return Success;
}

int get(const Descriptor& d, int name, int type, int64_t requested, int64_t* count, void* values) {
    const auto expect = [&](int wanted) { return type == wanted ? Success : fail(WrongAttributeType, text("attribute %lld", name)); };
    Problem problem;
    if (d.type == Heuristics && name == 202) {
        const int status = expect(Backend);
        return status ? status : get_results(d, requested, count, values);
    }
    if (d.type == EngineConfig && name == 300) {
        if (const int status = expect(Backend)) return status;
        const auto engine = values != nullptr && requested > 0 ? find(*static_cast<void**>(values)) : nullptr;
        if (!engine) return fail(NullPointer, "an engine descriptor to fill is wanted");
        if (count != nullptr) *count = 1;
        const Descriptor& source = d.link(300);
        return fill_engine(engine.get(), source.attributes.at(1300).links[0], source.number(1301));
    }
    const bool ofEngine = d.type == Engine && (name == 1303 || name == 1301), ofPlan = d.type == Plan && name == 402;
    if (!ofEngine && !ofPlan) return fail(BadParameter, text("attribute %lld of descriptor %lld is not modelled", name, d.type));
    const Descriptor& engine = ofPlan ? d.link(401).link(300) : d;
    if (const int status = problem_of(engine.link(1300), &problem)) return status;
    const EngineKind* kind = engine_of(problem, engine.number(1301));
    if (kind == nullptr) return fail(NotSupported, "no such engine");
    if (const int status = expect(name == 1303 ? NumericalNote : Int64)) return status;
    return name == 1303 ? get_notes(*kind, requested, count, values)
                        : get_number(ofPlan ? kind->workspace : kind->index, requested, count, values);
}

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

}  // namespace

TensorView::TensorView(const Descriptor& tensor)
    : id(tensor.number(906)),
      type(tensor.number(901) == BFloat16Data ? standin::Element::BFloat16 : standin::Element::Float32),
      alignment(tensor.number(900)),
      isVirtual(tensor.has(907) && tensor.number(907) != 0) {
    for (size_t i = 0; i < 4 && i < tensor.numbers(902).size(); i++) {
        extents[i] = tensor.numbers(902)[i];
        strides[i] = tensor.numbers(903)[i];
    }
}

int64_t TensorView::elements() const {
    int64_t last = 0;
    for (int i = 0; i < 4; i++) last += (extents[i] - 1) * strides[i];
    return last + 1;
}

int read_problem(const Descriptor& graph, Problem* problem, std::string* why) {
    const auto& operations = graph.attributes.at(801).links;
    const auto refuse = [&](int status, const char* reason) {
        *why = reason;
        return status;
    };
    const Descriptor& first = *operations[0];
    if (first.type != Forward && first.type != BackwardData && first.type != BackwardFilter) return refuse(UnsupportedPattern, "a convolution first");
    problem->pass = first.type == Forward ? Pass::Forward : first.type == BackwardData ? Pass::BackwardData : Pass::BackwardFilter;
    const Parts parts = parts_of(first);
    problem->x = TensorView(*parts.x);
    problem->w = TensorView(*parts.w);
    problem->y = TensorView(*parts.y);
    problem->flips = parts.convolution->number(101) == 0;
    for (size_t i = 0; i < 2; i++) {
        problem->dilation[i] = parts.convolution->numbers(102)[i];
        problem->stride[i] = parts.convolution->numbers(103)[i];
        problem->pad[i] = parts.convolution->numbers(105)[i];
    }
    const int scalars = first.type == Forward ? 700 : first.type == BackwardData ? 706 : 712;
    problem->alpha = static_cast<float>(first.real(scalars, 1));
    problem->beta = static_cast<float>(first.real(scalars + 1, 0));
    if (problem->x.extents[1] != problem->w.extents[1]) return refuse(UnsupportedShape, "no groups here");
    const standin::Element types[] = {problem->x.type, problem->w.type, problem->y.type};
    const int result = problem->pass == Pass::Forward ? 2 : problem->pass == Pass::BackwardData ? 0 : 1;
    const standin::Element left = types[(result + 1) % 3], right = types[(result + 2) % 3];
    if (left != right) return refuse(UnsupportedType, "operands of one type");
    if (types[result] != left && types[result] != standin::Element::Float32) return refuse(UnsupportedType, "type of the result");
    if (operations.size() == 1) return problem->result().isVirtual ? refuse(UnsupportedPattern, "a virtual result") : Success;

    const Descriptor& add = *operations[1];
    const bool matches = operations.size() == 2 && problem->pass == Pass::Forward && add.type == PointwiseOperation && add.has(752) &&
                         add.link(750).number(0) == 0 && &add.link(751) == parts.y && problem->y.isVirtual;
    if (!matches) return refuse(UnsupportedPattern, "a convolution, or a convolution and a bias");
    if (left != standin::Element::BFloat16) return refuse(UnsupportedPattern, "fusion needs 16-bit operands");
    problem->hasBias = true;
    problem->bias = TensorView(add.link(752));
    problem->sum = TensorView(add.link(753));
    const int64_t* b = problem->bias.extents;
    if (b[0] != 1 || b[1] != problem->y.extents[1] || b[2] != 1 || b[3] != 1) return refuse(UnsupportedShape, "a bias per channel");
    return std::equal(problem->sum.extents, problem->sum.extents + 4, problem->y.extents) ? Success : refuse(ShapeMismatch, "sum");
}

}  // namespace fake_cudnn

using namespace fake_cudnn;

STANDIN_API size_t cudnnGetVersion() {
    standin::count_call(__func__);
    return 90600;
}

STANDIN_API const char* cudnnGetErrorString(int status) {
    standin::count_call(__func__);
    return status == Success ? "CUDNN_STATUS_SUCCESS" : "CUDNN_STATUS_ERROR";
}

STANDIN_API void cudnnGetLastErrorString(char* message, size_t size) {
    standin::count_call(__func__);
    if (message == nullptr || size == 0) return;
    snprintf(message, size, "%s", lastMessage.c_str());
    lastMessage.clear();
}

STANDIN_API int cudnnCreate(void** handle) {
    STANDIN_CALL(Cudnn);
    if (handle == nullptr) return fail(NullPointer, "handle");
    nextHandle += 16;
    libraries[nextHandle] = std::make_shared<Library>();
    *handle = reinterpret_cast<void*>(nextHandle);
    return Success;
}

STANDIN_API int cudnnDestroy(void* handle) {
    STANDIN_CALL(Cudnn);
    return libraries.erase(reinterpret_cast<uintptr_t>(handle)) == 1 ? Success : fail(BadParameter, "handle");
}

STANDIN_API int cudnnSetStream(void* handle, void* stream) {
    STANDIN_CALL(Cudnn);
    const auto library = find_library(handle);
    if (!library || !standin::stream_exists(stream)) return fail(BadParameter, "handle or stream");
    library->stream = stream;
    return Success;
}

STANDIN_API int cudnnBackendCreateDescriptor(int type, void** descriptor) {
    STANDIN_CALL(Cudnn);
    if (descriptor == nullptr) return fail(NullPointer, "descriptor");
    if (schema().count(type) == 0) return fail(NotSupported, text("descriptor type %lld is not modelled", type));
    const auto made = std::make_shared<Descriptor>();
    made->type = type;
    nextHandle += 16;
    descriptors[nextHandle] = made;
    *descriptor = reinterpret_cast<void*>(nextHandle);
    return Success;
}

STANDIN_API int cudnnBackendDestroyDescriptor(void* descriptor) {
    STANDIN_CALL(Cudnn);
    if (!find(descriptor)) return fail(BadParameter, "descriptor");
    descriptors.erase(reinterpret_cast<uintptr_t>(descriptor));
    return Success;
}

STANDIN_API int cudnnBackendSetAttribute(void* descriptor, int name, int type, int64_t count, const void* values) {
    STANDIN_CALL(Cudnn);
    if (values == nullptr) return fail(NullPointer, "values");
    const auto d = find(descriptor);
    if (!d) return fail(BadParameter, "descriptor");
    if (d->finalized) return fail(BadParameter, "the descriptor is finalized: its attributes are fixed");
    const Rules& rules = schema().at(d->type);
    const auto rule = rules.find(name);
    if (rule == rules.end()) return fail(BadParameter, text("descriptor %lld has no attribute %lld", d->type, name));
    if (rule->second.type != type) return fail(WrongAttributeType, text("attribute %lld is not of type %lld", name, type));
    if (count < 1 || count > rule->second.most) return fail(BadParameter, text("attribute %lld: %lld elements", name, count));
    Attribute attribute;
    attribute.type = type;
    for (int64_t i = 0; i < count; i++) {
        if (type == Float) {
            attribute.reals.push_back(static_cast<const float*>(values)[i]);
        } else if (type == Backend) {
            const auto link = find(static_cast<void* const*>(values)[i]);
            if (!link) return fail(BadParameter, "linked descriptor");
            if (!link->finalized) return fail(NotFinalized, text("attribute %lld: the descriptor is not finalized", name));
            if (rule->second.linkType >= 0 && link->type != rule->second.linkType)
                return fail(WrongDescriptorType, text("attribute %lld: descriptor type %lld", name, link->type));
            attribute.links.push_back(link);
        } else {
            attribute.numbers.push_back(read_number(type, values, i));
            if (type == Handle && !find_library(reinterpret_cast<void*>(attribute.numbers.back()))) return fail(BadParameter, "handle");
        }
    }
    d->attributes[name] = attribute;
    return Success;
}

STANDIN_API int cudnnBackendGetAttribute(const void* descriptor, int name, int type, int64_t requested, int64_t* count, void* values) {
    STANDIN_CALL(Cudnn);
    const auto d = find(descriptor);
    if (!d) return fail(BadParameter, "descriptor");
    if (!d->finalized) return fail(NotFinalized, text("descriptor %lld", d->type));
    if (requested < 0 || (requested > 0 && values == nullptr)) return fail(BadParameter, "no place for the values");
    return get(*d, name, type, requested, count, values);
}

STANDIN_API int cudnnBackendFinalize(void* descriptor) {
    STANDIN_CALL(Cudnn);
    const auto d = find(descriptor);
    if (!d) return fail(BadParameter, "descriptor");
    if (d->finalized) return fail(BadParameter, "finalized already");
    const int status = finalize(*d);
    d->finalized = status == Success;
    return status;
}

STANDIN_API int cudnnBackendExecute(void* handle, void* plan, void* pack) {
    STANDIN_CALL(Cudnn);
    const auto library = find_library(handle);
    const auto planned = find(plan), packed = find(pack);
    if (!library || !planned || !packed) return fail(BadParameter, "handle, plan or pack");
    if (planned->type != Plan || packed->type != Pack) return fail(WrongDescriptorType, "a plan and a variant pack");
    if (!planned->finalized || !packed->finalized) return fail(NotFinalized, "plan or pack");
    if (reinterpret_cast<void*>(planned->number(400)) != handle) return fail(BadParameter, "the plan was made with another handle");
    return execute(*library, *planned, *packed);
}

// ---------------------------------------------------------------- for tests
/// Which configurations the engines refuse: bits of fake_cudnn::Refusal.
STANDIN_API void standin_cudnn_refuse(int what) { refused = what; }

/// Descriptors and handles that nobody has destroyed.
STANDIN_API int standin_cudnn_live() { return static_cast<int>(libraries.size() + descriptors.size()); }
