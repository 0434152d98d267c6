/** `--allow-origin` at the real server: a page that it names is answered, and what is no origin is refused at the start. */
import { afterEach, expect, it } from 'vitest';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { phasewatch } from '../support/command.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

it('H-6: an origin that is named is answered, another is not', async () => {
  server = await startServer(
    'watch',
    SAMPLE_RUN,
    '--allow-origin',
    'https://a.example,https://b.example:443',
  );
  const { port } = server;
  const allowed = async (origin: string) => {
    const { status, headers } = await fetch(`http://127.0.0.1:${port}/api/runs`, { headers: { origin } });
    return [status, headers.get('access-control-allow-origin')];
  };
  expect(await allowed('https://b.example')).toEqual([200, 'https://b.example']);
  expect(await allowed('https://c.example')).toEqual([403, null]);
});

it('H-6: what is no origin is refused at the start, all of it in one sentence', async () => {
  const { code, stderr } = await phasewatch(
    'watch',
    SAMPLE_RUN,
    '--allow-origin',
    'a.example,https://b.example/x',
  );
  expect(code).toBe(2);
  expect(stderr).toContain(
    '--allow-origin: expected origins as browsers say them, scheme://host[:port] without a path, or * or null; got "a.example", "https://b.example/x"',
  );
});
