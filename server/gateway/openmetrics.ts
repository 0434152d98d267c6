/**
 * `GET /metrics` (SPEC.md, H-5): how the server does, and how its runs do, in OpenMetrics 1.0. Everything is read
 * from the counters and the states when it is asked for; nothing is computed between.
 *
 *   process_*, nodejs_*                                       of this process, as prom-client names them
 *   phasewatch_viewers                              gauge     connections that are open
 *   phasewatch_outbox_bytes                         gauge     bytes that wait in their sockets
 *   phasewatch_resyncs_total                        counter   times that a viewer had to begin anew
 *   phasewatch_messages_sent_total                  counter
 *   phasewatch_bytes_sent_total                     counter
 *   phasewatch_viewers_disconnected_total{reason}   counter
 *   phasewatch_alerts_total{outcome}                counter   of webhooks, once an address
 *   and of each run                                           run-families.ts
 *
 * A name and its labels are kept, once released: dashboards and alerts are made of them.
 * Series: 9 reasons, 3 outcomes, about 60 of the process, and a fixed number for each run; none for a checkpoint or a viewer.
 * Cost: 1 to 2 ms for the process, and the process wakes every 10 ms to measure the lag of its event loop (0.8 % of
 * a core; the lag includes these 10 ms). Its timer and observer do not keep the process alive.
 */
import { Counter, collectDefaultMetrics, Gauge, type OpenMetricsContentType, Registry } from 'prom-client';
import type { Runs } from '../log/run-view.ts';
import type { Counters } from './counters.ts';
import type { Route } from './route.ts';
import { registerRunFamilies } from './run-families.ts';

const PATH = '/metrics';

const CONTENT_TYPE: OpenMetricsContentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/**
 * Registers once: to be called once in a process.
 * @param alerts how many had which outcome
 */
export function metricsRoute(
  runs: Runs,
  counters: Counters,
  alerts: ReadonlyMap<string, number> = new Map(),
): Route {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(CONTENT_TYPE);
  collectDefaultMetrics({ register: registry });
  registerServerFamilies(registry, counters);
  registerAlerts(registry, alerts);
  registerRunFamilies(registry, runs);
  return (request) => {
    if (request.path !== PATH || request.method !== 'GET') return null;
    return registry
      .metrics()
      .then((text) => ({ status: 200, headers: {}, body: canonical(text), contentType: CONTENT_TYPE }));
  };
}

function registerServerFamilies(registry: Registry<OpenMetricsContentType>, counters: Counters): void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  // A counter of prom-client can only grow; it is set by beginning at 0 each time.
  const counter = (name: string, help: string, value: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  gauge('phasewatch_viewers', 'Viewers that are connected.', () => counters.viewers);
  gauge(
    'phasewatch_outbox_bytes',
    'Bytes that wait in the sockets of all viewers.',
    () => counters.outboxBytes,
  );
  counter(
    'phasewatch_resyncs_total',
    'Times that a viewer lagged too far and had to subscribe anew.',
    () => counters.resyncs,
  );
  counter(
    'phasewatch_messages_sent_total',
    'Messages handed to the sockets of viewers.',
    () => counters.messagesSent,
  );
  counter(
    'phasewatch_bytes_sent_total',
    'Bytes of the messages handed to the sockets of viewers, before compression.',
    () => counters.bytesSent,
  );
  new Counter({
    name: 'phasewatch_viewers_disconnected_total',
    help: 'Viewers that are gone, by reason.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of counters.disconnected) this.inc({ reason }, count);
    },
  });
}

function registerAlerts(
  registry: Registry<OpenMetricsContentType>,
  alerts: ReadonlyMap<string, number>,
): void {
  new Counter({
    name: 'phasewatch_alerts_total',
    help: 'Alerts to webhooks, by what became of them.',
    labelNames: ['outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [outcome, count] of alerts) this.inc({ outcome }, count);
    },
  });
}

/**
 * Bounds of histograms that are whole numbers, as OpenMetrics asks for them: `le="1.0"`, not `le="1"`. No other label
 * can look like one: quotes in a label's value are escaped.
 */
function canonical(text: string): string {
  return text.replace(/([{,]le=")(\d+)"/g, '$1$2.0"');
}
