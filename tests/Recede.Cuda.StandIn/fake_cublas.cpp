// cuBLAS: the two products that the engine asks for, column-major as the real one, with its rules for extents, types and
// workspaces.
#include <map>
#include <memory>

#include "fake_numbers.h"
#include "standin.h"

namespace {

using standin::Element;

enum Status { Success = 0, NotInitialized = 1, InvalidValue = 7, ExecutionFailed = 13, NotSupported = 15 };
enum { DisallowReducedPrecision = 16, Tf32Math = 3 };
enum { Compute32F = 68, Compute32FPedantic = 69, Compute32FTf32 = 77 };
enum { Real32F = 0, RealBF16 = 14 };

struct Library {
    void* stream = nullptr;
    int mathMode = 0;
    char* workspace = nullptr;
    size_t workspaceBytes = 0;
};

struct Matrix {
    char* address;
    Element type;
    int leading;
    bool transposed;
    int rows, columns;  // as stored

    size_t bytes() const {
        return rows == 0 || columns == 0 ? 0 : (static_cast<size_t>(columns - 1) * leading + rows) * standin::size_of(type);
    }
    int64_t at(int row, int column) const {
        return transposed ? static_cast<int64_t>(row) * leading + column : static_cast<int64_t>(column) * leading + row;
    }
};

std::map<uintptr_t, std::shared_ptr<Library>> libraries;
uintptr_t nextLibrary = 0xB1A50000;

std::shared_ptr<Library> find(void* handle) {
    const auto found = libraries.find(reinterpret_cast<uintptr_t>(handle));
    if (found != libraries.end()) return found->second;
    standin::report("cublas", "%p is no live handle", handle);
    return nullptr;
}

Matrix matrix(const void* address, Element type, int leading, bool transposed, int rows, int columns) {
    return {static_cast<char*>(const_cast<void*>(address)), type, leading, transposed, transposed ? columns : rows,
            transposed ? rows : columns};
}

bool fits(const Matrix& m) { return m.leading >= (m.rows > 1 ? m.rows : 1); }

bool overlap(const Matrix& a, const Matrix& b) {
    return a.address < b.address + b.bytes() && b.address < a.address + a.bytes();
}

int multiply(const char* name, const std::shared_ptr<Library>& library, Matrix a, Matrix b, Matrix c, int inner, float alpha,
             float beta, bool tf32) {
    const int rows = c.rows, columns = c.columns;
    if (rows == 0 || columns == 0) return Success;
    const Matrix all[] = {a, b, c};
    for (const Matrix& m : all) {
        if (!fits(m)) return InvalidValue;
        if (reinterpret_cast<uintptr_t>(m.address) % standin::size_of(m.type) != 0) {
            standin::report("cublas", "%s: %p is not aligned to its type", name, static_cast<void*>(m.address));
            return InvalidValue;
        }
        if (!standin::require_device_memory(m.address, m.bytes(), name)) return InvalidValue;
    }
    if (overlap(a, c) || overlap(b, c)) standin::report("cublas", "%s: the result overlaps an operand", name);
    if (library->workspace == nullptr) {
        standin::report("cublas", "%s without a workspace of the caller: results may change with the stream's history", name);
    }
    const std::string run = name;
    const auto work = [=] {
        standin::record_run(run);
        if (library->workspace != nullptr) memset(library->workspace, 0xff, library->workspaceBytes < 4096 ? library->workspaceBytes : 4096);
        bool written = true;
        for (int column = 0; column < a.columns; column++) {
            written &= standin::require_written(a.address + static_cast<size_t>(column) * a.leading * standin::size_of(a.type),
                                                a.rows * standin::size_of(a.type), run.c_str());
        }
        for (int column = 0; column < b.columns; column++) {
            written &= standin::require_written(b.address + static_cast<size_t>(column) * b.leading * standin::size_of(b.type),
                                                b.rows * standin::size_of(b.type), run.c_str());
        }
        if (!written) return;
        for (int column = 0; column < columns; column++) {
            char* first = c.address + static_cast<size_t>(column) * c.leading * standin::size_of(c.type);
            const size_t bytes = rows * standin::size_of(c.type);
            if (beta != 0 && !standin::require_written(first, bytes, run.c_str())) return;
            for (int row = 0; row < rows; row++) {
                float sum = 0;
                for (int i = 0; i < inner; i++) {
                    float x = standin::load(a.address, a.type, a.at(row, i)), y = standin::load(b.address, b.type, b.at(i, column));
                    if (tf32) {
                        x = standin::to_tf32(x);
                        y = standin::to_tf32(y);
                    }
                    sum += x * y;
                }
                const float old = beta != 0 ? beta * standin::load(c.address, c.type, c.at(row, column)) : 0;
                standin::store(c.address, c.type, c.at(row, column), alpha * sum + old);
            }
            standin::mark_written(first, bytes);
        }
    };
    return standin::enqueue(library->stream, work) == 0 ? Success : ExecutionFailed;
}

}  // namespace

STANDIN_API int cublasCreate_v2(void** handle) {
    STANDIN_CALL(Cublas);
    if (handle == nullptr) return InvalidValue;
    nextLibrary += 16;
    libraries[nextLibrary] = std::make_shared<Library>();
    *handle = reinterpret_cast<void*>(nextLibrary);
    return Success;
}

STANDIN_API int cublasDestroy_v2(void* handle) {
    STANDIN_CALL(Cublas);
    return libraries.erase(reinterpret_cast<uintptr_t>(handle)) == 1 ? Success : NotInitialized;
}

STANDIN_API int cublasGetVersion_v2(void* handle, int* version) {
    STANDIN_CALL(Cublas);
    if (version == nullptr) return InvalidValue;
    if (handle != nullptr && !find(handle)) return NotInitialized;
    *version = 120803;
    return Success;
}

STANDIN_API int cublasSetStream_v2(void* handle, void* stream) {
    STANDIN_CALL(Cublas);
    const auto library = find(handle);
    if (!library) return NotInitialized;
    if (!standin::stream_exists(stream)) return InvalidValue;
    library->stream = stream;
    // As the real one: back to its own pool.
    library->workspace = nullptr;
    library->workspaceBytes = 0;
    return Success;
}

STANDIN_API int cublasSetMathMode(void* handle, int mode) {
    STANDIN_CALL(Cublas);
    const auto library = find(handle);
    if (!library) return NotInitialized;
    const int base = mode & ~DisallowReducedPrecision;
    if (base < 0 || base > Tf32Math) return InvalidValue;
    library->mathMode = mode;
    return Success;
}

STANDIN_API int cublasSetWorkspace_v2(void* handle, void* workspace, size_t bytes) {
    STANDIN_CALL(Cublas);
    const auto library = find(handle);
    if (!library) return NotInitialized;
    if (reinterpret_cast<uintptr_t>(workspace) % 256 != 0) return InvalidValue;
    if (!standin::require_device_memory(workspace, bytes, "cublasSetWorkspace_v2")) return InvalidValue;
    library->workspace = static_cast<char*>(workspace);
    library->workspaceBytes = bytes;
    return Success;
}

STANDIN_API const char* cublasGetStatusString(int status) {
    standin::count_call(__func__);
    return status == Success ? "the library call was successful" : "the library call failed";
}

STANDIN_API int cublasSgemm_v2(void* handle, int opA, int opB, int m, int n, int k, const float* alpha, const float* a, int lda,
                               const float* b, int ldb, const float* beta, float* c, int ldc) {
    STANDIN_CALL(Cublas);
    const auto library = find(handle);
    if (!library) return NotInitialized;
    if (m < 0 || n < 0 || k < 0 || (opA | opB) >> 1 != 0 || alpha == nullptr || beta == nullptr) return InvalidValue;
    const bool tf32 = (library->mathMode & ~DisallowReducedPrecision) == Tf32Math;
    return multiply("cublasSgemm_v2", library, matrix(a, Element::Float32, lda, opA == 1, m, k),
                    matrix(b, Element::Float32, ldb, opB == 1, k, n), matrix(c, Element::Float32, ldc, false, m, n), k, *alpha,
                    *beta, tf32);
}

STANDIN_API int cublasGemmEx(void* handle, int opA, int opB, int m, int n, int k, const void* alpha, const void* a, int typeA,
                             int lda, const void* b, int typeB, int ldb, const void* beta, void* c, int typeC, int ldc,
                             int compute, int algorithm) {
    STANDIN_CALL(Cublas);
    const auto library = find(handle);
    if (!library) return NotInitialized;
    if (m < 0 || n < 0 || k < 0 || (opA | opB) >> 1 != 0 || alpha == nullptr || beta == nullptr) return InvalidValue;
    if (algorithm != -1) return NotSupported;
    if (compute != Compute32F && compute != Compute32FPedantic && compute != Compute32FTf32) return NotSupported;
    const bool single = typeA == Real32F && typeC == Real32F, brain = typeA == RealBF16 && (typeC == RealBF16 || typeC == Real32F);
    if (typeA != typeB || (!single && !brain) || (compute == Compute32FTf32 && !single)) return NotSupported;
    const Element type = single ? Element::Float32 : Element::BFloat16;
    const Element result = typeC == RealBF16 ? Element::BFloat16 : Element::Float32;
    const bool tf32 = single && (compute == Compute32FTf32 || (library->mathMode & ~DisallowReducedPrecision) == Tf32Math);
    return multiply("cublasGemmEx", library, matrix(a, type, lda, opA == 1, m, k), matrix(b, type, ldb, opB == 1, k, n),
                    matrix(c, result, ldc, false, m, n), k, *static_cast<const float*>(alpha), *static_cast<const float*>(beta), tf32);
}
