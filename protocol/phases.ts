/**
 * Phases of a run: changes that were detected, each with its evidence, and the named segments between them.
 * How they are found and named stands in `server/phase/`.
 */
import * as z from 'zod/mini';

/** Before and after. */
const Pair = z.tuple([z.number(), z.number()]);

export const PhaseChange = z.object({
  /** Stays while evidence grows: a later statement with the same id replaces this one. */
  id: z.string(),
  /** It happened after the first and not after the second of these steps. */
  interval: Pair,
  /** That there was a change there, given all checkpoints so far; a low one takes back what was said before. */
  probability: z.number(),
  /** How strong it is, in standard deviations of the signals' noise. */
  size: z.number(),
  /** 0 when first said. */
  revision: z.int(),
  /** Step of the checkpoint whose arrival led to this statement. */
  reportedStep: z.number(),
  /** The signals that drove it, largest change first. */
  signals: z.array(
    z.object({ id: z.string(), before: z.number(), after: z.number(), deviations: z.number() }),
  ),
  /** The edges and nodes that changed most over the interval, most changed first. */
  edges: z.array(z.object({ source: z.string(), target: z.string(), before: z.number(), after: z.number() })),
  nodes: z.array(z.object({ id: z.string(), out: Pair, in: Pair })),
  roles: z.array(z.object({ role: z.string(), node: z.string(), change: z.enum(['gained', 'lost']) })),
});
export type PhaseChange = z.infer<typeof PhaseChange>;

export const PhaseSegment = z.object({
  /** Steps of its first and last checkpoint. */
  from: z.number(),
  to: z.number(),
  /** Null where nothing speaks for a name. */
  name: z.nullable(z.enum(['exploration', 'consolidation', 'reorganisation', 'refinement'])),
  /** Sentences: what the name was given for. */
  reasons: z.array(z.string()),
});
export type PhaseSegment = z.infer<typeof PhaseSegment>;

/** Shown as a change from here on; below it a statement is a doubt, or takes one back. */
export const PROBABLE = 0.5;
