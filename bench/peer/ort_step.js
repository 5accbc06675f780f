// ONNX Runtime's inference, timed; one JSON line a case:
//   NODE_PATH=.../node_modules node ort_step.js --models FOLDER --case vgg16_bs64_infer ... --threads 2 --seconds 4
// FOLDER holds what export_onnx.py wrote.
const fs = require("fs");
const path = require("path");
const { parseArgs } = require("util");
const ort = require("onnxruntime-node");

const WARM = 3, LEAST = 5;

function median(sorted) {
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

async function time(step, models, threads, seconds) {
  const name = step.replace(/_infer$/, "");
  const all = JSON.parse(fs.readFileSync(path.join(__dirname, "..", "cases.json"), "utf8")).cases;
  const found = all.find(c => c.name === name);
  if (!found || name === step) throw new Error(`no inference case ${step}`);
  const session = await ort.InferenceSession.create(path.join(models, `${name}.onnx`), {
    intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: "all", executionMode: "sequential",
  });
  const shape = [found.batch, 3, found.side, found.side];
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => Math.random() - 0.5);
  const x = new ort.Tensor("float32", values, shape);
  const times = [];
  const run = async () => {
    const began = process.hrtime.bigint();
    await session.run({ x });
    return Number(process.hrtime.bigint() - began) / 1e6;
  };
  for (let i = 0; i < WARM; i++) await run();
  const end = Date.now() + 1000 * seconds;
  while (times.length < LEAST || Date.now() < end) times.push(await run());
  times.sort((a, b) => a - b);
  const round = ms => Math.round(1000 * ms) / 1000;
  console.log(JSON.stringify({
    case: step, side: "onnxruntime", median_ms: round(median(times)), min_ms: round(times[0]), n: times.length, threads,
  }));
}

async function main() {
  const { values } = parseArgs({
    options: {
      case: { type: "string", multiple: true },
      models: { type: "string" },
      threads: { type: "string", default: "2" },
      seconds: { type: "string", default: "4" },
    },
  });
  for (const step of values.case) await time(step, values.models, Number(values.threads), Number(values.seconds));
}

main().catch(error => {
  console.error(`ort_step.js: ${error.message}`);
  process.exit(1);
});
