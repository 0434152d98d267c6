/** A crash of the native runtime costs its checkpoint and nothing else. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, describe, expect, it } from 'vitest';
import { apply } from '../../protocol/apply.ts';
import type { RunState } from '../../protocol/state.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { TestViewer } from '../support/viewer.ts';

let server: TestServer;
afterEach(() => server.stop());

/** The process that runs the sweeps: the server's only child. */
function enginePid(): number {
  const child = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((pid) => parentOf(pid) === server.process.pid);
  return Number(child ?? expect.fail('no engine process'));
}

function parentOf(pid: string): number {
  try {
    // pid (name) state parent …; the name may hold spaces and brackets.
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[1],
    );
  } catch {
    return 0;
  }
}

describe.runIf(process.platform === 'linux')('the engine process', () => {
  it.each(['SIGSEGV', 'SIGKILL'] as const)(
    'may die by %s: its checkpoint fails, the viewer stays, the next one is taken',
    async (signal) => {
      // Nothing of an earlier life: all three checkpoints are to be analysed.
      const data = mkdtempSync(join(tmpdir(), 'phasewatch-isolation-'));
      const words = ['--prompts', '64', '--segment', '64', '--threads', '1', '--data', data];
      server = await startServer('watch', SAMPLE_RUN, ...words);
      const viewer = await TestViewer.watching(server.port, 'sample-run');
      let state: RunState = (await viewer.expect('snapshot')).state;
      const until = async (met: () => boolean) => {
        while (!met()) state = apply(state, (await viewer.expect('delta')).delta);
      };
      await until(() => (state.partial?.weights.length ?? 0) > 0);
      const struck = state.partial?.checkpoint;
      process.kill(enginePid(), signal);
      await until(() => state.checkpoints.some((checkpoint) => checkpoint.status === 'failed'));
      const failed = state.checkpoints.filter((checkpoint) => checkpoint.status === 'failed');
      expect(failed).toMatchObject([
        { id: struck, failure: { code: 'engine', message: expect.stringContaining(signal) } },
      ]);
      await until(() => state.checkpoints.filter((checkpoint) => checkpoint.status === 'done').length === 2);
      viewer.socket.close();
    },
  );
});
