/**
 * The messages of `phasewatch.v1`, as schemas that both sides validate with. Rules: SPEC.md.
 */
import * as z from 'zod/mini';
import { Delta, RunState } from './state.ts';

export const RunSummary = z.object({
  id: z.string(),
  name: z.string(),
  /** Names one life of the run's stream: offsets of different epochs cannot be compared. */
  epoch: z.string(),
  /** Offset of the last delta of the stream. */
  offset: z.int(),
});
export type RunSummary = z.infer<typeof RunSummary>;

export const ClientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), protocol: z.int(), client: z.string() }),
  z.object({ type: z.literal('subscribe'), run: z.string() }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

export const ServerMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    protocol: z.int(),
    server: z.string(),
    runs: z.array(RunSummary),
  }),
  z.object({
    type: z.literal('snapshot'),
    run: z.string(),
    epoch: z.string(),
    /** The state holds all deltas up to and including this one. */
    offset: z.int(),
    state: RunState,
  }),
  z.object({
    type: z.literal('delta'),
    run: z.string(),
    epoch: z.string(),
    offset: z.int(),
    delta: Delta,
  }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;

/** Why a server closes a connection: code, and the beginning of the reason it sends with it. */
export const CLOSE = {
  /** Not JSON, not a message of this protocol, or out of order (rules M-1, V-3). */
  badMessage: { code: 4400, reason: 'bad message' },
  /** The peer speaks another version (rule V-1). */
  badVersion: { code: 4406, reason: 'unsupported protocol version' },
  /** The run that was asked for does not exist (rule R-1). */
  unknownRun: { code: 4404, reason: 'unknown run' },
  /** More was waiting to be sent than a connection may hold (rule B-1). */
  tooSlow: { code: 4408, reason: 'reading too slowly' },
  /** The server ends (rule E-1). */
  goingAway: { code: 1001, reason: 'server is stopping' },
} as const;

export type Parsed<T> =
  | { readonly ok: true; readonly message: T }
  | { readonly ok: false; readonly problem: string };

export function parseClientMessage(text: string): Parsed<ClientMessage> {
  return parse(ClientMessage, text);
}

export function parseServerMessage(text: string): Parsed<ServerMessage> {
  return parse(ServerMessage, text);
}

function parse<T>(schema: z.ZodMiniType<T>, text: string): Parsed<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: 'expected JSON' };
  }
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, message: result.data };
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return { ok: false, problem: problems.join('; ') };
}
