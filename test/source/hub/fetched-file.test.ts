/** A file of a plan on its way to disk, from a server that speaks the hub's API. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HUB_GAP_BYTES } from '../../../server/base/config.ts';
import { fetchFile } from '../../../server/source/hub/fetched-file.ts';
import { HubClient } from '../../../server/source/hub/hub-client.ts';
import { HubServer } from '../../support/hub-server.ts';
import { temporaryDirectory } from '../made-files.ts';

/** Says when a part is asked for and when all of it has come. */
class ToldClient extends HubClient {
  readonly told: string[] = [];

  override async *bytes(...part: Parameters<HubClient['bytes']>) {
    this.told.push('asked');
    yield* super.bytes(...part);
    this.told.push('came');
  }
}

test('the next part is asked for before all of this one has come, and follows it on disk', async () => {
  const hub = await HubServer.start();
  onTestFinished(() => hub.down());
  const far = HUB_GAP_BYTES + 5_000;
  const model = Buffer.from(Array.from({ length: 2 * far }, (_, index) => (index * 31) % 251));
  hub.push('step1', { 'model.bin': model });
  const commit = createHash('sha1').update('step1 0').digest('hex');
  const signal = new AbortController().signal;
  const client = new ToldClient({ endpoint: new URL(hub.url), token: null, signal });
  const url = client.url('someone', 'model', 'resolve', commit, 'model.bin');
  const directory = temporaryDirectory();
  const pieces = [0, far].map((begin) => ({ url, begin, end: begin + 3_000 }));
  const prefix = new Uint8Array(0);
  const file = { name: 'model.bin', bytes: 6_000, prefix, expected: null, pieces };
  const sha256 = await fetchFile(file, { client, directory, onBytes: () => {} });
  const wanted = Buffer.concat(pieces.map(({ begin, end }) => model.subarray(begin, end)));
  expect(readFileSync(join(directory, 'model.bin')).equals(wanted)).toBe(true);
  expect(sha256).toBe(createHash('sha256').update(wanted).digest('hex'));
  expect(client.told).toEqual(['asked', 'asked', 'came', 'came']);
});
