/**
 * Runs that are pushed over HTTP (SPEC.md, section U):
 *
 *   PUT  /api/runs/{run}/config              config.json of the model, once a run
 *   PUT  /api/runs/{run}/checkpoints/{step}  model.safetensors, streamed
 *   POST /api/runs/{run}/metrics             scalars of the trainer
 *
 * What the words of a request mean; what becomes of them is the desk's. Who may push was asked before (tokens.ts).
 */
import type { CheckpointAnswer, ConfigAnswer, MetricsAnswer, UploadStatus } from '../../protocol/upload.ts';
import { UPLOADED_JSON_BYTES_MAX } from '../base/config.ts';
import { UploadRefusal } from '../base/upload-refusal.ts';
import type { RequestBody } from './request-body.ts';
import { jsonReply, methodReply, type Reply, type Route, type RouteRequest, textReply } from './route.ts';

/** Takes what is pushed. Everything it does not take is thrown as an UploadRefusal. */
export interface UploadDesk {
  config(run: string, bytes: Uint8Array): Promise<ConfigAnswer>;
  metrics(run: string, bytes: Uint8Array): Promise<MetricsAnswer>;
  checkpoint(run: string, step: number, contents: Contents): Promise<CheckpointAnswer>;
}
export type Contents = Pick<RequestBody, 'bytes' | 'pieces'> & {
  /** As the sender says, in hexadecimal digits; null where it does not. */
  readonly sha256: string | null;
};

type Push = { readonly method: 'PUT' | 'POST'; readonly take: (request: RouteRequest) => Promise<Reply> };

export function uploadRoutes(desk: UploadDesk): Route {
  return (request) => {
    const [api, collection, run, ...rest] = request.segments;
    if (request.method === 'GET' || api !== 'api' || collection !== 'runs' || run === undefined) return null;
    const push = pushOf(desk, run, rest);
    if (!push) return null;
    return request.method === push.method ? taken(push, request) : methodReply(request.method, push.method);
  };
}

function pushOf(desk: UploadDesk, run: string, [kind, name, ...more]: readonly string[]): Push | null {
  if (more.length > 0) return null;
  if (kind === 'config' && name === undefined)
    return {
      method: 'PUT',
      take: async ({ body }) => {
        const answer = await desk.config(run, await wholeOf(body));
        return jsonReply(answer, statusOf(answer.status));
      },
    };
  if (kind === 'metrics' && name === undefined)
    return {
      method: 'POST',
      take: async ({ body }) => jsonReply(await desk.metrics(run, await wholeOf(body))),
    };
  if (kind === 'checkpoints' && name !== undefined)
    return {
      method: 'PUT',
      take: async ({ body, headers }) => {
        const sha256 = digestFrom(headers['content-digest']);
        const { bytes } = body;
        const answer = await desk.checkpoint(run, stepFrom(name), {
          bytes,
          sha256,
          pieces: () => body.pieces(),
        });
        return jsonReply(answer, statusOf(answer.status));
      },
    };
  return null;
}

async function taken({ take }: Push, request: RouteRequest): Promise<Reply> {
  const stray = [...request.query.keys()];
  if (stray.length > 0) return textReply(400, `expected nothing in the query, got ${stray.join(', ')}`);
  try {
    return await take(request);
  } catch (error) {
    if (!(error instanceof UploadRefusal)) throw error;
    const { status, message, retrySeconds } = error;
    return textReply(status, message, retrySeconds === null ? {} : { 'retry-after': String(retrySeconds) });
  }
}

async function wholeOf(body: RequestBody): Promise<Uint8Array> {
  const bytes = await body.whole(UPLOADED_JSON_BYTES_MAX);
  if (bytes !== null) return bytes;
  throw new UploadRefusal(413, `expected a body of at most ${UPLOADED_JSON_BYTES_MAX} bytes, got more`);
}

function stepFrom(word: string): number {
  const step = /^(?:0|[1-9]\d{0,15})$/.test(word) ? Number(word) : Number.NaN;
  if (Number.isSafeInteger(step)) return step;
  throw new UploadRefusal(400, `expected a step, a whole number from 0, got "${word.slice(0, 40)}"`);
}

/** SHA-256 in the header of RFC 9530, whatever other digests stand beside it. */
function digestFrom(header: string | readonly string[] | undefined): string | null {
  for (const part of String(header ?? '').split(',')) {
    const [, algorithm, value] = /^\s*([a-z0-9-]+)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    if (algorithm !== 'sha-256') continue;
    const [, base64] = /^:([A-Za-z0-9+/]{43}=):$/.exec(value) ?? [];
    if (base64 !== undefined) return Buffer.from(base64, 'base64').toString('hex');
    throw new UploadRefusal(
      400,
      'expected Content-Digest as sha-256=:…: with 44 characters of base64 between the colons, got something else',
    );
  }
  return null;
}

function statusOf(status: UploadStatus): number {
  return status === 'stored' ? 201 : 200;
}
