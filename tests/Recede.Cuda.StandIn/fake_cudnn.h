// What the two halves of the fake cuDNN share: descriptors with their attributes, and the convolution that they describe.
#pragma once
#include <stdint.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fake_numbers.h"

namespace fake_cudnn {

enum Status {
    Success = 0,
    BadParameter = 2000,
    NullPointer = 2002,
    MisalignedPointer = 2003,
    NotFinalized = 2004,
    SizeInsufficient = 2006,
    ShapeMismatch = 2008,
    DuplicatedEntries = 2009,
    WrongAttributeType = 2010,
    WrongDescriptorType = 2012,
    NotSupported = 3000,
    UnsupportedPattern = 3001,
    UnsupportedShape = 3002,
    UnsupportedType = 3003,
    UnsupportedLayout = 3004,
    UnsupportedArchitecture = 3007,
    InternalError = 4000,
    ExecutionFailed = 5000
};

enum ValueType { Handle = 0, DataType = 1, Boolean = 2, Int64 = 3, Float = 4, Double = 5, Pointer = 6, ConvolutionMode = 7,
                 HeuristicMode = 8, NumericalNote = 11, PointwiseMode = 14, Backend = 15 };

enum DescriptorType { Pointwise = 0, Convolution = 1, Engine = 2, EngineConfig = 3, Heuristics = 4, Plan = 5, Forward = 10,
                      BackwardFilter = 11, BackwardData = 12, PointwiseOperation = 13, Graph = 15, Pack = 16, Tensor = 17 };

enum Note { TensorCore = 0, DownConvertInputs = 1, Nondeterministic = 4, Winograd = 5 };

enum { FloatData = 0, BFloat16Data = 9 };

struct Descriptor;
using Link = std::shared_ptr<const Descriptor>;

struct Attribute {
    int type = 0;
    std::vector<int64_t> numbers;  // integers, enumerations, booleans, pointers
    std::vector<double> reals;
    std::vector<Link> links;
};

struct Descriptor {
    int type = 0;
    bool finalized = false;
    std::map<int, Attribute> attributes;

    bool has(int name) const { return attributes.count(name) != 0; }
    const std::vector<int64_t>& numbers(int name) const { return attributes.at(name).numbers; }
    int64_t number(int name) const { return numbers(name)[0]; }
    double real(int name, double otherwise) const { return has(name) ? attributes.at(name).reals[0] : otherwise; }
    const Descriptor& link(int name) const { return *attributes.at(name).links[0]; }
};

/// A tensor of a graph: cuDNN's order of extents, N, C, H, W or K, C, R, S.
struct TensorView {
    int64_t id = 0;
    standin::Element type = standin::Element::Float32;
    int64_t alignment = 1;
    bool isVirtual = false;
    int64_t extents[4] = {1, 1, 1, 1}, strides[4] = {1, 1, 1, 1};

    explicit TensorView(const Descriptor& tensor);
    TensorView() = default;
    int64_t elements() const;
    size_t bytes() const { return static_cast<size_t>(elements()) * standin::size_of(type); }
};

enum class Pass { Forward, BackwardData, BackwardFilter };

/// A convolution graph that this library knows: one convolution, forward with a bias added or not.
struct Problem {
    Pass pass = Pass::Forward;
    TensorView x, w, y;  // y is what the convolution writes or, backward, its gradient
    bool hasBias = false;
    TensorView bias, sum;  // forward with a bias: what is added, and the result
    bool flips = false;
    int64_t pad[2], stride[2], dilation[2];
    float alpha = 1, beta = 0;

    const TensorView& result() const { return pass == Pass::Forward ? (hasBias ? sum : y) : pass == Pass::BackwardData ? x : w; }
    standin::Element operandType() const { return pass == Pass::BackwardData ? w.type : x.type; }
};

/// Reads a graph; a status other than success when it is none that this library knows.
int read_problem(const Descriptor& graph, Problem* problem, std::string* why);

/// An engine: how it computes and what it demands.
struct EngineKind {
    int index;
    const char* name;
    std::vector<int> notes;
    int64_t workspace;
};

/// The engines that the heuristics name for a problem, best first; `fallback` for the other list.
std::vector<EngineKind> engines_for(const Problem& problem, bool fallback);

/// The engine with a global index.
const EngineKind* engine_of(const Problem& problem, int64_t index);

/// Whether an engine can run a problem, as it tells when a plan is finalized.
int check_engine(const EngineKind& engine, const Problem& problem, std::string* why);

/// Runs on device memory that is open: addresses by identifier.
void run(const EngineKind& engine, const Problem& problem, const std::map<int64_t, char*>& addresses);

/// What a test has asked to be refused: bits of `Refusal`.
enum Refusal { RefuseAccumulate = 1, RefuseMixedResult = 2, RefuseBias = 4, RefuseAll = 8 };
extern int refused;

}  // namespace fake_cudnn
