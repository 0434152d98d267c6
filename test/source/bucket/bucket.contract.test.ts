/** Held to the contract of sources: a bucket of a store on this machine. */
import { join } from 'node:path';
import { beforeEach, vi } from 'vitest';
import { watchBucket } from '../../../server/source/bucket/bucket-source.ts';
import { FileCache } from '../../../server/source/cache/file-cache.ts';
import { stubStoreEnvironment } from '../../support/s3-environment.ts';
import { S3Server } from '../../support/s3-server.ts';
import { describeSource, type Place } from '../contract.ts';
import { safetensorsBytes, temporaryDirectory } from '../made-files.ts';
import { type Sample, safetensorsOf } from '../samples.ts';

const MODEL = 'model.safetensors';
const AHEAD_MAX = 3;

beforeEach(() => {
  stubStoreEnvironment();
  return () => vi.unstubAllEnvs();
});

async function open(): Promise<Place> {
  const store = await S3Server.start();
  const cache = new FileCache({ root: join(temporaryDirectory(), 'cache'), bytesMax: 1e9 });
  const put = async (step: number, sample: Sample) => {
    store.put(`exp/step${step}/config.json`, sample.config);
    store.put(`exp/step${step}/${MODEL}`, safetensorsOf(sample));
  };
  return {
    source: () =>
      watchBucket('s3://runs/exp', {
        endpoint: store.url,
        cache,
        aheadMax: AHEAD_MAX,
        pollMillis: 20,
        stalledMillis: 60_000,
      }),
    put,
    putTorn: async (step, sample) => {
      const map = Object.fromEntries(Object.keys(sample.tensors).map((name) => [name, 'shard.safetensors']));
      store.put(`exp/step${step}/config.json`, sample.config);
      store.put(`exp/step${step}/${MODEL}.index.json`, { weight_map: map });
    },
    mend: async (step, sample) => store.put(`exp/step${step}/shard.safetensors`, safetensorsOf(sample)),
    spoil: async (step, sample) => {
      store.put(`exp/step${step}/config.json`, sample.config);
      store.put(`exp/step${step}/${MODEL}`, safetensorsBytes('nonsense'));
    },
    again: put,
    unreachable: () => store.down(),
    reachable: () => store.up(),
    stall: async () => {
      store.stalls = (key) => key.endsWith(MODEL);
    },
    openRequests: () => store.openRequests,
    fetched: () =>
      store.gets.flatMap((key) => (key.endsWith(MODEL) ? [Number(/step(\d+)/.exec(key)?.[1])] : [])),
    close: () => store.down(),
  };
}

describeSource('bucket', { open, aheadMax: AHEAD_MAX });
