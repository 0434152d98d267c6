/**
 * The messages of the protocol, as schemas that both sides validate with. Rules: SPEC.md; bytes: encoding.ts.
 */
import * as z from 'zod/mini';
import { Delta, Progress, RunState } from './state.ts';

/** A point of a run's stream. */
export const Place = z.object({
  /** Offsets of different epochs cannot be compared. */
  epoch: z.string(),
  /** Of the last delta; 0 before the first. */
  offset: z.int(),
});
export type Place = z.infer<typeof Place>;

export const RunSummary = z.object({
  id: z.string(),
  name: z.string(),
  /** Where its stream stood when this was written. */
  ...Place.shape,
  /** Why its results are not being kept on disk, as a sentence; null while they are. */
  unkept: z.nullable(z.string()),
});
export type RunSummary = z.infer<typeof RunSummary>;

export const ClientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), protocol: z.int(), client: z.string() }),
  z.object({
    type: z.literal('subscribe'),
    run: z.string(),
    /** Where the client's state stands, if it has one and wants only what came after. */
    after: z.optional(Place),
  }),
  z.object({ type: z.literal('unsubscribe'), run: z.string() }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

export const ServerMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    protocol: z.int(),
    server: z.string(),
    runs: z.array(RunSummary),
  }),
  /** The runs anew: one came or went. */
  z.object({ type: z.literal('runs'), runs: z.array(RunSummary) }),
  /** The state with all deltas up to and including this place. */
  z.object({ type: z.literal('snapshot'), run: z.string(), ...Place.shape, state: RunState }),
  /** The client's state stands; the deltas after this place follow. */
  z.object({ type: z.literal('resumed'), run: z.string(), ...Place.shape }),
  z.object({ type: z.literal('delta'), run: z.string(), ...Place.shape, delta: Delta }),
  /** How the analysis stands now; not numbered, the newest counts. */
  z.object({ type: z.literal('progress'), run: z.string(), progress: Progress }),
  /** The server sends no more of this run until the client subscribes anew. */
  z.object({ type: z.literal('resync'), run: z.string(), reason: z.string() }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;

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

function parsed<T>(schema: z.ZodMiniType<T>, value: unknown): Parsed<T> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, message: result.data };
  return { ok: false, problem: result.error.issues.map(problemOf).join('; ') };
}

/** zod/mini has no words for what it expected. */
function problemOf(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.') || 'message'}: expected ${expectedBy(issue)}`;
}

function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return issue.expected;
  if (issue.code === 'invalid_value') return issue.values.join(' or ');
  if (issue.code === 'invalid_union' && 'options' in issue)
    return issue.options?.join(' or ') ?? 'another type';
  return `another value (${issue.message})`;
}
