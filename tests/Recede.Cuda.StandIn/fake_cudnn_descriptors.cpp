// What a descriptor of the fake cuDNN may hold, when it is complete, and the convolution that a graph of them describes.
#include <algorithm>
#include <set>

#include "fake_cudnn_api.h"
#include "standin.h"

namespace fake_cudnn {
namespace {

constexpr int64_t Many = 64;

// alpha, beta, convolution, then three tensors.
Rules operation(int first) {
    return {{first, {Float, 1, true, -1}},
            {first + 1, {Float, 1, true, -1}},
            {first + 2, {Backend, 1, true, Convolution}},
            {first + 3, {Backend, 1, true, Tensor}},
            {first + 4, {Backend, 1, true, Tensor}},
            {first + 5, {Backend, 1, true, Tensor}}};
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

}  // namespace

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
        {Forward, operation(700)},
        {BackwardData, operation(706)},
        {BackwardFilter, operation(712)},
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

int problem_of(const Descriptor& graph, Problem* problem) {
    std::string why;
    const int status = read_problem(graph, problem, &why);
    return status == Success ? Success : fail(status, why);
}

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
