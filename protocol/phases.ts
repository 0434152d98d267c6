/**
 * Phases of a run: changes that were detected, each with its evidence, and the named segments between them.
 * How they are found and named stands in `server/phase/`.
 */
import * as v from 'valibot';
import { Finite, Integer } from './values.ts';

/** Before and after. */
const Pair = v.strictTuple([Finite, Finite]);

export const PhaseChange = v.object({
  /** Stays while evidence grows: a later statement with the same id replaces this one. */
  id: v.string(),
  /** It happened after the first and not after the second of these steps. */
  interval: Pair,
  /** That there was a change there, given all checkpoints so far; a low one takes back what was said before. */
  probability: Finite,
  /** How strong it is, in standard deviations of the signals' noise. */
  size: Finite,
  /** 0 when first said. */
  revision: Integer,
  /** Step of the checkpoint whose arrival led to this statement. */
  reportedStep: Finite,
  /** The signals that drove it, largest change first. */
  signals: v.array(v.object({ id: v.string(), before: Finite, after: Finite, deviations: Finite })),
  /** The edges and nodes that changed most over the interval, most changed first. */
  edges: v.array(v.object({ source: v.string(), target: v.string(), before: Finite, after: Finite })),
  nodes: v.array(v.object({ id: v.string(), out: Pair, in: Pair })),
  roles: v.array(v.object({ role: v.string(), node: v.string(), change: v.picklist(['gained', 'lost']) })),
});
export type PhaseChange = v.InferOutput<typeof PhaseChange>;

export const PhaseSegment = v.object({
  /** Steps of its first and last checkpoint. */
  from: Finite,
  to: Finite,
  /** Null where nothing speaks for a name. */
  name: v.nullable(v.picklist(['exploration', 'consolidation', 'reorganisation', 'refinement'])),
  /** Sentences: what the name was given for. */
  reasons: v.array(v.string()),
});
export type PhaseSegment = v.InferOutput<typeof PhaseSegment>;

/** Shown as a change from here on; below it a statement is a doubt, or takes one back. */
export const PROBABLE = 0.5;
