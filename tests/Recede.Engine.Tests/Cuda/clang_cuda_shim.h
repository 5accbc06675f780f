// Lets clang compile kernels/*.cu to PTX without a CUDA toolkit (-nocudainc -nocudalib). It only serves the test that the
// kernels compile and what their PTX says of itself: on a GPU they are compiled by NVRTC, which brings all of this.
#pragma once

#define __host__ __attribute__((host))
#define __device__ __attribute__((device))
#define __global__ __attribute__((global))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define __forceinline__ __inline__ __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __align__(n) __attribute__((aligned(n)))
#define __restrict__ __restrict

struct uint3 { unsigned x, y, z; };
struct dim3 {
    unsigned x, y, z;
    __host__ __device__ dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
#include <__clang_cuda_builtin_vars.h>   // threadIdx, blockIdx, blockDim, gridDim, warpSize

struct __align__(8) float2 { float x, y; };
struct __align__(16) float4 { float x, y, z, w; };
struct __align__(16) double2 { double x, y; };
struct __align__(8) int2 { int x, y; };
struct __align__(16) int4 { int x, y, z, w; };
struct __align__(8) uint2 { unsigned x, y; };
struct __align__(16) uint4 { unsigned x, y, z, w; };

#define SHIM static __device__ __forceinline__
SHIM float2 make_float2(float x, float y) { return {x, y}; }
SHIM float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
SHIM int2 make_int2(int x, int y) { return {x, y}; }
SHIM int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }
SHIM uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
SHIM uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }

// Synchronisation and warps. The last operand of a shuffle is ((32 - width) << 8) | clamp, as PTX has it.
SHIM void __syncwarp(unsigned mask = 0xffffffffu) { __nvvm_bar_warp_sync(mask); }
SHIM void __threadfence() { __nvvm_membar_gl(); }
SHIM void __threadfence_block() { __nvvm_membar_cta(); }
SHIM unsigned __activemask() { unsigned mask; asm volatile("activemask.b32 %0;" : "=r"(mask)); return mask; }
SHIM unsigned __ballot_sync(unsigned mask, int predicate) { return __nvvm_vote_ballot_sync(mask, predicate); }
SHIM int __any_sync(unsigned mask, int predicate) { return __nvvm_vote_any_sync(mask, predicate); }
SHIM int __all_sync(unsigned mask, int predicate) { return __nvvm_vote_all_sync(mask, predicate); }
#define SHIM_SHUFFLE(name, builtin, by, clamp) \
    SHIM int name(unsigned mask, int value, by lane, int width = 32) \
    { return __nvvm_shfl_sync_##builtin##_i32(mask, value, lane, ((32 - width) << 8) | clamp); } \
    SHIM unsigned name(unsigned mask, unsigned value, by lane, int width = 32) \
    { return (unsigned)__nvvm_shfl_sync_##builtin##_i32(mask, (int)value, lane, ((32 - width) << 8) | clamp); } \
    SHIM float name(unsigned mask, float value, by lane, int width = 32) \
    { return __nvvm_shfl_sync_##builtin##_f32(mask, value, lane, ((32 - width) << 8) | clamp); }
SHIM_SHUFFLE(__shfl_sync, idx, int, 31)
SHIM_SHUFFLE(__shfl_down_sync, down, unsigned, 31)
SHIM_SHUFFLE(__shfl_up_sync, up, unsigned, 0)
SHIM_SHUFFLE(__shfl_xor_sync, bfly, int, 31)

// Atomics: of integers only, since a float's would depend on the order of threads.
SHIM int atomicAdd(int* p, int v) { return __nvvm_atom_add_gen_i(p, v); }
SHIM unsigned atomicAdd(unsigned* p, unsigned v) { return (unsigned)__nvvm_atom_add_gen_i((int*)p, (int)v); }
SHIM int atomicMax(int* p, int v) { return __nvvm_atom_max_gen_i(p, v); }
SHIM int atomicMin(int* p, int v) { return __nvvm_atom_min_gen_i(p, v); }
SHIM int atomicOr(int* p, int v) { return __nvvm_atom_or_gen_i(p, v); }
SHIM int atomicExch(int* p, int v) { return __nvvm_atom_xchg_gen_i(p, v); }
SHIM unsigned long long atomicMin(unsigned long long* p, unsigned long long v) { return __nvvm_atom_min_gen_ull(p, v); }

SHIM unsigned __float_as_uint(float v) { return __builtin_bit_cast(unsigned, v); }
SHIM float __uint_as_float(unsigned v) { return __builtin_bit_cast(float, v); }
SHIM int __float_as_int(float v) { return __builtin_bit_cast(int, v); }
SHIM float __int_as_float(int v) { return __builtin_bit_cast(float, v); }
SHIM unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)(((unsigned long long)a * b) >> 32); }
SHIM int __popc(unsigned v) { return __builtin_popcount(v); }
SHIM int __ffs(int v) { return __builtin_ffs(v); }
SHIM int __clz(int v) { return v ? __builtin_clz(v) : 32; }
template <class T> SHIM T __ldg(const T* p) { return *p; }
template <class T> SHIM T min(T a, T b) { return a < b ? a : b; }
template <class T> SHIM T max(T a, T b) { return a > b ? a : b; }

SHIM float fmaf(float a, float b, float c) { return __nvvm_fma_rn_f(a, b, c); }
SHIM float fmaxf(float a, float b) { return __nvvm_fmax_f(a, b); }
SHIM float fminf(float a, float b) { return __nvvm_fmin_f(a, b); }
SHIM float fabsf(float v) { return __nvvm_fabs_f(v); }
SHIM float sqrtf(float v) { return __nvvm_sqrt_rn_f(v); }
SHIM float __fadd_rn(float a, float b) { return __nvvm_add_rn_f(a, b); }
SHIM float __fmul_rn(float a, float b) { return __nvvm_mul_rn_f(a, b); }
SHIM float __frcp_rn(float v) { return __nvvm_rcp_rn_f(v); }
SHIM float __fsqrt_rn(float v) { return __nvvm_sqrt_rn_f(v); }
SHIM double sqrt(double v) { return __nvvm_sqrt_rn_d(v); }
SHIM double fma(double a, double b, double c) { return __nvvm_fma_rn_d(a, b, c); }
SHIM double fabs(double v) { return __nvvm_fabs_d(v); }
SHIM bool isfinite(float v) { return (__float_as_uint(v) & 0x7f800000u) != 0x7f800000u; }

// What libdevice brings stays an undeclared outside function: the PTX is looked at, never loaded. The approximate
// intrinsics (__expf, __logf, __fdividef, rsqrtf) are left out on purpose.
extern "C" __device__ float expf(float);
extern "C" __device__ float expm1f(float);
extern "C" __device__ float logf(float);
extern "C" __device__ float log1pf(float);
extern "C" __device__ float tanhf(float);
extern "C" __device__ double exp(double);
extern "C" __device__ double log(double);
extern "C" __device__ double log1p(double);
