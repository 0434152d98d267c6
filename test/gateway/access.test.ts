/** Which `Host` is ours (SPEC.md, H-3). */
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type Access, hostOf, hostProblem, isLoopback, isOverLoopback } from '../../server/gateway/access.ts';
import { newToken } from '../../server/gateway/tokens.ts';
import { ask, OPEN, shake, testGateway } from '../support/gateway.ts';

const BEYOND: Access = { ...OPEN, host: '0.0.0.0', allowedHosts: ['Watch.Example'] };
const isTaken = (access: Access, host: string) => hostProblem({ host }, access) === null;

describe('a Host', () => {
  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1:4000', '127.8.9.1', '[::1]:80', '[::1]'])(
    'H-3: on loopback is taken as %s',
    (host) => expect(isTaken(OPEN, host)).toBe(true),
  );

  it.each([
    '',
    'rebound.example',
    'localhost.example',
    '127.0.0.1.example',
    '10.0.0.1',
    '[::2]',
    'localhost:',
    'localhost:123456',
    'a@localhost',
    'localhost/x',
    'localhost,localhost',
    'localhost; script-src *',
    hostname().toLowerCase() === 'localhost' ? 'elsewhere' : hostname(),
  ])('H-3: on loopback is refused as "%s"', (host) => expect(isTaken(OPEN, host)).toBe(false));

  it.each(['10.0.0.1:4000', '[fe80::1]:4000', 'localhost', hostname(), 'watch.example:443', 'WATCH.example'])(
    'H-3: beyond loopback is taken as %s',
    (host) => expect(isTaken(BEYOND, host)).toBe(true),
  );

  it.each(['rebound.example', 'x.watch.example', '10.0.0.1.nip.example', '[::zz]', '[10.0.0.1', '1.2.3'])(
    'H-3: beyond loopback is refused as %s',
    (host) => expect(isTaken(BEYOND, host)).toBe(false),
  );

  it('H-3: is taken as the name that is listened at', () => {
    expect(isTaken({ ...OPEN, host: 'gpu7.lab' }, 'GPU7.lab:4000')).toBe(true);
    expect(isTaken({ ...OPEN, host: 'gpu7.lab' }, 'gpu8.lab:4000')).toBe(false);
  });

  it('is missing or malformed where it cannot stand in a header', () => {
    expect([hostOf({}), hostOf({ host: 'a b' }), hostOf({ host: 'A.b:1' })]).toEqual([null, null, 'a.b:1']);
  });
});

it.each([
  // listens at, asked for as
  ['127.0.0.1', 'localhost:4000', true],
  ['::1', '[::1]:4000', true],
  ['localhost', '127.0.0.1', true],
  ['127.0.0.1', 'watch.example', false],
  ['0.0.0.0', 'localhost:4000', false],
  ['127.0.0.1', '', false],
])('a server at %s asked for as "%s" is reached over loopback: %s', (host, as, isOver) =>
  expect(isOverLoopback({ host: as }, { ...OPEN, host })).toBe(isOver),
);

it('only loopback addresses are reached from this machine alone', () => {
  const hosts = [
    'localhost',
    '127.0.0.1',
    '127.1.2.3',
    '::1',
    '[::1]',
    '0.0.0.0',
    '::',
    '10.0.0.1',
    'localhost.lab',
  ];
  expect(hosts.filter(isLoopback)).toEqual(hosts.slice(0, 5));
});

it('H-3: requests and handshakes for another Host are refused with 403, in words, whatever else they show', async () => {
  const token = newToken();
  const access = { ...OPEN, allowedOrigins: ['*'], tokens: { view: token, upload: null } };
  const { gateway, logged } = await testGateway({ access });
  const { port } = gateway;
  const rebound = { host: 'rebound.example', authorization: `Bearer ${token}` };
  const preflight = { ...rebound, origin: 'http://rebound.example', 'access-control-request-method': 'GET' };
  for (const path of ['/', '/healthz', '/assets/main.js', '/embed/graph', '/api/runs'])
    expect([path, (await ask(port, path, { headers: rebound })).status]).toEqual([path, 403]);
  const asked = await ask(port, '/api/runs', { method: 'OPTIONS', headers: preflight });
  expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  expect((await shake(port, undefined, { headers: rebound })).status).toBe(403);
  expect((await ask(port, '/', { headers: rebound })).body).toBe(
    'expected a Host of this server (localhost), got "rebound.example"\n',
  );
  expect(logged[0]).toEqual([
    'refused',
    {
      status: 403,
      peer: '127.0.0.1',
      reason: 'expected a Host of this server (localhost), got "rebound.example"',
      leftOut: 0,
    },
  ]);
  await gateway.close();
});
