// The end of a captured step.
#include "common.cuh"

// Devices/Cuda/StepState.cs.
struct StepState {
    unsigned long long step;
    unsigned long long epoch;
    float learningRate;
    int bad;
    float loss;
    float penalty;
    float correct;
    int unused;
};

struct StepResultsArguments {
    const float* loss;
    const float* penalty;   // null: none
    const float* correct;
    const unsigned long long* fault;   // CudaDevice.FaultWord
    StepState* state;
};

// Gathers what the host reads of a step, and says that the step is bad where loss or penalty is not finite or a kernel met bad
// values: the update that follows then leaves the parameters as they are.
// Shapes: scalars. Grid 1, block 1; no shared memory.
// Bytes: 20 read, 16 written.
// Deterministic: one thread.
extern "C" __global__ void __launch_bounds__(1) step_results(const StepResultsArguments a) {
    const float loss = *a.loss;
    const float penalty = a.penalty ? *a.penalty : 0.0f;
    a.state->loss = loss;
    a.state->penalty = penalty;
    a.state->correct = *a.correct;
    if (!is_finite(loss) || !is_finite(penalty) || *a.fault != ~0ull) a.state->bad = -1;
}
RECEDE_KERNEL(step_results)
