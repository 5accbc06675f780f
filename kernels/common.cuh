// What the kernels share: element types, 16-byte vectors, reductions, stable logistic functions, random numbers, faults.
//
// Three compilers read the kernels: NVRTC on the user's machine (no system header is included, this file is handed over in
// memory), clang for a check that needs no toolkit, and g++ for tests on the host. Only the macros of the first section tell
// a GPU from the host: a host build defines RECEDE_HOST and brings them, CUDA's built-ins and the C mathematics with a header
// given by -include; it compiles with -fno-strict-aliasing and -ffp-contract=off.
//
// Memory, everywhere: activations [N][H][W][Cp] with the channels C padded to Cp, a multiple of 8, and padding zero. Tensors
// start at 64 bytes and a pixel takes Cp * 4 or Cp * 2 bytes, multiples of 16: loads and stores of 16 bytes along the
// channels are aligned by layout, and need no test.
#pragma once

#ifndef RECEDE_HOST
// Registers a kernel with the host's launcher; a GPU finds kernels by name.
#define RECEDE_KERNEL(name)
// A static shared array.
#define RECEDE_SHARED(T, name, n) __shared__ T name[n]
// The dynamic shared memory of the launch, as an array of T.
#define RECEDE_SHARED_DYNAMIC(T, name)                                  \
    extern __shared__ __align__(16) unsigned char recede_shared_bytes[]; \
    T* name = reinterpret_cast<T*>(recede_shared_bytes)
#endif

#define RECEDE_DEVICE static __device__ __forceinline__

// ---- Element types ----------------------------------------------------------------------------------------------------

// The upper half of a float.
struct bf16 {
    unsigned short bits;
};

RECEDE_DEVICE float to_float(float value) { return value; }

RECEDE_DEVICE float to_float(bf16 value) { return __uint_as_float(static_cast<unsigned>(value.bits) << 16); }

// Bits of the nearest bfloat16, ties to even; a NaN stays one.
RECEDE_DEVICE unsigned bf16_bits(float value) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    unsigned short bits;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(value));
    return bits;
#else
    const unsigned bits = __float_as_uint(value);
    return (bits & 0x7fffffffu) > 0x7f800000u ? 0x7fffu : (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
#endif
}

// Two of them, the first in the lower half.
RECEDE_DEVICE unsigned bf16_pair(float low, float high) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    unsigned pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
#else
    return bf16_bits(low) | (bf16_bits(high) << 16);
#endif
}

template <class T>
struct Converted;

template <>
struct Converted<float> {
    RECEDE_DEVICE float from(float value) { return value; }
};

template <>
struct Converted<bf16> {
    RECEDE_DEVICE bf16 from(float value) {
        bf16 result;
        result.bits = static_cast<unsigned short>(bf16_bits(value));
        return result;
    }
};

// The nearest T.
template <class T>
RECEDE_DEVICE T from_float(float value) { return Converted<T>::from(value); }

// ---- Vectors ----------------------------------------------------------------------------------------------------------

// What one 16-byte load brings of a type: 4 floats or 8 bfloat16, as floats. Width divides Cp.
template <class T>
struct Pack {
    static constexpr int Width = 16 / static_cast<int>(sizeof(T));
    float v[Width];
};

RECEDE_DEVICE Pack<float> load_pack(const float* at) {
    const float4 raw = *reinterpret_cast<const float4*>(at);
    Pack<float> pack;
    pack.v[0] = raw.x;
    pack.v[1] = raw.y;
    pack.v[2] = raw.z;
    pack.v[3] = raw.w;
    return pack;
}

RECEDE_DEVICE Pack<bf16> load_pack(const bf16* at) {
    const uint4 raw = *reinterpret_cast<const uint4*>(at);
    const unsigned words[4] = {raw.x, raw.y, raw.z, raw.w};
    Pack<bf16> pack;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        pack.v[2 * i] = __uint_as_float(words[i] << 16);
        pack.v[2 * i + 1] = __uint_as_float(words[i] & 0xffff0000u);
    }
    return pack;
}

RECEDE_DEVICE void store_pack(float* at, const Pack<float>& pack) {
    float4 raw;
    raw.x = pack.v[0];
    raw.y = pack.v[1];
    raw.z = pack.v[2];
    raw.w = pack.v[3];
    *reinterpret_cast<float4*>(at) = raw;
}

RECEDE_DEVICE void store_pack(bf16* at, const Pack<bf16>& pack) {
    uint4 raw;
    raw.x = bf16_pair(pack.v[0], pack.v[1]);
    raw.y = bf16_pair(pack.v[2], pack.v[3]);
    raw.z = bf16_pair(pack.v[4], pack.v[5]);
    raw.w = bf16_pair(pack.v[6], pack.v[7]);
    *reinterpret_cast<uint4*>(at) = raw;
}

// A vector with every value zero.
template <class T>
RECEDE_DEVICE Pack<T> zero_pack() {
    Pack<T> pack;
#pragma unroll
    for (int i = 0; i < Pack<T>::Width; i++) pack.v[i] = 0.0f;
    return pack;
}

// Writes a vector, or adds it to what is there.
template <class T>
RECEDE_DEVICE void put_pack(T* at, Pack<T> pack, int accumulate) {
    if (accumulate) {
        const Pack<T> held = load_pack(at);
#pragma unroll
        for (int i = 0; i < Pack<T>::Width; i++) pack.v[i] = held.v[i] + pack.v[i];
    }
    store_pack(at, pack);
}

// As many float parameters as a pack of T has values: statistics, scales and other per-channel floats.
template <class T>
RECEDE_DEVICE Pack<T> load_floats(const float* at) {
    Pack<T> pack;
#pragma unroll
    for (int i = 0; i < Pack<T>::Width; i += 4) {
        const Pack<float> part = load_pack(at + i);
#pragma unroll
        for (int j = 0; j < 4; j++) pack.v[i + j] = part.v[j];
    }
    return pack;
}

template <class T>
RECEDE_DEVICE void store_floats(float* at, const Pack<T>& pack) {
#pragma unroll
    for (int i = 0; i < Pack<T>::Width; i += 4) {
        Pack<float> part;
#pragma unroll
        for (int j = 0; j < 4; j++) part.v[j] = pack.v[i + j];
        store_pack(at + i, part);
    }
}

// Eight values of either type: all lanes of a block of channels. Floats take two loads, so where only bandwidth counts a
// Pack is better, whose neighbours in a warp are neighbours in memory for both types.
struct Float8 {
    float v[8];
};

RECEDE_DEVICE Float8 load8(const float* at) {
    const Pack<bf16> wide = load_floats<bf16>(at);
    Float8 result;
#pragma unroll
    for (int i = 0; i < 8; i++) result.v[i] = wide.v[i];
    return result;
}

RECEDE_DEVICE Float8 load8(const bf16* at) {
    const Pack<bf16> pack = load_pack(at);
    Float8 result;
#pragma unroll
    for (int i = 0; i < 8; i++) result.v[i] = pack.v[i];
    return result;
}

RECEDE_DEVICE void store8(float* at, const Float8& value) {
    Pack<bf16> wide;
#pragma unroll
    for (int i = 0; i < 8; i++) wide.v[i] = value.v[i];
    store_floats<bf16>(at, wide);
}

RECEDE_DEVICE void store8(bf16* at, const Float8& value) {
    Pack<bf16> pack;
#pragma unroll
    for (int i = 0; i < 8; i++) pack.v[i] = value.v[i];
    store_pack(at, pack);
}

// ---- Indices ----------------------------------------------------------------------------------------------------------

RECEDE_DEVICE long long global_thread() { return static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x; }

RECEDE_DEVICE long long grid_threads() { return static_cast<long long>(gridDim.x) * blockDim.x; }

template <class T>
RECEDE_DEVICE T ceil_div(T value, T by) { return (value + by - 1) / by; }

// n / d for n below 2^31, with the multiplier and shift that FastDivision.Of(d) tells: a multiplication instead of the
// twenty instructions of a division.
RECEDE_DEVICE unsigned fast_divide(unsigned n, unsigned multiplier, int shift) {
    return (static_cast<unsigned>((static_cast<unsigned long long>(n) * multiplier) >> 32) + n) >> shift;
}

RECEDE_DEVICE bool is_finite(float value) { return (__float_as_uint(value) & 0x7f800000u) != 0x7f800000u; }

// ---- Reductions: the order of every sum is fixed ------------------------------------------------------------------------

// All 32 lanes get the sum. Every lane of the warp must call.
RECEDE_DEVICE float warp_sum(float value) {
#pragma unroll
    for (int offset = 16; offset > 0; offset >>= 1) value += __shfl_xor_sync(0xffffffffu, value, offset);
    return value;
}

RECEDE_DEVICE int warp_sum(int value) {
#pragma unroll
    for (int offset = 16; offset > 0; offset >>= 1) value += __shfl_xor_sync(0xffffffffu, value, offset);
    return value;
}

// A lane's double from another lane, as two words.
RECEDE_DEVICE double shuffle_xor(double value, int offset) {
    union {
        double number;
        int words[2];
    } bits;
    bits.number = value;
    bits.words[0] = __shfl_xor_sync(0xffffffffu, bits.words[0], offset);
    bits.words[1] = __shfl_xor_sync(0xffffffffu, bits.words[1], offset);
    return bits.number;
}

RECEDE_DEVICE double warp_sum(double value) {
#pragma unroll
    for (int offset = 16; offset > 0; offset >>= 1) value += shuffle_xor(value, offset);
    return value;
}

RECEDE_DEVICE float warp_max(float value) {
#pragma unroll
    for (int offset = 16; offset > 0; offset >>= 1) value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, offset));
    return value;
}

// The sum over a one-dimensional block of whole warps, at most 1024 threads; every thread must call, thread 0 gets it.
// shared holds a value a warp (32 suffice) and may be used again after the next __syncthreads.
template <class T>
RECEDE_DEVICE T block_sum(T value, T* shared) {
    const int lane = static_cast<int>(threadIdx.x) & 31, warp = static_cast<int>(threadIdx.x) >> 5;
    value = warp_sum(value);
    if (lane == 0) shared[warp] = value;
    __syncthreads();
    if (warp == 0) {
        value = lane < static_cast<int>(blockDim.x) >> 5 ? shared[lane] : T(0);
        value = warp_sum(value);
    }
    return value;
}

// ---- Logistic functions: formed from e = exp(-|z|) <= 1, so nothing overflows or cancels for any finite z ----------------

RECEDE_DEVICE float sigmoid(float z) {
    const float e = expf(-fabsf(z));
    return (z >= 0.0f ? 1.0f : e) / (1.0f + e);
}

RECEDE_DEVICE double sigmoid(double z) {
    const double e = exp(-fabs(z));
    return (z >= 0.0 ? 1.0 : e) / (1.0 + e);
}

// sigmoid(z) (1 - sigmoid(z)), right also where the sigmoid rounds to 1.
RECEDE_DEVICE float sigmoid_slope(float z) {
    const float e = expf(-fabsf(z));
    return e / ((1.0f + e) * (1.0f + e));
}

RECEDE_DEVICE double sigmoid_slope(double z) {
    const double e = exp(-fabs(z));
    return e / ((1.0 + e) * (1.0 + e));
}

// ln(1 + exp(z)); -ln sigmoid(z) is softplus(-z).
RECEDE_DEVICE double softplus(double z) {
    const double e = exp(-fabs(z)), u = 1.0 + e;
    // The quotient takes out what rounding 1 + e did to a small e.
    return (z > 0.0 ? z : 0.0) + (u == 1.0 ? e : log(u) * (e / (u - 1.0)));
}

// ---- Random numbers: Philox4x32-10, bit for bit as Core/Philox.cs --------------------------------------------------------

struct PhiloxBlock {
    unsigned x, y, z, w;
};

RECEDE_DEVICE PhiloxBlock philox_block(unsigned long long seed, unsigned long long stream, unsigned long long counter) {
    unsigned x = static_cast<unsigned>(counter), y = static_cast<unsigned>(counter >> 32);
    unsigned z = static_cast<unsigned>(stream), w = static_cast<unsigned>(stream >> 32);
    unsigned k0 = static_cast<unsigned>(seed), k1 = static_cast<unsigned>(seed >> 32);
#pragma unroll
    for (int round = 0; round < 10; round++) {
        const unsigned long long a = 0xD2511F53ull * x, b = 0xCD9E8D57ull * z;
        x = static_cast<unsigned>(b >> 32) ^ y ^ k0;
        y = static_cast<unsigned>(b);
        z = static_cast<unsigned>(a >> 32) ^ w ^ k1;
        w = static_cast<unsigned>(a);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    PhiloxBlock block;
    block.x = x;
    block.y = y;
    block.z = z;
    block.w = w;
    return block;
}

// Uniform 32-bit integer number counter of a stream.
RECEDE_DEVICE unsigned philox_uint(unsigned long long seed, unsigned long long stream, unsigned long long counter) {
    const PhiloxBlock block = philox_block(seed, stream, counter >> 2);
    const unsigned word = static_cast<unsigned>(counter & 3);
    return word == 0 ? block.x : word == 1 ? block.y : word == 2 ? block.z : block.w;
}

// In [0, bound), from 32 random bits.
RECEDE_DEVICE int philox_below(int bound, unsigned bits) {
    return static_cast<int>((static_cast<unsigned long long>(bits) * static_cast<unsigned long long>(bound)) >> 32);
}

// In [0, 1) with 24 random bits, from 32.
RECEDE_DEVICE float philox_uniform(unsigned bits) { return static_cast<float>(bits >> 8) * (1.0f / 16777216.0f); }

// ---- Faults: bad values that only a kernel sees, as Devices/Cuda/CudaFault.cs tells --------------------------------------

#define RECEDE_FAULT_LABEL_OUT_OF_RANGE 1

// The first row wins, whatever the order of threads. A row takes 24 bits, the last value stands for all beyond.
RECEDE_DEVICE void report_fault(unsigned long long* word, int kind, long long row, int value) {
    const unsigned long long place = static_cast<unsigned long long>(row < 0xffffff ? row : 0xffffff);
    atomicMin(word, (static_cast<unsigned long long>(kind) << 56) | (place << 32) | static_cast<unsigned>(value));
}
