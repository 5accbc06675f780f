// What every elementwise kernel shares: an op is a functor and one line, which makes its kernels.
//   UNARY(relu, Relu)   relu_forward_f32, relu_forward_bf16, relu_backward_f32, relu_backward_bf16
//   BINARY(add, Add)    add_forward_*, add_backward_a_*, add_backward_b_*
// A functor computes in float32 whatever the type of the activations. It is the twin of the C# function of the same op in
// src/Recede.Engine/Ops/Elementwise, which names the kernels and says what of x and y its gradient reads; what it does not
// read is a null pointer and comes as zeros. A kernel from elsewhere can include this file too.
#pragma once

#include "common.cuh"

struct UnaryForwardArguments {
    const void* x;
    void* y;
    long long count;
    int channels;
    int padded;
    int masks;
};

struct UnaryBackwardArguments {
    const void* x;
    const void* y;
    const void* dy;
    void* dx;
    long long count;
    int channels;
    int padded;
    int masks;
    int accumulate;
};

struct BinaryForwardArguments {
    const void* a;
    const void* b;
    void* y;
    long long count;
};

struct BinaryBackwardArguments {
    const void* a;
    const void* b;
    const void* dy;
    void* dx;
    long long count;
    int accumulate;
};

// Zeros in the lanes that are beyond the last channel.
template <class T>
RECEDE_DEVICE void mask_padding(Pack<T>& v, long long vector, int channels, int padded) {
    const int first = (int)(vector * Pack<T>::Width % padded);
    for (int lane = 0; lane < Pack<T>::Width; lane++) {
        if (first + lane >= channels) v.v[lane] = 0.f;
    }
}

template <class T>
RECEDE_DEVICE Pack<T> load_or_zeros(const T* p, long long vector) {
    return p ? load_pack(p + vector * Pack<T>::Width) : zero_pack<T>();
}

template <class T, class F>
static __device__ void unary_forward(const UnaryForwardArguments& a) {
    const T* __restrict__ x = (const T*)a.x;
    T* __restrict__ y = (T*)a.y;
    const long long vectors = a.count / Pack<T>::Width;
    for (long long i = global_thread(); i < vectors; i += grid_threads()) {
        Pack<T> v = load_pack(x + i * Pack<T>::Width);
        for (int lane = 0; lane < Pack<T>::Width; lane++) v.v[lane] = F::forward(v.v[lane]);
        if (a.masks) mask_padding(v, i, a.channels, a.padded);
        store_pack(y + i * Pack<T>::Width, v);
    }
}

template <class T, class F>
static __device__ void unary_backward(const UnaryBackwardArguments& a) {
    const T* __restrict__ x = (const T*)a.x;
    const T* __restrict__ y = (const T*)a.y;
    const T* __restrict__ dy = (const T*)a.dy;
    T* __restrict__ dx = (T*)a.dx;
    const long long vectors = a.count / Pack<T>::Width;
    for (long long i = global_thread(); i < vectors; i += grid_threads()) {
        const Pack<T> from_x = load_or_zeros(x, i), from_y = load_or_zeros(y, i);
        Pack<T> v = load_pack(dy + i * Pack<T>::Width);
        for (int lane = 0; lane < Pack<T>::Width; lane++) {
            v.v[lane] = F::backward(from_x.v[lane], from_y.v[lane], v.v[lane]);
        }
        if (a.masks) mask_padding(v, i, a.channels, a.padded);
        put_pack(dx + i * Pack<T>::Width, v, a.accumulate);
    }
}

template <class T, class F>
static __device__ void binary_forward(const BinaryForwardArguments& args) {
    const T* __restrict__ a = (const T*)args.a;
    const T* __restrict__ b = (const T*)args.b;
    T* __restrict__ y = (T*)args.y;
    const long long vectors = args.count / Pack<T>::Width;
    for (long long i = global_thread(); i < vectors; i += grid_threads()) {
        Pack<T> v = load_pack(a + i * Pack<T>::Width);
        const Pack<T> w = load_pack(b + i * Pack<T>::Width);
        for (int lane = 0; lane < Pack<T>::Width; lane++) v.v[lane] = F::forward(v.v[lane], w.v[lane]);
        store_pack(y + i * Pack<T>::Width, v);
    }
}

template <class T, class F, bool Second>
static __device__ void binary_backward(const BinaryBackwardArguments& args) {
    const T* __restrict__ a = (const T*)args.a;
    const T* __restrict__ b = (const T*)args.b;
    const T* __restrict__ dy = (const T*)args.dy;
    T* __restrict__ dx = (T*)args.dx;
    const long long vectors = args.count / Pack<T>::Width;
    for (long long i = global_thread(); i < vectors; i += grid_threads()) {
        const Pack<T> from_a = load_or_zeros(a, i), from_b = load_or_zeros(b, i);
        Pack<T> v = load_pack(dy + i * Pack<T>::Width);
        for (int lane = 0; lane < Pack<T>::Width; lane++) {
            v.v[lane] = Second ? F::backward_b(from_a.v[lane], from_b.v[lane], v.v[lane])
                                : F::backward_a(from_a.v[lane], from_b.v[lane], v.v[lane]);
        }
        put_pack(dx + i * Pack<T>::Width, v, args.accumulate);
    }
}

// Shapes: x, y, dy, dx [N, H, W, C], count elements with their padding.
// Grid: one thread a 16-byte vector, grid-stride; block 256 (the launcher's choice); no shared memory.
// Bytes: every array named is read or written once, dx also read where it accumulates.
// Deterministic: every element has one writer.
#define UNARY_FOR(name, F, type, suffix) \
    extern "C" __global__ void __launch_bounds__(256) name##_forward_##suffix(const UnaryForwardArguments a) { unary_forward<type, F>(a); } \
    RECEDE_KERNEL(name##_forward_##suffix) \
    extern "C" __global__ void __launch_bounds__(256) name##_backward_##suffix(const UnaryBackwardArguments a) { unary_backward<type, F>(a); } \
    RECEDE_KERNEL(name##_backward_##suffix)
#define UNARY(name, F) UNARY_FOR(name, F, float, f32) UNARY_FOR(name, F, bf16, bf16)

// Shapes: a, b, y, dy, dx [N, H, W, C], count elements with their padding.
// Grid: one thread a 16-byte vector, grid-stride; block 256 (the launcher's choice); no shared memory.
// Bytes: every array named is read or written once, dx also read where it accumulates.
// Deterministic: every element has one writer.
#define BINARY_FOR(name, F, type, suffix) \
    extern "C" __global__ void __launch_bounds__(256) name##_forward_##suffix(const BinaryForwardArguments a) { binary_forward<type, F>(a); } \
    RECEDE_KERNEL(name##_forward_##suffix) \
    extern "C" __global__ void __launch_bounds__(256) name##_backward_a_##suffix(const BinaryBackwardArguments a) { binary_backward<type, F, false>(a); } \
    RECEDE_KERNEL(name##_backward_a_##suffix) \
    extern "C" __global__ void __launch_bounds__(256) name##_backward_b_##suffix(const BinaryBackwardArguments a) { binary_backward<type, F, true>(a); } \
    RECEDE_KERNEL(name##_backward_b_##suffix)
#define BINARY(name, F) BINARY_FOR(name, F, float, f32) BINARY_FOR(name, F, bf16, bf16)
