/** Which `Host` and `Origin` are ours (SPEC.md, H-3). */
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type Access, hostOf, isLoopback, strangerProblem } from '../../server/gateway/access.ts';
import { ask, OPEN, shake, testGateway } from '../support/gateway.ts';

const BEYOND: Access = { ...OPEN, host: '0.0.0.0', allowedHosts: ['Watch.Example'] };
const isTaken = (access: Access, host: string, origin?: string) =>
  strangerProblem({ host, ...(origin !== undefined && { origin }) }, access) === null;

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
  ['http://localhost:4000', true],
  ['https://localhost:4000', true],
  ['HTTP://LOCALHOST:4000', true],
  ['http://localhost', false],
  ['http://localhost:4001', false],
  ['http://127.0.0.1:4000', false],
  ['http://evil.example', false],
  ['ftp://localhost:4000', false],
  ['http://localhost:4000.evil.example', false],
  ['null', false],
  ['', false],
])('H-3: an Origin "%s" at the Host localhost:4000 is the same site: %s', (origin, same) =>
  expect(isTaken(OPEN, 'localhost:4000', origin)).toBe(same),
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

it('H-3: requests and handshakes of strangers are refused with 403, in words; those of our own pages are not', async () => {
  const { gateway, logged } = await testGateway();
  const { port } = gateway;
  const rebound = { host: 'rebound.example' };
  const elsewhere = { origin: 'http://evil.example' };
  for (const headers of [rebound, elsewhere]) {
    expect((await ask(port, '/healthz', { headers })).status).toBe(403);
    expect((await ask(port, '/', { headers })).status).toBe(403);
    expect((await shake(port, undefined, { headers })).status).toBe(403);
  }
  expect((await ask(port, '/', { headers: rebound })).body).toBe(
    'expected a Host of this server (localhost), got "rebound.example"\n',
  );
  const own = { origin: `http://127.0.0.1:${port}` };
  expect((await ask(port, '/', { headers: own })).status).toBe(200);
  expect((await shake(port, undefined, { headers: own })).status).toBe(101);
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
