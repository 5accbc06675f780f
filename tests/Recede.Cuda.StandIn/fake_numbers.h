// Element types of the fake libraries, and the roundings that tell them apart.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <vector>

namespace standin {

enum class Element { Float32, BFloat16 };

inline size_t size_of(Element type) { return type == Element::BFloat16 ? 2 : 4; }

inline uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

inline float float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// To the nearest number with so many bits of mantissa fewer, ties to even.
inline float rounded(float value, int dropped) {
    if (!isfinite(value)) return value;
    const uint32_t bits = bits_of(value);
    return float_of((bits + (1u << (dropped - 1)) - 1 + ((bits >> dropped) & 1)) >> dropped << dropped);
}

inline float to_bf16(float value) { return rounded(value, 16); }
inline float to_tf32(float value) { return rounded(value, 13); }

inline float load(const void* base, Element type, int64_t index) {
    if (type == Element::Float32) return static_cast<const float*>(base)[index];
    return float_of(static_cast<uint32_t>(static_cast<const uint16_t*>(base)[index]) << 16);
}

inline void store(void* base, Element type, int64_t index, float value) {
    if (type == Element::Float32) {
        static_cast<float*>(base)[index] = value;
    } else {
        const uint32_t bits = bits_of(to_bf16(value));
        static_cast<uint16_t*>(base)[index] = static_cast<uint16_t>(isnan(value) ? 0x7fff : bits >> 16);
    }
}

}  // namespace standin
