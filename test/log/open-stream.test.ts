import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EventLog, recordOf } from '../../server/log/event-log.ts';
import { openStream } from '../../server/log/open-stream.ts';
import { runFolders } from '../../server/log/run-folder.ts';
import { RUN, walked } from './delta-walk.ts';
import { scratch } from './scratch.ts';

async function opened(data: string, warnings: string[] = []) {
  const stream = await openStream({
    run: RUN,
    data,
    settings: { seed: 0 },
    bytesMax: Number.POSITIVE_INFINITY,
    peek: () => null,
    warn: (sentence) => warnings.push(sentence),
  });
  onTestFinished(() => stream.close());
  return stream;
}

describe('the stream of a run', () => {
  it('goes on where the same run ended', async () => {
    const data = scratch();
    const first = await opened(data);
    const deltas = walked(1, 20);
    for (const delta of deltas) first.publish(delta);
    await first.close();
    const second = await opened(data);
    expect([second.offset, second.epoch, second.unkept]).toEqual([deltas.length, first.epoch, null]);
  });

  it('is opened without a log, and says why, where another process has it', async () => {
    const data = scratch();
    await opened(data);
    const warnings: string[] = [];
    const second = await opened(data, warnings);
    expect(second.unkept).toContain('another phasewatch has it open');
    expect(second.unkept).toContain('Live viewing goes on; results are lost when this server stops');
    expect(warnings).toEqual([second.unkept]);
    second.publish({ type: 'rewound', fromStep: 1 });
    await second.settled();
    expect(second.offset).toBe(1);
  });

  it('S-1: has an epoch of its own each time that it is opened without a log', async () => {
    const data = join(scratch(), 'file');
    writeFileSync(data, '');
    const [first, second] = [await opened(data), await opened(data)];
    expect(first.epoch).not.toBe(second.epoch);
  });

  it('is opened without a log where that is damaged, and leaves it for whoever repairs it', async () => {
    const data = scratch();
    await (await opened(data)).close();
    const [{ logDirectory }] = await runFolders(data);
    const log = await EventLog.open({ directory: logDirectory, bytesMax: 1_000 });
    await log.append([recordOf(5, 0, { type: 'rewound', fromStep: 1 })]);
    await log.close();
    const stream = await opened(data);
    expect(stream.unkept).toContain('its files are damaged; move the directory away to begin anew');
    // Nobody has it open.
    await (await EventLog.open({ directory: logDirectory, bytesMax: 1_000 })).close();
  });
});
