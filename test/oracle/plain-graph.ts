/**
 * The component graph by its definition: one full pass for each ablated node and prompt, nothing shared between
 * passes, every mean a loop. Definitions: component-graph definition, "Ablation", "Edges and weights", "Probes".
 *
 * Letters: N nodes, P prompts, T positions of a prompt, L layers, H heads. O(N·P) passes.
 */
import {
  dot,
  type Pass,
  type PlainModel,
  type PlainNode,
  pass,
  softmax,
  type Vector,
} from './plain-model.ts';

export type PlainAblation = 'zero' | 'mean' | 'resample';

export type PlainGraph = {
  readonly nodes: readonly string[];
  /** [N·N] row-major, row = source; 0 where there is no possible edge or the distance is undefined */
  readonly weights: Readonly<Record<'cosine' | 'relative_l2', readonly number[]>>;
  /** One value a node. */
  readonly effects: Readonly<Record<'kl_nats' | 'delta_loss_nats' | 'logit_cosine', readonly number[]>>;
  /** How many distances of possible edges are undefined, over edges, prompts and positions. */
  readonly undefinedCount: Readonly<Record<'cosine' | 'relative_l2', number>>;
};

export function plainGraph(
  model: PlainModel,
  prompts: readonly (readonly number[])[],
  ablation: PlainAblation,
): PlainGraph {
  const nodes = nodesOf(model);
  const clean = prompts.map((tokens) => pass(model, tokens));
  const weights = { cosine: [] as number[], relative_l2: [] as number[] };
  const undefinedCount = { cosine: 0, relative_l2: 0 };
  const effects = { kl_nats: [] as number[], delta_loss_nats: [] as number[], logit_cosine: [] as number[] };
  const cleanLoss = mean(losses(prompts, clean));

  for (const source of nodes) {
    const ablated = prompts.map((tokens, prompt) => {
      const instead = replacement(source, clean, prompt, ablation);
      return pass(model, tokens, (node, activation) =>
        node.layer === source.layer && node.head === source.head ? instead : activation,
      );
    });
    for (const target of nodes)
      for (const measure of ['cosine', 'relative_l2'] as const) {
        const isPossible = canRead(model, source, target);
        const byPrompt = prompts.map((_, prompt) => {
          const before = outputs(clean[prompt], target);
          const after = outputs(ablated[prompt], target);
          return mean(
            before.map((vector, position) => {
              const distance = DISTANCES[measure](vector, after[position]);
              if (isPossible && !Number.isFinite(distance)) undefinedCount[measure] += 1;
              return Number.isFinite(distance) ? distance : 0;
            }),
          );
        });
        weights[measure].push(isPossible ? mean(byPrompt) : 0);
      }
    const overLogits = (f: (before: Vector, after: Vector) => number) =>
      mean(
        clean.flatMap(({ logits }, prompt) =>
          logits.map((before, position) => f(before, ablated[prompt].logits[position])),
        ),
      );
    effects.kl_nats.push(overLogits(klDivergence));
    effects.logit_cosine.push(overLogits(DISTANCES.cosine));
    effects.delta_loss_nats.push(mean(losses(prompts, ablated)) - cleanLoss);
  }
  return { nodes: nodes.map(nameOf), weights, effects, undefinedCount };
}

/** Head scores of the clean run, each [L·H] row-major, mean over prompts and the positions that have one. */
export function plainHeadScores(model: PlainModel, prompts: readonly (readonly number[])[]) {
  const clean = prompts.map((tokens) => pass(model, tokens));
  const scores = {
    prefix_matching: [] as number[],
    previous_token: [] as number[],
    first_position: [] as number[],
    attention_entropy: [] as number[],
  };
  for (const { layer, head } of nodesOf(model)) {
    if (head === null) continue;
    const over = (f: (row: Vector, position: number, tokens: readonly number[]) => number | null) =>
      mean(
        clean.flatMap(({ pattern }, prompt) =>
          pattern[layer][head].flatMap((row, position) => f(row, position, prompts[prompt]) ?? []),
        ),
      );
    scores.prefix_matching.push(
      over((row, position, tokens) => {
        const previous = previousOccurrence(tokens, position);
        return previous === null ? null : row[previous + 1];
      }),
    );
    scores.previous_token.push(over((row, position) => (position > 0 ? row[position - 1] : null)));
    scores.first_position.push(over((row, position) => (position > 0 ? row[0] : null)));
    scores.attention_entropy.push(
      over((row) => row.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0)),
    );
  }
  return scores;
}

/**
 * How well the clean run predicts: mean loss of tokens 1 … T/2 − 1 and of T/2 … T − 1, nats, their difference, and how
 * often the first choice is right in the second half.
 */
export function plainTask(model: PlainModel, prompts: readonly (readonly number[])[]) {
  const predictions = prompts.flatMap((tokens) => {
    const { logits } = pass(model, tokens);
    return tokens.slice(1).map((token, position) => ({
      isSecond: position + 1 >= Math.floor(tokens.length / 2),
      loss: -Math.log(softmax(logits[position])[token]),
      hit: logits[position].every((logit) => logit <= logits[position][token]) ? 1 : 0,
    }));
  });
  const second = predictions.filter(({ isSecond }) => isSecond);
  const losses = [predictions.filter(({ isSecond }) => !isSecond), second].map((half) =>
    mean(half.map(({ loss }) => loss)),
  );
  return {
    loss_first_half: losses[0],
    loss_second_half: losses[1],
    induction_score: losses[0] - losses[1],
    accuracy_second_half: mean(second.map(({ hit }) => hit)),
  };
}

/**
 * Where the token of a position in the second half stood before: half a prompt earlier if it did, else the last time.
 */
function previousOccurrence(tokens: readonly number[], position: number): number | null {
  if (position < tokens.length / 2) return null;
  if (tokens[position - tokens.length / 2] === tokens[position]) return position - tokens.length / 2;
  for (let before = position - 1; before >= 0; before -= 1)
    if (tokens[before] === tokens[position]) return before;
  return null;
}

/** What `node` passes on instead in `prompt`. */
function replacement(
  node: PlainNode,
  clean: readonly Pass[],
  prompt: number,
  ablation: PlainAblation,
): readonly Vector[] {
  const own = activations(clean[prompt], node);
  if (ablation === 'zero') return own.map((vector) => new Float64Array(vector.length));
  if (ablation === 'resample') return activations(clean[(prompt + clean.length - 1) % clean.length], node);
  const all = clean.flatMap((run) => activations(run, node));
  const average = own[0].map((_, i) => mean(all.map((vector) => vector[i])));
  return own.map(() => average);
}

const activations = (run: Pass, { layer, head }: PlainNode) =>
  head === null ? run.mlps[layer] : run.z[layer][head];
const outputs = (run: Pass, { layer, head }: PlainNode) =>
  head === null ? run.mlps[layer] : run.heads[layer][head];

/** Layer by layer, heads before the MLP. */
function nodesOf(model: PlainModel): PlainNode[] {
  return model.layers.flatMap((_, layer) => [
    ...Array.from({ length: model.heads }, (_, head) => ({ layer, head })),
    { layer, head: null },
  ]);
}

function nameOf({ layer, head }: PlainNode): string {
  return head === null ? `L${layer}MLP` : `L${layer}H${head}`;
}

function canRead(model: PlainModel, source: PlainNode, target: PlainNode): boolean {
  if (source.layer !== target.layer) return source.layer < target.layer;
  return !model.parallel && source.head !== null && target.head === null;
}

/** NaN or infinite where a norm that is divided by is zero. */
const DISTANCES = {
  cosine: (clean: Vector, ablated: Vector) =>
    1 - dot(clean, ablated) / Math.sqrt(dot(clean, clean) * dot(ablated, ablated)),
  relative_l2: (clean: Vector, ablated: Vector) => {
    const change = clean.map((value, i) => ablated[i] - value);
    return Math.sqrt(dot(change, change) / dot(clean, clean));
  },
};

function klDivergence(clean: Vector, ablated: Vector): number {
  const [p, q] = [softmax(clean), softmax(ablated)];
  return p.reduce((sum, share, token) => sum + share * Math.log(share / q[token]), 0);
}

/** −log p of each next token of all prompts, nats. */
function losses(prompts: readonly (readonly number[])[], runs: readonly Pass[]): number[] {
  return prompts.flatMap((tokens, prompt) =>
    tokens.slice(1).map((token, position) => -Math.log(softmax(runs[prompt].logits[position])[token])),
  );
}

/** 0 of none. */
function mean(values: readonly number[]): number {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
}
