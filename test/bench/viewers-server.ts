/**
 * The server of the viewers' benchmark, in a process of its own: the real gateway, viewers, stream and log, and instead of
 * an analysis the made updates of checkpoints from files, which are read before the clock starts.
 *
 *   node viewers-server.js HOST PORT DATA UPDATES
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { deserialize } from 'node:v8';
import type { Update } from '../../protocol/state.ts';
import { apiRoutes } from '../../server/gateway/api.ts';
import { Counters } from '../../server/gateway/counters.ts';
import { openGateway } from '../../server/gateway/gateway.ts';
import { serveViewer } from '../../server/gateway/viewer.ts';
import { EventLog } from '../../server/log/event-log.ts';
import { RunStream } from '../../server/log/run-stream.ts';
import { ServedRuns } from '../../server/served-runs.ts';
import { RUN } from './bench-run.ts';
import { clockMillis, type Played, type ServerReply, type ServerRequest } from './viewers-talk.ts';

const [host, port, directory, updates] = process.argv.slice(2);
const log = await EventLog.open({ directory, bytesMax: Number.POSITIVE_INFINITY });
let committedMillis = 0;
const append = log.append.bind(log);
log.append = async (...words) => {
  await append(...words);
  committedMillis = clockMillis();
};
const stream = await RunStream.open({ run: RUN, log });
const runs = new ServedRuns();
runs.add(stream);
const site = mkdtempSync(join(tmpdir(), 'phasewatch-site-'));
writeFileSync(join(site, 'index.html'), '<title>bench</title>');
const counters = new Counters();
const gateway = await openGateway({
  access: { host, allowedHosts: [], allowedOrigins: [], tokens: { view: null, upload: null } },
  port: Number(port),
  site,
  routes: [apiRoutes(runs)],
  onConnection: (socket, encoding, isLocal, stream) =>
    serveViewer({ socket, encoding, isLocal, stream, runs, serverVersion: 'bench', counters }),
  log: (event, fields) => process.stderr.write(`${event} ${JSON.stringify(fields)}\n`),
});

process.on('message', (request: ServerRequest) => {
  void answer(request);
});
process.on('disconnect', () => process.exit());
say({ type: 'listening', port: gateway.port });

async function answer(request: ServerRequest): Promise<void> {
  if (request.type === 'stop') {
    await gateway.close();
    await runs.close();
    say({ type: 'stopped' });
    return;
  }
  const { from, to, everyMillis } = request;
  const before = process.cpuUsage();
  const played: Played[] = [];
  for (let index = from; index < to; index += 1) {
    played.push(await play(index));
    await setTimeout(everyMillis);
  }
  const { user, system } = process.cpuUsage(before);
  const rssMib = process.memoryUsage().rss / 2 ** 20;
  say({ type: 'played', played, usage: { cpuSeconds: (user + system) / 1e6, rssMib } });
}

async function play(index: number): Promise<Played> {
  const checkpoint: Update[] = deserialize(readFileSync(join(updates, String(index))));
  const publishedMillis = clockMillis();
  for (const update of checkpoint) stream.publish(update);
  await stream.settled();
  const { epoch, offset } = stream;
  return { place: { epoch, offset }, publishedMillis, committedMillis };
}

function say(reply: ServerReply): void {
  process.send?.(reply);
}
