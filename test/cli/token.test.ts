/** Who may look on at the real server: nobody without a token beyond this machine, and no token is printed but a made-up one. */
import process from 'node:process';
import { afterEach, expect, it } from 'vitest';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { phasewatch } from '../support/command.ts';
import { startServer, type TestServer } from '../support/server.ts';

const OWN = 'a-token-of-my-own-1234';
let server: TestServer | null = null;
afterEach(async () => {
  delete process.env.PHASEWATCH_TOKEN;
  await server?.stop();
  server = null;
});

const statusOf = async (port: number, token: string | null) => {
  const headers = new Headers(token === null ? [] : [['authorization', `Bearer ${token}`]]);
  return (await fetch(`http://127.0.0.1:${port}/api/runs`, { headers })).status;
};

it('T-1: beyond this machine a token is made up, printed in the address, and asked for', async () => {
  server = await startServer('watch', SAMPLE_RUN, '--host', '0.0.0.0');
  const token = new URL(server.url).hash.replace('#token=', '');
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(await statusOf(server.port, null)).toBe(401);
  expect(await statusOf(server.port, token)).toBe(200);
});

it.each(['an option', 'the environment'])(
  'T-1: a token given by %s is asked for and not printed',
  async (by) => {
    if (by === 'the environment') process.env.PHASEWATCH_TOKEN = OWN;
    const words = by === 'an option' ? ['--token', OWN] : [];
    server = await startServer('watch', SAMPLE_RUN, '--host', '0.0.0.0', ...words);
    expect(server.url).not.toContain(OWN);
    expect(new URL(server.url).hash).toBe('');
    expect(await statusOf(server.port, null)).toBe(401);
    expect(await statusOf(server.port, OWN)).toBe(200);
  },
);

it.each([
  ['--token', 'view'],
  ['--upload-token', 'upload'],
])('T-1: a token that can be guessed is refused, and not repeated: %s', async (option, right) => {
  const { code, stderr } = await phasewatch('watch', SAMPLE_RUN, option, 'hunter2');
  expect(code).toBe(2);
  expect(stderr).toContain(`phasewatch: ${option}: expected a token to ${right} of 16 to 256`);
  expect(stderr).not.toContain('hunter2');
});
