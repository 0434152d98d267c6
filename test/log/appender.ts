/**
 * A process of its own that has a log open, as a server has.
 *
 *   hold DIRECTORY                 opens it, says so, and waits
 *   publish DIRECTORY SEED STEPS   goes on with this walk where the log ends, up to 4 deltas a batch, and prints offset
 *                                  and epoch when they are announced
 */
import process from 'node:process';
import { seededRandom } from '../../server/base/random.ts';
import { EventLog } from '../../server/log/event-log.ts';
import { RunStream } from '../../server/log/run-stream.ts';
import { RUN, walked } from './delta-walk.ts';

const [mode, directory, seed, steps] = process.argv.slice(2);
const log = await EventLog.open({ directory, bytesMax: Number.POSITIVE_INFINITY });
if (mode === 'hold') {
  console.log('held');
  process.stdin.resume();
} else {
  const stream = await RunStream.open({ run: RUN, log });
  const deltas = walked(Number(seed), Number(steps));
  const random = seededRandom(stream.offset);
  while (stream.offset < deltas.length) {
    const batch = deltas.slice(stream.offset, stream.offset + 1 + Math.floor(4 * random()));
    for (const delta of batch) stream.publish(delta);
    await stream.settled();
    console.log(`${stream.offset} ${stream.epoch}`);
  }
}
