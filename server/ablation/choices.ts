/** What a sweep is asked to do. Definitions: component-graph definition, "Ablation" and "Edges and weights". */
import type { Analysis } from '../../protocol/state.ts';

/** What replaces an ablated activation: nothing, its mean over the clean run, or that of the previous prompt. */
export type Ablation = Analysis['ablation'];

/** How far an output is from its clean self: 1 − cosine, or ‖difference‖ / ‖clean‖. */
export type Measure = Analysis['measure'];
