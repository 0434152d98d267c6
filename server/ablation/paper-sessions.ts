/**
 * The compiled graphs of the paper's nodes for the model shape in use, kept with the runtime that compiled them.
 *
 * Weights are inputs, so one set serves every layer of every checkpoint of a shape; when the shape changes the old
 * ones are released.
 */
import type { Architecture } from '../model/architecture.ts';
import { paperBlockGraph } from './paper-block-graph.ts';
import { paperLogitsGraph } from './paper-logits-graph.ts';
import { readoutGraph } from './readout-graph.ts';
import type { Runtime, Session } from './runtime.ts';

export type PaperSessions = Readonly<Record<'block' | 'logits' | 'task' | 'effects', Session>>;

const held = new WeakMap<Runtime, { readonly key: string; readonly sessions: PaperSessions }>();

/** Sessions for this model shape and number of positions, built on first use. */
export async function paperSessions(
  runtime: Runtime,
  architecture: Architecture,
  positions: number,
): Promise<PaperSessions> {
  const key = JSON.stringify([architecture, positions]);
  const known = held.get(runtime);
  if (known?.key === key) return known.sessions;
  await releasePaperSessions(runtime);
  const sessions: PaperSessions = {
    block: await runtime.compile(paperBlockGraph(architecture, positions)),
    logits: await runtime.compile(paperLogitsGraph(architecture, positions)),
    task: await runtime.compile(readoutGraph(architecture, 'task')),
    effects: await runtime.compile(readoutGraph(architecture, 'effects')),
  };
  held.set(runtime, { key, sessions });
  return sessions;
}

export async function releasePaperSessions(runtime: Runtime): Promise<void> {
  const sessions = held.get(runtime)?.sessions;
  held.delete(runtime);
  for (const session of Object.values(sessions ?? {})) await session.release();
}
