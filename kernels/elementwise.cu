// The engine's elementwise ops: a functor and one line each; elementwise.cuh tells how.
#include "elementwise.cuh"

// y = max(x, 0), a NaN stays one; dL/dx = dL/dy where y > 0.
struct Relu {
    RECEDE_DEVICE float forward(float x) { return x <= 0.f ? 0.f : x; }
    RECEDE_DEVICE float backward(float x, float y, float dy) { (void)x; return y > 0.f ? dy : 0.f; }
};

// y = a + b.
struct Add {
    RECEDE_DEVICE float forward(float a, float b) { return a + b; }
    RECEDE_DEVICE float backward_a(float a, float b, float dy) { (void)a; (void)b; return dy; }
    RECEDE_DEVICE float backward_b(float a, float b, float dy) { (void)a; (void)b; return dy; }
};

UNARY(relu, Relu)

BINARY(add, Add)
