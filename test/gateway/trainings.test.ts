/** Who may start a training, over real sockets, and what the answers say. */
import { afterEach, describe, expect, it } from 'vitest';
import { runSummaries } from '../../server/gateway/run-summary.ts';
import { newToken } from '../../server/gateway/tokens.ts';
import type { Trainings } from '../../server/gateway/trainings.ts';
import { ServedRuns } from '../../server/served-runs.ts';
import { ask, OPEN, type TestGateway, testGateway } from '../support/gateway.ts';
import { openedStream } from '../support/served.ts';

const [view, upload] = [newToken(), newToken()];

let made: TestGateway;
let started: (number | null)[] = [];
const trainings: Trainings = {
  seedMax: 99,
  start: (seed) => {
    started.push(seed);
    if (seed === 7) return { type: 'taken', sentence: 'expected a seed that is free, got 7' };
    return { type: 'started', run: 'demo-seed-1', name: 'Demo', seed: seed ?? 1 };
  },
};
const post = (query = '', headers: Readonly<Record<string, string>> = {}) =>
  ask(made.gateway.port, `/api/trainings${query}`, { method: 'POST', headers });

async function serve(access: Partial<typeof OPEN> = {}, desk: Trainings | null = trainings) {
  started = [];
  made = await testGateway({ access: { ...OPEN, ...access }, trainings: desk });
}
afterEach(() => made.gateway.close());

describe('a server that trains', () => {
  it('H-11: starts a training with the seed that is asked for, or one of its own choice', async () => {
    await serve();
    const { status, body } = await post('?seed=5');
    expect([status, JSON.parse(body)]).toEqual([201, { run: 'demo-seed-1', name: 'Demo', seed: 5 }]);
    expect((await post()).status).toBe(201);
    expect(started).toEqual([5, null]);
  });

  it('H-11: says why it starts none', async () => {
    await serve();
    for (const query of ['?seed=', '?seed=-1', '?seed=1.5', '?seed=100', '?seed=1&seed=2', '?steps=9']) {
      const { status, body } = await post(query);
      expect([query, status, body]).toEqual([query, 400, expect.stringContaining('from 0 to 99')]);
    }
    expect(started).toEqual([]);
    const taken = await post('?seed=7');
    expect([taken.status, taken.body]).toEqual([409, 'expected a seed that is free, got 7\n']);
    expect((await ask(made.gateway.port, '/api/trainings')).status).toBe(405);
  });

  it('H-11: starts none for pages of other origins, even those that it lets read', async () => {
    await serve({ allowedOrigins: ['https://lab.example'] });
    const host = `127.0.0.1:${made.gateway.port}`;
    const statuses = async (origins: readonly string[]) =>
      Promise.all(origins.map(async (origin) => (await post('', { origin, host })).status));
    expect(await statuses(['https://lab.example', 'https://evil.example', 'null'])).toEqual([403, 403, 403]);
    expect(started).toEqual([]);
    expect(await statuses([`http://${host}`, 'http://localhost:8888'])).toEqual([201, 201]);
  });

  it('H-11: asks for the view token where there is one', async () => {
    await serve({ tokens: { view, upload } });
    expect((await post()).status).toBe(401);
    expect((await post('', { authorization: `Bearer ${newToken()}` })).status).toBe(401);
    // A cookie that a page of another origin makes the browser send.
    const session = await ask(made.gateway.port, '/api/session', {
      method: 'POST',
      headers: { authorization: `Bearer ${view}` },
    });
    const cookie = String(session.headers['set-cookie']).split(';', 1)[0];
    expect((await post('', { cookie, origin: 'https://evil.example' })).status).toBe(401);
    expect(started).toEqual([]);
    expect((await post('', { cookie })).status).toBe(201);
    expect((await post('', { authorization: `Bearer ${view}` })).status).toBe(201);
    // Showing the token does not make a page of another origin one of this server.
    const foreign = { authorization: `Bearer ${view}`, origin: 'https://lab.example' };
    expect((await post('', foreign)).status).toBe(403);
  });

  it('H-11: says so in its list of runs', async () => {
    await serve();
    const [runs, others] = [new ServedRuns({ trainsMore: true }), new ServedRuns()];
    for (const each of [runs, others]) each.add(await openedStream('a'));
    expect(runSummaries(runs)).toMatchObject([{ id: 'a', trainsMore: true }]);
    expect(runSummaries(others)[0]).not.toHaveProperty('trainsMore');
  });
});

it('H-11: a server that trains nothing has no such route', async () => {
  await serve({}, null);
  const { status, body } = await post('?seed=1');
  expect([status, body]).toEqual([404, 'no such route: /api/trainings\n']);
});
