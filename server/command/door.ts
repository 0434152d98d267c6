/**
 * The server's door as the words of the command ask for it: who may come in, where it is, and what is behind it.
 *
 * Beyond this machine a token is needed; where none was given one is made up and printed once, in the part of the address
 * that browsers keep to themselves.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { AlertDesk } from '../alert/alert-desk.ts';
import { LEVELS, type Log, levelFrom, logTo } from '../base/log-line.ts';
import { isLoopback } from '../gateway/access.ts';
import { apiRoutes } from '../gateway/api.ts';
import { Counters } from '../gateway/counters.ts';
import { openGateway } from '../gateway/gateway.ts';
import { metricsRoute } from '../gateway/openmetrics.ts';
import { allowedOriginsFrom } from '../gateway/origins.ts';
import { readinessRoute } from '../gateway/readiness.ts';
import type { Route } from '../gateway/route.ts';
import { newToken, tokensProblem } from '../gateway/tokens.ts';
import type { Trainings } from '../gateway/trainings.ts';
import { serveViewer } from '../gateway/viewer.ts';
import type { ServedRuns } from '../served-runs.ts';
import type { ServeWords } from '../terminal/options.ts';
import { UsageError } from '../terminal/words.ts';
import { version } from './version.ts';

const SITE = fileURLToPath(new URL('../../site', import.meta.url));

export type Door = {
  readonly log: Log;
  /** Tells the person at the terminal where it is. */
  announce(): void;
  /** With a moment for alerts that wait. */
  close(): Promise<void>;
};

export type DoorOptions = {
  readonly words: ServeWords;
  readonly runs: ServedRuns;
  readonly alerts: AlertDesk;
  /** Null where viewers can start none. */
  readonly trainings?: Trainings | null;
  /** Beside those of every server. */
  readonly routes?: readonly Route[];
};

/** @throws UsageError */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { words, runs, alerts, trainings = null, routes = [] } = options;
  if (!existsSync(join(SITE, 'index.html')))
    throw new UsageError(`expected the built dashboard in ${SITE}, found none; npm run build makes it`);
  const { host, port, allowedHosts, viewersMax } = words;
  const { tokens, madeUp } = tokensOf(words);
  const allowedOrigins = originsOf(words);
  const log = logOf(words);
  const counters = new Counters();
  const serverVersion = `phasewatch/${version()}`;
  const gateway = await openGateway({
    access: { host, allowedHosts, allowedOrigins, tokens },
    port,
    site: SITE,
    routes: [
      apiRoutes(runs),
      readinessRoute(runs, tokens.view === null),
      metricsRoute(runs, counters, alerts.counts),
      ...routes,
    ],
    trainings,
    connectionsMax: viewersMax,
    onConnection: (socket, encoding, isLocal, stream) =>
      serveViewer({ socket, encoding, isLocal, stream, runs, serverVersion, counters }),
    log: (event, fields) => log.info(event, fields),
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new UsageError(`port ${port} is taken, perhaps by another phasewatch; try --port ${port + 1}`);
  });
  const name = isLoopback(host) ? 'localhost' : host;
  // A token of the person's own is known to them, and is not printed where logs are kept.
  const fragment = madeUp === null ? '' : `#token=${madeUp}`;
  log.info('listening', { host, port: gateway.port });
  return {
    log,
    announce: () => process.stdout.write(`Phasewatch: http://${name}:${gateway.port}/${fragment}\n`),
    close: async () => {
      await Promise.all([gateway.close(), alerts.close()]);
    },
  };
}

/** The tokens in force, and the one among them that nobody asked for. @throws UsageError */
function tokensOf({ host, allowedHosts, token, uploadToken }: ServeWords) {
  // Behind a proxy, the name of which is allowed, the loopback address is reached from anywhere.
  const isReachable = !isLoopback(host) || allowedHosts.length > 0;
  const { PHASEWATCH_TOKEN, PHASEWATCH_UPLOAD_TOKEN } = process.env;
  const given = token ?? PHASEWATCH_TOKEN ?? null;
  const madeUp = given === null && isReachable ? newToken() : null;
  const tokens = { view: given ?? madeUp, upload: uploadToken ?? PHASEWATCH_UPLOAD_TOKEN ?? null };
  const problem = tokensProblem(tokens);
  if (problem !== null) throw new UsageError(problem);
  return { tokens, madeUp };
}

/** @throws UsageError */
function originsOf({ allowedOrigins }: ServeWords): readonly string[] {
  const { origins, problem } = allowedOriginsFrom(allowedOrigins);
  if (problem !== null) throw new UsageError(`--allow-origin: ${problem}`);
  return origins;
}

/** @throws UsageError */
function logOf({ logLevel }: ServeWords): Log {
  const level = levelFrom(logLevel);
  if (level === null)
    throw new UsageError(`--log-level: expected one of ${LEVELS.join(', ')}; got "${logLevel}"`);
  return logTo((line) => process.stderr.write(line), level);
}
