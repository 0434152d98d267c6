/** The contract of sources, kept by directories, of safetensors files and of files of torch.save. */
import { existsSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type WatchOptions, watchDirectory } from '../../server/source/directory.ts';
import { describeSource, type Harness } from './contract.ts';
import { putFiles, temporaryDirectory } from './made-files.ts';
import { type Sample, safetensorsOf, torchOf } from './samples.ts';

/** Fast, so that what is waited for comes soon; nothing here depends on how long that is. */
const FAST: WatchOptions = { settleMillis: 30, pollMillis: 5, stalledMillis: 60 };

/** How the tensors of one checkpoint lie in the watched directory. */
type Layout = {
  readonly entry: (step: number) => string;
  /** The files of a checkpoint below its entry, or the one file that the entry is. */
  readonly files: (
    sample: Sample,
    change: (tensors: Buffer) => Buffer,
  ) => Record<string, unknown> | Uint8Array;
};

const whole = (tensors: Buffer) => tensors;
const cut = (tensors: Buffer) => tensors.subarray(0, tensors.length - 10);
/** The first bytes of either format say what follows. */
const spoilt = (tensors: Buffer) => Buffer.concat([Buffer.alloc(64, 'no'), tensors.subarray(64)]);

function directoryOf({ entry, files }: Layout): Harness {
  return {
    open: async () => {
      const parent = temporaryDirectory();
      const run = join(parent, 'run');
      mkdirSync(run);
      const write = (step: number, sample: Sample, change: (tensors: Buffer) => Buffer) => {
        const made = files(sample, change);
        const [unfinished, path] = [join(parent, 'unfinished'), join(run, entry(step))];
        if (made instanceof Uint8Array) {
          // One for all, which touched again would make all of them news.
          const config = join(run, 'config.json');
          if (!existsSync(config)) writeFileSync(config, JSON.stringify(sample.config));
          writeFileSync(unfinished, made);
        } else putFiles(unfinished, made);
        rmSync(path, { recursive: true, force: true });
        renameSync(unfinished, path);
      };
      const put = async (step: number, sample: Sample) => write(step, sample, whole);
      return {
        source: () => () => watchDirectory(run, FAST),
        put,
        putTorn: async (step, sample) => write(step, sample, cut),
        mend: put,
        spoil: async (step, sample) => write(step, sample, spoilt),
        again: put,
        unreachable: async () => renameSync(run, join(parent, 'away')),
        reachable: async () => renameSync(join(parent, 'away'), run),
        openRequests: () => openFilesBelow(parent),
        close: async () => {},
      };
    },
  };
}

/** So many files below `directory` this process has open, as Linux tells it. */
function openFilesBelow(directory: string): number {
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(directory);
    } catch {
      return false;
    }
  }).length;
}

describeSource(
  'a directory of safetensors files',
  directoryOf({
    entry: (step) => `checkpoint-${step}`,
    files: (sample, change) => ({
      'config.json': sample.config,
      'model.safetensors': change(safetensorsOf(sample)),
    }),
  }),
);

describeSource(
  'a directory of pytorch_model.bin',
  directoryOf({
    entry: (step) => `checkpoint-${step}`,
    files: (sample, change) => ({
      'config.json': sample.config,
      'pytorch_model.bin': change(torchOf(sample)),
    }),
  }),
);

describeSource(
  'a directory of single torch files',
  directoryOf({
    entry: (step) => `step_${step}.pt`,
    files: (sample, change) => change(torchOf(sample)),
  }),
);
