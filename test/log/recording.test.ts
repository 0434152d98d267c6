import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodePacked } from '../../protocol/packed.ts';
import type { RunInfo } from '../../protocol/state.ts';
import { seededRandom } from '../../server/base/random.ts';
import {
  type RecordedDelta,
  RecordingProblem,
  readRecording,
  recordedBytes,
  recordingHeader,
} from '../../server/log/recording.ts';
import { RUN, walked } from './delta-walk.ts';
import { scratch } from './scratch.ts';

const CREATED = new Date('2026-01-02T03:04:05Z');
const recorded = (count: number): RecordedDelta[] =>
  walked(8, 30)
    .slice(0, count)
    .map((delta, index) => ({ at: 1_000 + index, delta }));
const bytesOf = (deltas: readonly RecordedDelta[]) =>
  Buffer.concat([recordingHeader(RUN, CREATED), ...deltas.map(recordedBytes)]);

/** What reading a file with these bytes gives. */
async function read(file: string, bytes: Uint8Array) {
  writeFileSync(file, bytes);
  const values: (RunInfo | RecordedDelta)[] = [];
  const warnings: string[] = [];
  const reading = (async () => {
    for await (const value of readRecording(file, (sentence) => warnings.push(sentence))) values.push(value);
  })();
  const problem = await reading.then(
    () => null,
    (error: unknown) => error,
  );
  return { values, warnings, problem };
}

describe('a recording', () => {
  it('is read as it was written', async () => {
    const deltas = recorded(90);
    expect(deltas).toHaveLength(90);
    expect(await read(join(scratch(), 'a.pw'), bytesOf(deltas))).toEqual({
      values: [RUN, ...deltas],
      warnings: [],
      problem: null,
    });
  });

  it('says how many tokens a step takes, where that is known', async () => {
    const run = { ...RUN, tokensPerStep: 524_288 };
    const deltas: RecordedDelta[] = [{ at: 1, delta: { type: 'run', run } }];
    const bytes = Buffer.concat([recordingHeader(run, CREATED), ...deltas.map(recordedBytes)]);
    expect((await read(join(scratch(), 'tokens.pw'), bytes)).values).toEqual([run, ...deltas]);
  });

  it('that is cut at any byte is its beginning and a warning, or no recording', async () => {
    const deltas = recorded(8);
    const bytes = bytesOf(deltas);
    const file = join(scratch(), 'cut.pw');
    const ends: number[] = [];
    for (const { length } of [recordingHeader(RUN, CREATED), ...deltas.map(recordedBytes)])
      ends.push((ends[ends.length - 1] ?? 0) + length);
    for (let length = 0; length <= bytes.length; length += 1) {
      const { values, warnings, problem } = await read(file, bytes.subarray(0, length));
      const whole = ends.filter((end) => end <= length).length;
      expect(values).toEqual([RUN, ...deltas].slice(0, whole));
      if (whole === 0) expect(problem).toBeInstanceOf(RecordingProblem);
      else expect(problem).toBeNull();
      const isCut = whole > 0 && !ends.includes(length);
      expect(warnings).toEqual(
        isCut ? [`cut.pw: the file ends within delta ${whole}; it is replayed up to there`] : [],
      );
    }
  });

  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['text', Buffer.from('step,loss\n1,2.5\n'.repeat(500))],
    [
      'a picture',
      Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x10, ...Buffer.from('JFIF'), ...Array(5_000).fill(0x42)]),
    ],
    ['JSON', Buffer.from(JSON.stringify({ recording: 1, run: RUN }))],
    ['zeros', Buffer.alloc(100_000)],
    ['a text of 4 GB', Buffer.from([0xdb, 0xff, 0xff, 0xff, 0xff, 0x61])],
    ['an array of 2^32 − 1', Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff, 0x61])],
    ['nested arrays that lie', Buffer.alloc(60_000, Buffer.from([0xdc, 0xff, 0xf0]))],
    ['a recording of another format', encodePacked({ recording: 2, run: RUN, created: '' })],
  ])('is not what %s is', async (_, bytes) => {
    const { values, warnings, problem } = await read(join(scratch(), 'foreign'), bytes);
    expect([values, warnings]).toEqual([[], []]);
    expect(problem).toBeInstanceOf(RecordingProblem);
    expect(String(problem)).toMatch(/foreign: expected a recording/);
  });

  it('names the delta that is none of this protocol', async () => {
    const bytes = Buffer.concat([bytesOf(recorded(2)), encodePacked([1, { type: 'telegram' }])]);
    const { values, problem } = await read(join(scratch(), 'a.pw'), bytes);
    expect(values).toHaveLength(3);
    expect(String(problem)).toContain('a.pw: delta 3 is not one of this protocol');
  });

  it('that is damaged anywhere is a beginning of values or a problem, never a crash', async () => {
    const random = seededRandom(4);
    const bytes = bytesOf(recorded(20));
    const file = join(scratch(), 'damaged.pw');
    for (let round = 0; round < 300; round += 1) {
      const damaged = Buffer.from(bytes);
      for (let count = 0; count < 3; count += 1)
        damaged[Math.floor(random() * bytes.length)] = Math.floor(256 * random());
      const { problem } = await read(file, damaged);
      if (problem !== null) expect(problem).toBeInstanceOf(RecordingProblem);
    }
  });
});
