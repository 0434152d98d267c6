/** Pushing to a server as any program does: requests of node:http and fetch, with the sample run's contents. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_RUN } from './checkpoints.ts';

export const UPLOAD_TOKEN = 'upload-token-0123456789';

export const sampleConfig = () => readFileSync(join(SAMPLE_RUN, 'checkpoint-0/config.json'), 'utf8');
export const sampleModel = (step: number) =>
  readFileSync(join(SAMPLE_RUN, `checkpoint-${step}/model.safetensors`));

/** Value of `Content-Digest`. */
export function digestOf(bytes: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
}

/** A file with one tensor of so many numbers, each of them `value`. */
export function madeModel(numbers: number, value = 0): Buffer {
  const bytes = 4 * numbers;
  const header = JSON.stringify({ w: { dtype: 'F32', shape: [numbers], data_offsets: [0, bytes] } });
  const padded = Buffer.from(header.padEnd(Math.ceil(header.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, Buffer.from(new Float32Array(numbers).fill(value).buffer)]);
}

export type Pushed = {
  readonly status: number;
  readonly answer: unknown;
  readonly retryAfter: string | null;
};

export class Pusher {
  readonly #url: string;

  /** @param run its address, …/api/runs/NAME */
  constructor(url: string) {
    this.#url = url;
  }

  config(body: string = sampleConfig()): Promise<Pushed> {
    return this.send('PUT', 'config', body);
  }

  checkpoint(step: number | string, body: Uint8Array, headers: Record<string, string> = {}): Promise<Pushed> {
    return this.send('PUT', `checkpoints/${step}`, body, headers);
  }

  metrics(body: unknown): Promise<Pushed> {
    return this.send('POST', 'metrics', typeof body === 'string' ? body : JSON.stringify(body));
  }

  async send(
    method: string,
    path: string,
    body: Uint8Array | string,
    headers: Record<string, string> = {},
  ): Promise<Pushed> {
    const response = await fetch(`${this.#url}/${path}`, {
      method,
      body: body as BodyInit,
      headers: { authorization: `Bearer ${UPLOAD_TOKEN}`, ...headers },
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      answer: isJson ? JSON.parse(text) : text.trim(),
      retryAfter: response.headers.get('retry-after'),
    };
  }
}
