/**
 * Many viewers of one run: how long a checkpoint's deltas take to the last of them, how soon a late one sees everything,
 * and what the server spends on it.
 *
 * Three processes and one clock: this one, the server (viewers-server.ts), all viewers (viewers-process.ts). All updates
 * of a checkpoint are published at once, as those of a small model come. Viewers on the same machine get messages as they
 * are; "deflated" is what other machines get, asked for by this machine's own address in the network.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import type { Encoding } from '../../protocol/encoding.ts';
import type { Place } from '../../protocol/messages.ts';
import { madeRun, weightSample } from './made-run.ts';
import { PYTHIA_14M, PYTHIA_410M, type Shape } from './random-model.ts';
import {
  type JoinRequest,
  type ServerReply,
  type ServerRequest,
  Talker,
  type ViewersReply,
  type ViewersRequest,
} from './viewers-talk.ts';

type Scene = {
  readonly shape: Shape;
  readonly viewers: number;
  /** Checkpoints before the viewers come, while they watch, and after. */
  readonly past: number;
  readonly live: number;
  readonly missed: number;
  readonly everyMillis: number;
};
type Case = Scene & { readonly updates: string; readonly encoding: Encoding; readonly deflated: boolean };
type Server = Talker<ServerRequest, ServerReply>;
type Viewers = Talker<ViewersRequest, ViewersReply>;

const SCENES: readonly Scene[] = [
  { shape: PYTHIA_14M, viewers: 200, past: 44, live: 100, missed: 10, everyMillis: 200 },
  { shape: PYTHIA_410M, viewers: 20, past: 2, live: 16, missed: 2, everyMillis: 1_500 },
];
const JOINERS = 20;
const LAST_VIEWER_MILLIS_MAX = 250;
const JOIN_MILLIS_MAX = 1_000;

export async function benchViewers(print: (line: string) => void): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'phasewatch-bench-'));
  const sample = await weightSample();
  const joins: string[] = [];
  print('Live: a checkpoint from commit to the last viewer, ms: p50 / p99 / max');
  print(
    `| shape, viewers | checkpoints, every | encoding | publish → commit | commit → received | commit → decoded (p99 < ${LAST_VIEWER_MILLIS_MAX}) | CPU of the server, ms a checkpoint | its RSS, MiB | CPU of all viewers, ms a checkpoint | bytes a viewer and checkpoint |`,
  );
  print('|---|---|---|---|---|---|---|---|---|---|');
  for (const scene of SCENES) {
    const updates = join(scratch, scene.shape.name);
    mkdirSync(updates);
    const count = scene.past + scene.live + scene.missed;
    const changes = Array.from({ length: count }, () => 'everything' as const);
    for (const [index, checkpoint] of (await madeRun(scene.shape, sample, changes)).entries())
      writeFileSync(join(updates, String(index)), serialize(checkpoint));
    for (const deflated of [false, true])
      for (const encoding of ['json', 'binary'] as const) {
        const rows = await measured({ ...scene, updates, encoding, deflated });
        print(rows.live);
        joins.push(rows.joins);
      }
  }
  rmSync(scratch, { recursive: true });
  print('');
  print(
    `Joining: from connecting to the state applied, ms: median / max of ${JOINERS}; all viewers at once after a restart: the last one, decoded`,
  );
  print(
    `| shape, checkpoints | encoding | late joiner (< ${JOIN_MILLIS_MAX}) | resume after missing | restart of the server | all anew | all resume |`,
  );
  print('|---|---|---|---|---|---|---|');
  for (const row of joins) print(row);
}

async function measured(one: Case): Promise<{ readonly live: string; readonly joins: string }> {
  const { shape, viewers: count, past, live, missed, everyMillis, encoding, deflated } = one;
  const host = deflated ? networkAddress() : '127.0.0.1';
  const data = mkdtempSync(join(tmpdir(), 'phasewatch-bench-'));
  const viewers: Viewers = new Talker('./viewers-process.js', []);
  let { server, port } = await started(host, data, one.updates);
  const play = (from: number, to: number, pace: number) =>
    server.ask({ type: 'play', from, to, everyMillis: pace }, 'played');
  const joined = (words: Partial<JoinRequest> & Pick<JoinRequest, 'count' | 'until'>) => {
    const request = { type: 'join', together: true, host, port, encoding, after: null } as const;
    return viewers.ask({ ...request, applies: true, stay: false, ...words }, 'joined');
  };

  const before = await play(0, past, 0);
  const begun = before.played[past - 1].place;
  await joined({ count, until: begun.offset, applies: false, stay: true });
  const { played, usage } = await play(past, past + live, everyMillis);
  const offsets = played.map(({ place }) => place.offset);
  const report = await viewers.ask({ type: 'report', offsets }, 'report');
  const since = (times: readonly number[]) =>
    percentiles(times.map((time, index) => time - played[index].committedMillis));
  const decoded = since(report.decodedMillis);
  const verdict = decoded.p99 < LAST_VIEWER_MILLIS_MAX ? 'met' : 'missed';
  const words = `${encoding === 'json' ? 'JSON' : 'MessagePack'}${deflated ? ', deflated' : ''}`;
  const liveRow = [
    `${shape.name}, ${count}`,
    `${live}, ${everyMillis} ms`,
    words,
    percentiles(played.map(({ committedMillis, publishedMillis }) => committedMillis - publishedMillis)).text,
    since(report.receivedMillis).text,
    `${decoded.text}: ${verdict}`,
    ((1e3 * usage.cpuSeconds) / live).toFixed(0),
    usage.rssMib.toFixed(0),
    ((1e3 * report.cpuSeconds) / live).toFixed(0),
    Math.round(report.bytesReceived / count / live).toLocaleString('en'),
  ];

  // Holds the state from which viewers resume.
  const place = played[live - 1].place;
  await joined({ count: 1, until: place.offset });
  const end = (await play(past + live, past + live + missed, 0)).played[missed - 1].place;
  const late = await joined({ count: JOINERS, together: false, until: end.offset });
  const resumed = await joined({ count: JOINERS, together: false, until: end.offset, after: place });
  const herd = async (after: Place | null) => {
    await server.ask({ type: 'stop' }, 'stopped');
    await server.ended();
    const begunMillis = performance.now();
    ({ server, port } = await started(host, data, one.updates));
    const restartMillis = performance.now() - begunMillis;
    return { restartMillis, ...(await joined({ count, until: end.offset, applies: false, after })) };
  };
  await viewers.ask({ type: 'leave' }, 'left');
  const anew = await herd(null);
  const again = await herd(end);
  await server.ended();
  await viewers.ended();
  rmSync(data, { recursive: true });
  const lateTimes = percentiles(late.millis);
  const joinRow = [
    `${shape.name}, ${past + live + missed}`,
    words,
    `${lateTimes.ends}: ${lateTimes.max < JOIN_MILLIS_MAX ? 'met' : 'missed'}`,
    `${missed}: ${percentiles(resumed.millis).ends}${resumed.snapshots > 0 ? `, ${resumed.snapshots} by snapshot` : ''}`,
    anew.restartMillis.toFixed(0),
    `${count}: ${percentiles(anew.millis).max.toFixed(0)}`,
    `${again.resumed}: ${percentiles(again.millis).max.toFixed(0)}`,
  ];
  return { live: `| ${liveRow.join(' | ')} |`, joins: `| ${joinRow.join(' | ')} |` };
}

async function started(
  host: string,
  data: string,
  updates: string,
): Promise<{ server: Server; port: number }> {
  const server: Server = new Talker('./viewers-server.js', [host, '0', data, updates]);
  const { port } = await server.heard('listening');
  return { server, port };
}

/** Of this machine, from which messages look as if they came from another one. */
function networkAddress(): string {
  const found = Object.values(networkInterfaces())
    .flat()
    .find((address) => address && !address.internal && address.family === 'IPv4');
  if (!found)
    throw new Error('expected a network interface with an IPv4 address beside loopback, found none');
  return found.address;
}

function percentiles(millis: readonly number[]) {
  const ascending = [...millis].sort((a, b) => a - b);
  const at = (share: number) => ascending[Math.ceil(share * ascending.length) - 1];
  const [p50, p99, max] = [at(0.5), at(0.99), at(1)];
  const words = (values: readonly number[]) => values.map((value) => value.toFixed(0)).join(' / ');
  return { p99, max, text: words([p50, p99, max]), ends: words([p50, max]) };
}
