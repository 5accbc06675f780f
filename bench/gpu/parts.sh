# The parts of run.sh, which reads this file.

# limited PART COMMAND...: a command with a part's time, its output also in a log.
limited() {
    local part=$1 seconds
    shift
    seconds=$(awk -v m="$minutes" 'BEGIN { print int(m * 60) }')
    timeout --kill-after=15 "$seconds" "$@" 2>&1 </dev/null | tee "$results/$part.log"
    return "${PIPESTATUS[0]}"
}

run_part() {
    case $1 in
        check) run_check ;;
        tests) run_tests tests ;;
        sanitizer-*) run_sanitizer "$1" "${1#sanitizer-}" ;;
        kernels-*) run_kernels "$1" "${1#kernels-}" ;;
        steps-*) run_steps "$1" "${1#steps-}" ;;
        recipe-start) recipe_start ;;
        recipe-status) recipe_status ;;
        recipe-stop) recipe_stop ;;
        *) echo "no part $1"; return 2 ;;
    esac
}

# Seconds for a part's own budget: it ends by itself before it is stopped.
budget() { awk -v m="$minutes" 'BEGIN { s = int(m * 60) - 60; print (s > 20 ? s : 20) }'; }

run_check() {
    local tiny=()
    [ -z "$stand_in" ] || tiny=(--kernels elementwise.cu penalty.cu --case tiny_bs2 --pruned 0.5)
    limited devices "${recede[@]}" devices
    limited check "${bench[@]}" gpu-check --json "$results/check.json" --budget "$(budget)" "${tiny[@]}"
}

# run_tests PART [COMMAND...]: the tests, in as many processes as it takes: one that loses its GPU's context, or dies in a
# test, is followed by another that goes on behind that test.
run_tests() {
    local part=$1 code=75 began=$SECONDS all limit log=$results/$1.jsonl names=()
    shift
    all=$(awk -v m="$minutes" 'BEGIN { print int(m * 60) }')
    rm -f "$log" "$results/$part.log"
    if [ -n "$stand_in" ]; then
        names=(--name ConvolutionGolden --name Shrunk_equals_masked)
        export RECEDE_TEST_GPU=0
    else
        [ "$part" = tests ] || names=("${subset[@]}")
        export RECEDE_TEST_GPU=1
    fi
    while :; do
        limit=$((all - (SECONDS - began)))
        [ "$limit" -gt 5 ] || { code=124; break; }
        timeout --kill-after=15 "$limit" "$@" "${tests[@]}" run --category Cuda "${names[@]}" --log "$log" --json "$results/$part.json" \
            2>&1 </dev/null | tee -a "$results/$part.log"
        code=${PIPESTATUS[0]}

        # 0, 1, 3: it ended by itself; 124, 137 where time was up. Anything else is a process that was lost.
        case $code in
            0 | 1 | 2 | 3 | 124) break ;;
            137) [ $((SECONDS - began)) -lt "$all" ] || break ;;
        esac
        [ "$(grep -c Started "$log" 2>/dev/null || echo 0)" -gt "${started:-0}" ] || break
        started=$(grep -c Started "$log")
        echo "the process ended with code $code; another one goes on" | tee -a "$results/$part.log"
    done
    case $code in
        0 | 1 | 2 | 3) ;;
        *)
            # None is left to run: only what the log tells is put together.
            timeout --kill-after=5 60 "${tests[@]}" run --category Cuda --name no-such-test --log "$log" --json "$results/$part.json" \
                >>"$results/$part.log" 2>&1 </dev/null ;;
    esac
    unset RECEDE_TEST_GPU started
    return "$code"
}

# Small networks and ops: what is watched runs many times slower.
subset=(--name CudaPruningTests --name ConvolutionGolden --name NormTests --name PenaltyTests --name CrossEntropyTests --name SgdTests)

run_sanitizer() {
    local part=$1 tool=$2 sanitizer
    sanitizer=$(command -v compute-sanitizer || ls -d /usr/local/cuda*/bin/compute-sanitizer 2>/dev/null | tail -n 1)
    if [ -z "$sanitizer" ]; then
        echo "compute-sanitizer is not installed here: $tool was not run" | tee "$results/$part.log"
        return 0
    fi
    run_tests "$part" "$sanitizer" --tool "$tool" --target-processes all --error-exitcode 1 --print-limit 50 \
        --log-file "$results/$part-findings.txt"
    local code=$?
    tail -n 3 "$results/$part-findings.txt" 2>/dev/null
    if grep -q '^========= ERROR SUMMARY: [1-9]' "$results/$part-findings.txt" 2>/dev/null; then
        echo "FAILED $tool: $(grep -h 'ERROR SUMMARY' "$results/$part-findings.txt" | tail -n 1)" | tee -a "$results/$part.log"
        [ "$code" -ne 0 ] || code=1
    fi
    return "$code"
}

run_kernels() {
    local tiny=()
    [ -z "$stand_in" ] || tiny=(--mib 0.0625 --channels 16 --rounds 1 --busy-mib 1 --rotation-mib 0)
    limited "$1" "${bench[@]}" gpu-kernels --precision "$2" --json "$results/$1.json" --budget "$(budget)" "${tiny[@]}"
}

run_steps() {
    local part=$1 case=$2 more=()
    if [ -n "$stand_in" ]; then
        more=(--rounds 1 --seconds 0 --loop-steps 6 --pruned 0.5 --precision float32)
    elif [ -n "$python" ]; then
        more=(--python "$python" --script "$here/torch_steps.py")
    else
        echo "PyTorch is not here: the engine is timed alone (--python FILE names a Python that has it)"
    fi
    limited "$part" "${bench[@]}" gpu-steps --case "$case" --json "$results/$part.json" --budget "$(budget)" "${more[@]}"
}

# ---- The recipe: trainings in the background, which outlive this call.
all_runs=vgg16:bounded,resnet56:bounded,vgg16:l1,resnet56:l1,vgg16:uniform,resnet56:uniform

recipe_start() {
    local folder=$results/recipe run name network method deadline options=()
    if [ -n "$stand_in" ]; then
        rm -rf "$results/recipe/stand-in"
        limited recipe "${recede[@]}" run --device cuda --train-images 96 --test-images 48 --epochs 1 --batch 32 \
            --finetune-epochs 1 --latency-batch 2 --threads 1 --lambda 0.1 --out "$results/recipe/stand-in"
        return
    fi
    "${bench[@]}" gpu-check --kernels penalty.cu --case tiny_bs2 --pruned 0 --precision float32 >"$results/recipe.log" 2>&1
    if [ $? -eq 3 ]; then
        grep '^no CUDA GPU' "$results/recipe.log"
        return 3
    fi
    if [ -z "$data" ] || [ ! -d "$data" ]; then
        echo "FAILED recipe: --data DIR (or RECEDE_DATA) must name the folder of CIFAR-10's binary version" | tee "$results/recipe.log"
        return 1
    fi
    mkdir -p "$folder"
    [ -z "${runs:-}" ] && runs=$all_runs
    deadline=$((SECONDS + $(budget)))
    for run in ${runs//,/ }; do
        network=${run%%:*} method=${run##*:} name=${run/:/-}
        if [ -f "$folder/$name/run.json" ] || is_running "$folder/$name.pid"; then
            continue
        fi
        while [ "$(running "$folder")" -ge "$together" ]; do
            [ "$SECONDS" -lt "$deadline" ] || { recipe_status; return 0; }
            sleep 2
        done
        if [ -f "$folder/$name/last.safetensors" ]; then
            options=(run --resume --device cuda --out "$folder/$name")
        else
            options=(run --preset "$network-cifar10" --method "$method" --data "$data" --device cuda --precision "$precision" --ratios 0.5,0.9
                --epochs "$epochs" --finetune-epochs "$epochs" --out "$folder/$name")
        fi
        echo "begins: recede ${options[*]}"
        setsid "${recede[@]}" "${options[@]}" >>"$folder/$name.log" 2>&1 </dev/null &
        echo $! >"$folder/$name.pid"
    done
    while [ "$(running "$folder")" -gt 0 ] && [ "$SECONDS" -lt "$deadline" ]; do
        sleep 2
    done
    recipe_status
}

is_running() { [ -f "$1" ] && kill -0 "$(<"$1")" 2>/dev/null; }

# running FOLDER: how many trainings are.
running() {
    local count=0 file
    for file in "$1"/*.pid; do
        is_running "$file" && count=$((count + 1))
    done
    echo "$count"
}

recipe_status() {
    local file name code=0
    for file in "$results"/recipe/*.pid; do
        [ -f "$file" ] || continue
        name=$(basename "$file" .pid)
        if is_running "$file"; then
            echo "$name: running; $(tail -n 1 "${file%.pid}.log")"
        elif [ -f "$results/recipe/$name/run.json" ]; then
            echo "$name: done; $results/recipe/$name/run.json"
        else
            echo "FAILED recipe $name: $(tail -n 1 "${file%.pid}.log")" | tee -a "$results/recipe.log"
            code=1
        fi
    done
    return "$code"
}

recipe_stop() {
    local file
    for file in "$results"/recipe/*.pid; do
        is_running "$file" && kill "$(<"$file")" && echo "stopped: $(basename "$file" .pid)"
    done
    return 0
}
