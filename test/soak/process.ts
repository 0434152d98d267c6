/**
 * The real server as a process on a fixed port, so that viewers find it again. Its end, unless asked for, and what it
 * says of mistakes of its own are broken invariants.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { SERVER } from './places.ts';

/** Lines of its log that a report shows. */
const LINES_KEPT = 200;

export type ServerOptions = {
  readonly watched: readonly string[];
  readonly data: string;
  readonly port: number;
  readonly dataMib: number;
  readonly settleMillis: number;
  /** @param event of a line of the log */
  readonly onEvent: (event: string, line: string) => void;
  readonly onProblem: (sentence: string) => void;
};

export class Server {
  readonly port: number;
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  #isUp = false;
  readonly #closed: Promise<unknown>;

  private constructor(options: ServerOptions) {
    const { watched, data, port, dataMib, settleMillis } = options;
    this.port = port;
    const words = [
      ...['watch', ...watched, '--port', `${port}`, '--data', data, '--data-mib', `${dataMib}`],
      ...[
        '--settle-ms',
        `${settleMillis}`,
        '--threads',
        '1',
        '--prompts',
        '2',
        '--segment',
        '12',
        '--log-level',
        'debug',
      ],
    ];
    this.#child = spawn(process.execPath, [SERVER, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#closed = once(this.#child, 'close').then(([code, signal]) => {
      if (this.#isUp) options.onProblem(`the server ended by itself (${signal ?? code}); ${this.tail()}`);
      this.#isUp = false;
    });
    if (this.#child.stderr)
      createInterface(this.#child.stderr).on('line', (line) => this.#heard(line, options));
  }

  /** Resolves when it listens. */
  static async start(options: ServerOptions): Promise<Server> {
    const server = new Server(options);
    const { stdout } = server.#child;
    if (!stdout) throw new Error('expected a pipe');
    for await (const chunk of stdout) {
      if (!String(chunk).includes('Phasewatch: http')) continue;
      server.#isUp = true;
      return server;
    }
    throw new Error(`the server ended before it printed its address: ${server.tail()}`);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  tail(): string {
    return `its last lines:\n${this.lines.slice(-LINES_KEPT).join('\n')}`;
  }

  async end(signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
    this.#isUp = false;
    this.#child.kill(signal);
    await this.#closed;
  }

  /** Kills it without waiting for its end. */
  abandon(): void {
    this.#isUp = false;
    this.#child.kill('SIGKILL');
  }

  /** Kills its engine process. @returns whether there was one; Linux only */
  killEngine(): boolean {
    const { pid } = this.#child;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    const engine = Number(children[0]);
    if (!Number.isInteger(engine) || engine === 0) return false;
    process.kill(engine, 'SIGKILL');
    return true;
  }

  /** From now on no file that it writes may grow (EFBIG), or all may again; Linux only. */
  limitFiles(limit: '0' | 'unlimited'): void {
    execFileSync('prlimit', ['--pid', `${this.#child.pid}`, `--fsize=${limit}:unlimited`]);
  }

  #heard(line: string, { onEvent, onProblem }: ServerOptions): void {
    this.lines.push(line);
    if (this.lines.length > 2 * LINES_KEPT) this.lines.splice(0, LINES_KEPT);
    const event = /\bevent=(\S+)/.exec(line)?.[1];
    if (event !== undefined) onEvent(event, line);
    // After a kill a line may be cut, and nothing in it is anybody's mistake.
    if (event === 'broken' || event === 'route-failed' || /^\w*Error\b|^\s+at /.test(line))
      onProblem(`the server speaks of a mistake of its own: ${line}; ${this.tail()}`);
  }
}

export type Answer = { readonly status: number; readonly body: string };

/** Over a connection of its own: one kept from before a restart would fail for that alone. */
export function ask(port: number, path: string, millisMax: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, agent: false, timeout: millisMax }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${millisMax} ms`)));
    sent.on('error', reject).end();
  });
}
