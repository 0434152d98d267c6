/**
 * The messages of the protocol, as schemas that both sides validate with. Rules: SPEC.md; bytes: encoding.ts.
 */
import * as v from 'valibot';
import { problemOf } from './problem.ts';
import { Delta, Progress, RunState } from './state.ts';
import { Integer } from './values.ts';

/** A point of a run's stream. */
export const Place = v.object({
  /** Offsets of different epochs cannot be compared. */
  epoch: v.string(),
  /** Of the last delta; 0 before the first. */
  offset: Integer,
});
export type Place = v.InferOutput<typeof Place>;

export const RunSummary = v.object({
  id: v.string(),
  name: v.string(),
  /** Where its stream stood when this was written. */
  ...Place.entries,
  /** Why its results are not being kept on disk, as a sentence; null while they are. */
  unkept: v.nullable(v.string()),
  /** Whether its server trains another one like it when it is asked to (rule H-11); left out where it does not. */
  trainsMore: v.optional(v.boolean()),
});
export type RunSummary = v.InferOutput<typeof RunSummary>;

export const ClientMessage = v.variant('type', [
  v.object({ type: v.literal('hello'), protocol: Integer, client: v.string() }),
  v.object({
    type: v.literal('subscribe'),
    run: v.string(),
    /** Where the client's state stands, if it has one and wants only what came after. */
    after: v.optional(Place),
  }),
  v.object({ type: v.literal('unsubscribe'), run: v.string() }),
]);
export type ClientMessage = v.InferOutput<typeof ClientMessage>;

export const ServerMessage = v.variant('type', [
  v.object({
    type: v.literal('welcome'),
    protocol: Integer,
    server: v.string(),
    runs: v.array(RunSummary),
  }),
  /** The runs anew: one came or went. */
  v.object({ type: v.literal('runs'), runs: v.array(RunSummary) }),
  /** The state with all deltas up to and including this place. */
  v.object({ type: v.literal('snapshot'), run: v.string(), ...Place.entries, state: RunState }),
  /** The client's state stands; the deltas after this place follow. */
  v.object({ type: v.literal('resumed'), run: v.string(), ...Place.entries }),
  v.object({ type: v.literal('delta'), run: v.string(), ...Place.entries, delta: Delta }),
  /** How the analysis stands now; not numbered, the newest counts. */
  v.object({ type: v.literal('progress'), run: v.string(), progress: Progress }),
  /** The server sends no more of this run until the client subscribes anew. */
  v.object({ type: v.literal('resync'), run: v.string(), reason: v.string() }),
]);
export type ServerMessage = v.InferOutput<typeof ServerMessage>;

/** Why a server closes a connection: code, and the beginning of the reason it sends with it. */
export const CLOSE = {
  /** Not a message of this protocol, or out of order (rules M-1, V-3). */
  badMessage: { code: 4400, reason: 'bad message' },
  /** The run that was asked for does not exist (rule R-1). */
  unknownRun: { code: 4404, reason: 'unknown run' },
  /** The peer speaks another version (rule V-1). */
  badVersion: { code: 4406, reason: 'unsupported protocol version' },
  /** Told to resync again and again without ever catching up, or read nothing at all (rules B-2, B-3). */
  tooSlow: { code: 4408, reason: 'reading too slowly' },
  /** More messages than a viewer has reason to send (rule B-5). */
  tooMany: { code: 4429, reason: 'too many messages' },
  /** The server ends (rule E-1). */
  goingAway: { code: 1001, reason: 'server is stopping' },
} as const;

export type Parsed<T> =
  | { readonly ok: true; readonly message: T }
  | { readonly ok: false; readonly problem: string };

/** @param value as decoded from either encoding */
export function clientMessageFrom(value: unknown): Parsed<ClientMessage> {
  return parsed(ClientMessage, value);
}

export function serverMessageFrom(value: unknown): Parsed<ServerMessage> {
  return parsed(ServerMessage, value);
}

function parsed<T>(schema: v.GenericSchema<unknown, T>, value: unknown): Parsed<T> {
  const result = v.safeParse(schema, value);
  if (result.success) return { ok: true, message: result.output };
  return { ok: false, problem: result.issues.map((issue) => problemOf(issue, 'message')).join('; ') };
}
