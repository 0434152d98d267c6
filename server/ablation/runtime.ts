/**
 * onnxruntime, and the compiled graphs of the model shape in use.
 *
 * One block session serves every layer of every checkpoint of one shape, since weights are inputs. When the
 * shape changes the old sessions are released: a run has one shape, and memory stays that of one.
 */
import * as ort from 'onnxruntime-node';
import type { Architecture } from '../model/architecture.ts';
import { type BlockChoices, blockGraph } from './block-graph.ts';
import { OnnxGraph } from './onnx.ts';
import { readoutGraph } from './readout-graph.ts';

/** A compiled graph, and the shapes of its inputs. */
export type Session = {
  run(feeds: Record<string, ort.Tensor>): Promise<ort.InferenceSession.OnnxValueMapType>;
  readonly inputShapes: ReadonlyMap<string, readonly (number | string)[]>;
  release(): Promise<void>;
};
export type Sessions = Readonly<Record<'block' | 'task' | 'effects', Session>>;

export type RuntimeOptions = {
  /** Threads of one run; 0 lets onnxruntime take every core. */
  readonly threads: number;
  /** Execution provider: cpu, cuda, … */
  readonly device: string;
};

/** What the providers that are no part of the package need. */
const INSTALL: Readonly<Record<string, string>> = {
  cuda: 'npm rebuild onnxruntime-node --ignore-scripts=false fetches its CUDA libraries; it needs an NVIDIA GPU, CUDA 12 and cuDNN 9',
  tensorrt:
    'npm rebuild onnxruntime-node --ignore-scripts=false fetches its CUDA libraries; it needs TensorRT beside them',
};

export class Runtime {
  readonly #options: RuntimeOptions;
  #gigaflopRate: number | null = null;
  #key = '';
  #sessions: Sessions | null = null;

  constructor(options: RuntimeOptions) {
    this.#options = options;
  }

  /** Why the device cannot be used, and what to do; null where it can. */
  async problem(): Promise<string | null> {
    const { device } = this.#options;
    const known = ort.listSupportedBackends().map((backend) => backend.name);
    if (!known.includes(device))
      return `expected one of the devices ${known.join(', ')} of this onnxruntime; got "${device}"`;
    try {
      await this.gigaflopRate();
      return null;
    } catch (error) {
      const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
      return `the device ${device} is not ready: ${INSTALL[device] ?? 'its driver is missing'} (${reason})`;
    }
  }

  /** GFLOP/s of one matrix product of 1024³ on this device, measured once. */
  async gigaflopRate(): Promise<number> {
    if (this.#gigaflopRate !== null) return this.#gigaflopRate;
    const SIZE = 1_024;
    // The best of them: what runs beside it for a moment must not pass for the machine.
    const RUNS = 10;
    const graph = new OnnxGraph();
    const [a, b] = ['a', 'b'].map((name) => graph.input(name, [SIZE, SIZE]));
    graph.output('product', graph.op('MatMul', [a, b]), [SIZE, SIZE]);
    const session = await this.compile(graph.toBytes());
    const matrix = floatTensor(new Float32Array(SIZE * SIZE).fill(0.5), [SIZE, SIZE]);
    let millis = Number.POSITIVE_INFINITY;
    for (let run = 0; run < RUNS; run += 1) {
      const begun = performance.now();
      await session.run({ a: matrix, b: matrix });
      millis = Math.min(millis, performance.now() - begun);
    }
    await session.release();
    this.#gigaflopRate = (2 * SIZE ** 3) / millis / 1e6;
    return this.#gigaflopRate;
  }

  /** Sessions for this model shape and number of positions, built on first use. */
  async sessions(architecture: Architecture, positions: number, choices: BlockChoices): Promise<Sessions> {
    const key = JSON.stringify([architecture, positions, choices]);
    if (this.#sessions && this.#key === key) return this.#sessions;
    await this.release();
    this.#sessions = {
      block: await this.compile(blockGraph(architecture, positions, choices)),
      task: await this.compile(readoutGraph(architecture, 'task')),
      effects: await this.compile(readoutGraph(architecture, 'effects')),
    };
    this.#key = key;
    return this.#sessions;
  }

  async release(): Promise<void> {
    const sessions = this.#sessions;
    this.#sessions = null;
    for (const session of Object.values(sessions ?? {})) await session.release();
  }

  /** @param model bytes of the ONNX format */
  async compile(model: Uint8Array): Promise<Session> {
    const session = await ort.InferenceSession.create(model, {
      intraOpNumThreads: this.#options.threads,
      executionProviders: [this.#options.device],
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    return {
      run: (feeds) => session.run(feeds),
      inputShapes: new Map(
        session.inputMetadata.flatMap((input) => (input.isTensor ? [[input.name, input.shape]] : [])),
      ),
      release: () => session.release(),
    };
  }
}

export function floatTensor(data: Float32Array, dimensions: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', data, dimensions);
}

export function int64Tensor(data: BigInt64Array, dimensions: readonly number[]): ort.Tensor {
  return new ort.Tensor('int64', data, dimensions);
}

/** Named weights as the tensors that a session's inputs of those names expect. */
export function weightTensors(
  session: Session,
  weights: Readonly<Record<string, Float32Array | undefined>>,
  prefix = '',
): Record<string, ort.Tensor> {
  const tensors: Record<string, ort.Tensor> = {};
  for (const [name, values] of Object.entries(weights)) {
    const shape = session.inputShapes.get(prefix + name);
    if (!shape) throw new Error(`invariant: the graph has an input ${prefix}${name}`);
    if (values) tensors[prefix + name] = floatTensor(values, shape.map(Number));
  }
  return tensors;
}

/** The float data of a result. */
export function floats(results: ort.InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const value = results[name];
  if (!(value instanceof ort.Tensor) || !(value.data instanceof Float32Array))
    throw new Error(`invariant: ${name} is a float tensor`);
  return value.data;
}
