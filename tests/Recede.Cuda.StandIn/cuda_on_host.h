// Makes a .cu file a C++ file: handed to g++ by -include. A thread of CUDA is a fiber (executor.h); loads and stores reach
// the checker through the hooks that -fsanitize=thread inserts (access_hooks.cpp).
#pragma once
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <type_traits>

#include "kernel_abi.h"

#define __host__
#define __device__
#define __global__ __attribute__((visibility("default")))
#define __constant__ static const
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
// Plain __shared__ cannot be had on the host (a template's would be a common variable): RECEDE_SHARED is the way.
#define __shared__ static_assert(false, "use RECEDE_SHARED or RECEDE_SHARED_DYNAMIC instead of __shared__");

// ---------------------------------------------------------------- what common.cuh leaves to the host
#define RECEDE_SHARED(T, name, n)                                                                                    \
    static char name##_key;                                                                                          \
    T(&name)[n] = *static_cast<T(*)[n]>(standin_shared_slot(&name##_key, sizeof(T) * (n), alignof(T)))
#define RECEDE_SHARED_DYNAMIC(T, name) T* name = static_cast<T*>(standin_shared_dynamic())
#define RECEDE_KERNEL(name)                                                                                          \
    static const StandinKernel name##_registration{#name, &StandinInvoke<&name>::invoke,                             \
                                                   StandinInvoke<&name>::parameterBytes};                            \
    __attribute__((unused)) static const int name##_registered = (standin_register_kernel(&name##_registration), 0);

template <auto Kernel>
struct StandinInvoke;

template <class Arguments, void (*Kernel)(Arguments)>
struct StandinInvoke<Kernel> {
    static_assert(std::is_trivially_copyable_v<Arguments>, "a kernel's arguments are copied as bytes");
    static_assert(sizeof(Arguments) <= 4096, "a kernel takes at most 4096 bytes of arguments");
    static constexpr uint32_t parameterBytes = sizeof(Arguments);

    __attribute__((no_sanitize("thread", "undefined"))) static void invoke(const void* arguments) {
        Kernel(*static_cast<const std::remove_const_t<Arguments>*>(arguments));
    }
};

// ---------------------------------------------------------------- built-in variables
using uint3 = StandinIndex;
#define threadIdx (standin_thread_index())
#define blockIdx (standin_block_index())
#define blockDim (standin_block_size())
#define gridDim (standin_grid_size())
#define warpSize 32

// ---------------------------------------------------------------- vector types, aligned as CUDA's
#define STANDIN_VECTOR2(name, T, alignment)                                                                          \
    struct alignas(alignment) name {                                                                                 \
        T x, y;                                                                                                      \
    };                                                                                                               \
    inline name make_##name(T x, T y) { return {x, y}; }
#define STANDIN_VECTOR4(name, T, alignment)                                                                          \
    struct alignas(alignment) name {                                                                                 \
        T x, y, z, w;                                                                                                \
    };                                                                                                               \
    inline name make_##name(T x, T y, T z, T w) { return {x, y, z, w}; }
STANDIN_VECTOR2(char2, signed char, 2)
STANDIN_VECTOR2(uchar2, unsigned char, 2)
STANDIN_VECTOR2(short2, short, 4)
STANDIN_VECTOR2(ushort2, unsigned short, 4)
STANDIN_VECTOR2(int2, int, 8)
STANDIN_VECTOR2(uint2, unsigned, 8)
STANDIN_VECTOR2(longlong2, long long, 16)
STANDIN_VECTOR2(ulonglong2, unsigned long long, 16)
STANDIN_VECTOR2(float2, float, 8)
STANDIN_VECTOR2(double2, double, 16)
STANDIN_VECTOR4(char4, signed char, 4)
STANDIN_VECTOR4(uchar4, unsigned char, 4)
STANDIN_VECTOR4(short4, short, 8)
STANDIN_VECTOR4(ushort4, unsigned short, 8)
STANDIN_VECTOR4(int4, int, 16)
STANDIN_VECTOR4(uint4, unsigned, 16)
STANDIN_VECTOR4(float4, float, 16)
struct float3 {
    float x, y, z;
};
struct int3 {
    int x, y, z;
};
inline float3 make_float3(float x, float y, float z) { return {x, y, z}; }
inline int3 make_int3(int x, int y, int z) { return {x, y, z}; }

// ---------------------------------------------------------------- bits and numbers
template <class To, class From>
inline To standin_bits(From value) {
    static_assert(sizeof(To) == sizeof(From), "reinterpreted as a type of the same size");
    return __builtin_bit_cast(To, value);
}
inline unsigned __float_as_uint(float value) { return standin_bits<unsigned>(value); }
inline int __float_as_int(float value) { return standin_bits<int>(value); }
inline float __uint_as_float(unsigned bits) { return standin_bits<float>(bits); }
inline float __int_as_float(int bits) { return standin_bits<float>(bits); }
inline long long __double_as_longlong(double value) { return standin_bits<long long>(value); }
inline double __longlong_as_double(long long bits) { return standin_bits<double>(bits); }
inline int __popc(unsigned value) { return __builtin_popcount(value); }
inline int __popcll(unsigned long long value) { return __builtin_popcountll(value); }
inline int __ffs(int value) { return __builtin_ffs(value); }
inline int __clz(int value) { return value ? __builtin_clz(static_cast<unsigned>(value)) : 32; }
inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned>((static_cast<uint64_t>(a) * b) >> 32); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return static_cast<unsigned long long>((static_cast<unsigned __int128>(a) * b) >> 64);
}
inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline double rsqrt(double x) { return 1.0 / sqrt(x); }
inline float __expf(float x) { return expf(x); }
inline float __logf(float x) { return logf(x); }
inline float __powf(float x, float y) { return powf(x, y); }
inline float __fdividef(float a, float b) { return a / b; }
inline float __frcp_rn(float x) { return 1.0f / x; }
inline float __fsqrt_rn(float x) { return sqrtf(x); }
inline float __frsqrt_rn(float x) { return static_cast<float>(1.0 / sqrt(static_cast<double>(x))); }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
inline float __saturatef(float x) { return x > 0 ? (x < 1 ? x : 1.0f) : 0.0f; }
inline int __float2int_rn(float x) { return static_cast<int>(nearbyintf(x)); }
inline int __float2int_rz(float x) { return static_cast<int>(x); }
inline int __float2int_rd(float x) { return static_cast<int>(floorf(x)); }
inline float __int2float_rn(int x) { return static_cast<float>(x); }
inline float __uint2float_rn(unsigned x) { return static_cast<float>(x); }
template <class T>
inline T __ldg(const T* address) {
    return *address;
}
template <class T>
inline T min(T a, T b) {
    return b < a ? b : a;
}
template <class T>
inline T max(T a, T b) {
    return a < b ? b : a;
}
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
inline double max(double a, double b) { return fmax(a, b); }

// ---------------------------------------------------------------- barriers and collectives
#define __syncthreads() standin_block_barrier(__FILE__, __LINE__, __COUNTER__)
inline void __threadfence() {}
inline void __threadfence_block() {}

// A call site of a collective, by default argument: a macro could not take its optional last arguments.
#define STANDIN_SITE const char *file = __builtin_FILE(), int line = __builtin_LINE()

template <class T>
inline T standin_shuffle(int operation, unsigned mask, T value, int argument, int width, const char* file, int line) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "CUDA shuffles 4 and 8 bytes");
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof value);
    bits = standin_warp(operation, mask, bits, argument, width, file, line);
    memcpy(&value, &bits, sizeof value);
    return value;
}
template <class T>
inline T __shfl_sync(unsigned mask, T value, int lane, int width = 32, STANDIN_SITE) {
    return standin_shuffle(StandinShuffleIndex, mask, value, lane, width, file, line);
}
template <class T>
inline T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, STANDIN_SITE) {
    return standin_shuffle(StandinShuffleUp, mask, value, static_cast<int>(delta), width, file, line);
}
template <class T>
inline T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, STANDIN_SITE) {
    return standin_shuffle(StandinShuffleDown, mask, value, static_cast<int>(delta), width, file, line);
}
template <class T>
inline T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = 32, STANDIN_SITE) {
    return standin_shuffle(StandinShuffleXor, mask, value, lanes, width, file, line);
}
inline void __syncwarp(unsigned mask = 0xffffffffu, STANDIN_SITE) {
    standin_warp(StandinWarpBarrier, mask, 0, 0, 32, file, line);
}
inline unsigned __ballot_sync(unsigned mask, int predicate, STANDIN_SITE) {
    return static_cast<unsigned>(standin_warp(StandinBallot, mask, predicate != 0, 0, 32, file, line));
}
inline int __any_sync(unsigned mask, int predicate, STANDIN_SITE) {
    return __ballot_sync(mask, predicate, file, line) != 0;
}
inline int __all_sync(unsigned mask, int predicate, STANDIN_SITE) {
    return __ballot_sync(mask, predicate, file, line) == mask;
}

// ---------------------------------------------------------------- atomics: relaxed, as on the device
// One OS thread runs all fibers, and none is switched inside these: plain code is atomic once the checker was told.
// Never inlined, so that they return to the kernel's own line.
#define STANDIN_ATOMIC __attribute__((no_sanitize("thread"), noinline)) inline
#define STANDIN_READ_MODIFY_WRITE(name, T, expression)                                                               \
    STANDIN_ATOMIC T name(T* address, T value) {                                                                     \
        standin_atomic(address, sizeof(T), __builtin_return_address(0));                                             \
        const T old = *address;                                                                                      \
        *address = (expression);                                                                                     \
        return old;                                                                                                  \
    }
// Sums wrap, as on the device.
#define STANDIN_WRAPPED(T) static_cast<T>(static_cast<std::make_unsigned_t<T>>(old) + static_cast<std::make_unsigned_t<T>>(value))
STANDIN_READ_MODIFY_WRITE(atomicAdd, float, old + value)
STANDIN_READ_MODIFY_WRITE(atomicAdd, double, old + value)
STANDIN_READ_MODIFY_WRITE(atomicAdd, int, STANDIN_WRAPPED(int))
STANDIN_READ_MODIFY_WRITE(atomicAdd, unsigned, old + value)
STANDIN_READ_MODIFY_WRITE(atomicAdd, unsigned long long, old + value)
#define STANDIN_INTEGER_ATOMICS(T)                                                                                   \
    STANDIN_READ_MODIFY_WRITE(atomicMin, T, value < old ? value : old)                                               \
    STANDIN_READ_MODIFY_WRITE(atomicMax, T, value > old ? value : old)                                               \
    STANDIN_READ_MODIFY_WRITE(atomicAnd, T, old & value)                                                             \
    STANDIN_READ_MODIFY_WRITE(atomicOr, T, old | value)                                                              \
    STANDIN_READ_MODIFY_WRITE(atomicXor, T, old ^ value)                                                             \
    STANDIN_READ_MODIFY_WRITE(atomicExch, T, value)                                                                  \
    STANDIN_ATOMIC T atomicCAS(T* address, T expected, T desired) {                                                  \
        standin_atomic(address, sizeof(T), __builtin_return_address(0));                                             \
        const T old = *address;                                                                                      \
        *address = old == expected ? desired : old;                                                                  \
        return old;                                                                                                  \
    }
STANDIN_INTEGER_ATOMICS(int)
STANDIN_INTEGER_ATOMICS(unsigned)
STANDIN_INTEGER_ATOMICS(unsigned long long)
STANDIN_READ_MODIFY_WRITE(atomicExch, float, value)
