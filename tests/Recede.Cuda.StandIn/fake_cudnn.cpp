// cuDNN 9's graph (backend) API, as much of it as convolutions need: descriptors with typed attributes that are checked when
// they are set and when they are finalized, heuristics, engine configurations, plans, variant packs.
#include <algorithm>

#include "fake_cudnn_api.h"
#include "standin.h"

namespace fake_cudnn {
namespace {

// Addresses of nothing, never given twice: a use after the end is seen.
std::map<uintptr_t, std::shared_ptr<Library>> libraries;
std::map<uintptr_t, std::shared_ptr<Descriptor>> descriptors;
uintptr_t nextHandle = 0xD1150000;
thread_local std::string lastMessage;

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

}  // namespace

int fail(int status, const std::string& message) {
    lastMessage = message;
    return status;
}

std::string text(const char* format, long long a, long long b) {
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
