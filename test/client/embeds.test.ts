/** What widgets in other places are made of, without a browser: addresses, snippets, files that must not drift. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UPLOT_SHEET } from '../../client/elements/uplot-sheet.ts';
import { frameWords } from '../../client/embed/frame-words.ts';
import { TAGS } from '../../client/embed/modules.ts';
import { RecordedSource } from '../../client/recorded-run.ts';
import { frameSnippet, notebookSnippet, type Shown, tagSnippet } from '../../client/view/snippets.ts';
import { initialState } from '../../protocol/apply.ts';
import { RECORDED_PAGE_VERSION } from '../../protocol/recorded-page.ts';
import { WIDGETS } from '../../server/gateway/embeds.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const SHOWN: Shown = {
  address: 'http://host:4747/lab/',
  tag: 'phasewatch-chart',
  attributes: { run: 'a "run" & <more>', metric: 'gini' },
  title: 'Gini "G"',
  heightPixels: 118,
};

describe('the address of a page for an iframe', () => {
  it('names widget, attributes, token and server', () => {
    const words = frameWords('https://host/lab/embed/chart?metric=gini&edges-max=7&fit=frame#token=a%2Fb');
    expect({ ...words, attributes: Object.fromEntries(words.attributes) }).toEqual({
      tag: 'phasewatch-chart',
      attributes: { metric: 'gini', 'edges-max': '7' },
      fit: 'frame',
      token: 'a/b',
      site: 'https://host/lab/',
    });
  });

  it('takes neither a token from the query nor the address of another server', () => {
    const { attributes, token } = frameWords('http://host/embed/graph?token=t&src=http://other&source=x');
    expect([[...attributes], token]).toEqual([[], null]);
  });
});

describe('what is copied', () => {
  it('is HTML in which nothing of a name becomes more than text', () => {
    expect(tagSnippet(SHOWN)).toBe(
      '<script type="module" src="http://host:4747/lab/embed.js"></script>\n<phasewatch-chart run="a &quot;run&quot; &amp; &lt;more>" metric="gini"></phasewatch-chart>\n',
    );
    expect(frameSnippet(SHOWN)).toBe(
      '<iframe src="http://host:4747/lab/embed/chart?run=a+%22run%22+%26+%3Cmore%3E&amp;metric=gini" title="Gini &quot;G&quot;" width="100%" height="118" style="border: 0"></iframe>\n',
    );
  });

  it('is Python with the attributes as a dictionary', () => {
    const text = notebookSnippet(SHOWN);
    expect(text).toContain('_esm = "http://host:4747/lab/anywidget.js"');
    expect(text).toContain(
      'Phasewatch(widget="chart", run="a \\"run\\" & <more>", options={"metric":"gini"})',
    );
  });
});

describe('what must not drift', () => {
  it("keeps uPlot's style sheet word for word", () => {
    const whole = read('node_modules/uplot/dist/uPlot.min.css');
    const ofLegend = /\.u-(?:legend|inline|series)[^{}]*\{[^}]*\}/g;
    expect(UPLOT_SHEET.trim()).toBe(whole.replace(ofLegend, '').trim());
  });

  it('loads every element that a page can use, and serves a page for what it loads', () => {
    const parts = ['chooser', 'copy', 'keys', 'pinned', 'runs', 'tools', 'train'].map(
      (name) => `phasewatch-${name}`,
    );
    const files = readdirSync(join(ROOT, 'client/elements')).flatMap(
      (name) => /^(phasewatch-.*)\.ts$/.exec(name)?.[1] ?? [],
    );
    const elements = files.filter((name) => read(`client/elements/${name}.ts`).includes('@customElement'));
    const widgets = elements.filter((name) => read(`client/elements/${name}.ts`).includes('extends Widget'));
    expect(elements.filter((name) => !TAGS.includes(name) && !parts.includes(name))).toEqual([]);
    expect(widgets.filter((name) => !TAGS.includes(name))).toEqual([]);
    expect(
      WIDGETS.map((name) => `phasewatch-${name}`).filter(
        (name) => files.includes(name) && !TAGS.includes(name),
      ),
    ).toEqual([]);
  });

  it('offers every element to importers', () => {
    const offered = read('client/phasewatch.ts');
    for (const tag of TAGS) expect(offered, tag).toContain(`'./elements/${tag}.ts'`);
  });
});

describe('custom-elements.json', () => {
  type Declaration = {
    readonly tagName?: string;
    readonly description?: string;
    readonly attributes?: readonly { name: string }[];
  };
  const file = join(ROOT, 'dist/custom-elements.json');

  it('is built', () => expect(existsSync(file)).toBe(true));

  it('describes every element with every attribute that it observes', () => {
    const { modules } = JSON.parse(readFileSync(file, 'utf8')) as {
      modules: { declarations: Declaration[] }[];
    };
    const described = new Map(
      modules.flatMap(({ declarations }) => declarations).map((own) => [own.tagName, own]),
    );
    for (const tag of TAGS) {
      const { attributes = [], description = '' } = described.get(tag) ?? {};
      const known = new Set(attributes.map(({ name }) => name));
      expect(description, tag).not.toBe('');
      expect(
        observedBy(tag).filter((name) => !known.has(name)),
        tag,
      ).toEqual([]);
    }
  });

  /** Attributes as the source says them: `@property() metric`, `@property({ attribute: 'edges-max' }) edgesMax`. */
  function observedBy(tag: string): string[] {
    const source = read(`client/elements/${tag}.ts`);
    const own = source.includes('extends Widget') ? source + read('client/elements/widget.ts') : source;
    return [...own.matchAll(/@property\(([^)]*)\)\s+(?:override\s+)?(\w+)/g)].flatMap(([, options, name]) =>
      options.includes('attribute: false')
        ? []
        : [/attribute: '([^']+)'/.exec(options)?.[1] ?? name.toLowerCase()],
    );
  }
});

describe('a recorded run as a source', () => {
  it('is the one that there is, recorded, whoever asks', async () => {
    const state = initialState({ id: 'a', name: 'A', source: '', analysis: null });
    const graph = {
      checkpoint: 'c',
      step: 1,
      weights: [],
      standardErrors: null,
      nodeMetrics: {},
      headScores: {},
    };
    let unpacked = 0;
    const source = new RecordedSource({
      head: { version: RECORDED_PAGE_VERSION, at: 'then', state },
      graph: async () => {
        unpacked += 1;
        return graph;
      },
    });
    const run = source.acquire();
    expect(run).toMatchObject({
      run: 'a',
      status: { phase: 'recorded', at: 'then' },
      runs: [{ id: 'a', name: 'A' }],
    });
    expect(source.address).toBe(null);
    const key = { id: 'c', branch: null };
    expect([await run.graphs.load('a', key), await run.graphs.load('a', key), unpacked]).toEqual([
      graph,
      graph,
      1,
    ]);
  });
});
