/** The contract of sources, kept by runs that are pushed to a real door and watched where they land. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MIB } from '../../server/base/config.ts';
import { UPLOAD_FORMAT } from '../../server/command/uploads.ts';
import { uploadRoutes } from '../../server/gateway/uploads.ts';
import { watchDirectory } from '../../server/source/directory.ts';
import { Uploads } from '../../server/upload/uploads.ts';
import { OPEN, testGateway } from '../support/gateway.ts';
import { Pusher, UPLOAD_TOKEN } from '../support/pushing.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { describeSource, type Place } from './contract.ts';
import { temporaryDirectory } from './made-files.ts';
import { type Sample, safetensorsOf, sampleOf } from './samples.ts';

async function opened(): Promise<Place> {
  const root = join(temporaryDirectory(), 'uploads');
  const uploads = new Uploads({
    root,
    bytesMax: MIB,
    allBytesMax: 64 * MIB,
    format: UPLOAD_FORMAT,
    isWatched: () => false,
  });
  await uploads.open();
  const { gateway } = await testGateway({
    access: { ...OPEN, tokens: { view: null, upload: UPLOAD_TOKEN } },
    routes: [uploadRoutes(uploads)],
  });
  const run = new Pusher(`http://127.0.0.1:${gateway.port}/api/runs/run`);
  await run.config(JSON.stringify(sampleOf(0).config));
  const directory = join(root, 'run');
  const put = async (step: number, sample: Sample) => {
    const { status, answer } = await run.checkpoint(step, safetensorsOf(sample));
    if (status >= 300) throw new Error(`${status}: ${answer}`);
  };
  /** Connections on which half of a checkpoint came, by step. */
  const torn = new Map<number, RawPeer>();
  return {
    source: () => () => watchDirectory(directory, { settleMillis: 0, pollMillis: 5 }),
    put,
    putTorn: async (step, sample) => {
      const bytes = safetensorsOf(sample);
      const peer = await RawPeer.connect(gateway.port);
      peer.write(
        `PUT /api/runs/run/checkpoints/${step} HTTP/1.1\r\nHost: localhost\r\n` +
          `Authorization: Bearer ${UPLOAD_TOKEN}\r\nContent-Length: ${bytes.length}\r\n\r\n`,
      );
      peer.write(bytes.subarray(0, bytes.length / 2));
      torn.set(step, peer);
    },
    mend: async (step, sample) => {
      const bytes = safetensorsOf(sample);
      torn.get(step)?.write(bytes.subarray(bytes.length / 2));
      await torn.get(step)?.until((text) => text.includes('201 Created'));
    },
    again: put,
    openRequests: () => readdirSync(directory).filter((name) => name.startsWith('.')).length,
    close: async () => {
      for (const peer of torn.values()) peer.socket.destroy();
      await gateway.close();
    },
  };
}

describeSource('push', {
  open: opened,
  cannot: {
    spoil: 'what is broken is refused where it is pushed, and never lies there',
    away: 'what is pushed lies on the disk of the server itself, which is there',
  },
});
