/** A page that holds a run: what a browser would find in it, whatever script, names and ids are. */
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialState } from '../../protocol/apply.ts';
import { decodePacked } from '../../protocol/packed.ts';
import type { RecordedHead } from '../../protocol/recorded-page.ts';
import type { Graph, RunState } from '../../protocol/state.ts';
import { ExportFailure } from '../../server/export/export-failure.ts';
import { html } from '../../server/export/html.ts';
import type { RecordedCheckpoint } from '../../server/export/recorded-run.ts';
import { madeCheckpoint } from '../client/made.ts';
import { ANALYSIS, CHECKPOINTS, recorded } from './made.ts';

const STATE: RunState = {
  ...initialState({ id: 'a', name: 'A', source: '/home/somebody/run', analysis: ANALYSIS }),
  checkpoints: [
    ...CHECKPOINTS.map(({ checkpoint }) => checkpoint),
    madeCheckpoint(900, { id: 'under-way', status: 'computing' }),
  ],
};

type PageOf = {
  readonly script?: string;
  readonly name?: string;
  readonly checkpoints?: readonly RecordedCheckpoint[];
};

async function pageOf({
  script = 'show()',
  name = 'A',
  checkpoints = CHECKPOINTS,
}: PageOf = {}): Promise<string> {
  const pieces = html({
    script,
    generator: 'phasewatch/0',
    state: { ...STATE, run: { ...STATE.run, name } },
    recordedAt: new Date('2026-02-03T04:05:06Z'),
    checkpoints: (async function* () {
      yield* checkpoints;
    })(),
  });
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

/** As HTML is read: a script ends at the first end tag. */
const scriptsOf = (page: string) =>
  [...page.matchAll(/<script ([^>]*)>(.*?)<\/script/gs)].map(([, names, text]) => ({ names, text }));
const unpacked = (text: string) => decodePacked(inflateSync(Buffer.from(text, 'base64')));

describe('a page that holds a run', () => {
  it('holds its summaries and every graph, and neither the machine’s path nor what was under way', async () => {
    const [, head, ...graphs] = scriptsOf(await pageOf());
    const { at, state } = unpacked(head.text) as RecordedHead;
    expect(at).toBe('3 February 2026, 04:05 UTC');
    expect(state.run).toMatchObject({ id: 'a', source: '' });
    expect(state.checkpoints).toEqual(CHECKPOINTS.map(({ checkpoint }) => checkpoint));
    expect(graphs.map(({ text }) => unpacked(text))).toEqual(CHECKPOINTS.map(({ graph }) => graph));
    expect(graphs.map(({ names }) => /branch="(.*?)"/.exec(names)?.[1])).toEqual(
      CHECKPOINTS.map(({ branch }) => String(branch ?? '')),
    );
  });

  it('runs this one script, which no text of it can end', async () => {
    const script = 'const a = "</script><script>alert(1)</script><!--"; show(a)';
    const page = await pageOf({ script });
    const [first] = scriptsOf(page);
    expect(new Function(`${first.text.replace('show(a)', 'return a')}`)()).toBe(
      '</script><script>alert(1)</script><!--',
    );
    const hash = createHash('sha256').update(first.text).digest('base64');
    expect(page).toContain(`script-src 'sha256-${hash}'`);
    expect(page).toContain("default-src 'none'");
  });

  it('makes text of every name and id', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (id) => {
        const name = `${id}"><img src=x onerror=alert(1)>`;
        const page = await pageOf({ name, checkpoints: [recorded(name, 1, { weights: [0, 0, 0, 1] })] });
        expect(page).not.toContain('<img');
        const graph = unpacked(scriptsOf(page)[2].text) as Graph;
        expect([graph.checkpoint, graph.weights]).toEqual([name, [0, 0, 0, 1]]);
      }),
      { numRuns: 50 },
    );
  });

  it('is refused where there is no graph', async () => {
    await expect(pageOf({ checkpoints: [] })).rejects.toThrow(ExportFailure);
  });
});
