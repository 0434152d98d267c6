/** Held to the contract of sources: a repository with a branch for every checkpoint, and one with a folder for each. */
import { join } from 'node:path';
import { neededTensors } from '../../../server/model/needed-tensors.ts';
import { FileCache } from '../../../server/source/cache/file-cache.ts';
import { watchHub } from '../../../server/source/hub/watch-hub.ts';
import { HubServer } from '../../support/hub-server.ts';
import { describeSource, type Place } from '../contract.ts';
import { temporaryDirectory } from '../made-files.ts';
import { type Sample, safetensorsOf } from '../samples.ts';

const AHEAD = 2;

function filesOf(sample: Sample) {
  return { 'config.json': sample.config, 'model.safetensors': safetensorsOf(sample) };
}

async function open(isOfFolders: boolean): Promise<Place> {
  const hub = await HubServer.start();
  const cache = new FileCache({ root: join(temporaryDirectory(), 'cache'), bytesMax: 1e9 });
  const push = (step: number, files: Readonly<Record<string, object>>) => {
    if (!isOfFolders) return hub.push(`step${step}`, files);
    const entries = Object.entries(files).map(([name, content]) => [
      `checkpoints/step_${step}/${name}`,
      content,
    ]);
    hub.add('main', Object.fromEntries(entries));
  };
  if (isOfFolders) hub.push('main', { 'README.md': 'A model.' });
  const put = async (step: number, sample: Sample) => push(step, filesOf(sample));
  return {
    source: () =>
      watchHub('hf://someone/model', {
        cache,
        needs: neededTensors,
        endpoint: hub.url,
        pollMillis: 20,
        ahead: AHEAD,
        patience: { attemptsMax: 2, backoffMillis: 5 },
      }),
    put,
    putTorn: async (step, sample) => push(step, { 'config.json': sample.config }),
    mend: put,
    spoil: async (step, sample) =>
      push(step, { ...filesOf(sample), 'model.safetensors': Buffer.alloc(2000, 7) }),
    again: put,
    unreachable: () => hub.down(),
    reachable: () => hub.up(),
    stall: async () => {
      hub.stalls = ({ kind }) => kind === 'bytes';
    },
    openRequests: () => hub.openRequests,
    fetched: () => hub.fetched.map((path) => Number(/step_?(\d+)/.exec(hub.nameOf(path))?.[1])),
    close: () => hub.down(),
  };
}

describeSource('hub', { open: () => open(false), aheadMax: AHEAD });
describeSource('hub with folders', { open: () => open(true), aheadMax: AHEAD });
