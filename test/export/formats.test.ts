import { describe, expect, it } from 'vitest';
import { EXPORT_FORMATS, type ExportFormat, exportText } from '../../server/export/formats.ts';
import { CHECKPOINTS, runOf, textOf } from './made.ts';

const LINES = [
  { type: 'run', schema: 1 },
  { type: 'failure', message: 'a\n"b"' },
  { type: 'end', checkpoints: 2 },
];
const SOURCE = {
  run: () => runOf(CHECKPOINTS),
  async *lines() {
    yield* LINES;
  },
};
const DEFAULTS = { threshold: null, step: null };

describe('the formats of exports', () => {
  it.each<[ExportFormat, string]>([
    ['gexf', '<?xml version="1.0" encoding="UTF-8"?>\n<gexf '],
    ['graphml', '<?xml version="1.0" encoding="UTF-8"?>\n<graphml '],
    ['csv', 'step,checkpoint,branch,source,target,'],
    ['metrics-csv', 'step,checkpoint,branch,total_strength,'],
    ['ndjson', '{"type":"run","schema":1}\n'],
  ])('%s begins as its readers expect', async (format, beginning) => {
    const text = await textOf(exportText(format, SOURCE, DEFAULTS));
    expect(text.startsWith(beginning)).toBe(true);
  });

  it('says of each what it is for, in one sentence', () => {
    const descriptions = Object.values(EXPORT_FORMATS).map(({ description }) => description);
    expect(new Set(descriptions).size).toBe(5);
    for (const description of descriptions) expect(description).toMatch(/^[A-Z][^.]*\.$/);
  });

  it('writes the lines of analyze as they are, one object a line', async () => {
    const text = await textOf(exportText('ndjson', SOURCE, DEFAULTS));
    expect(text.endsWith('\n')).toBe(true);
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(LINES);
  });

  it('hands each format the options that it takes', async () => {
    const text = async (
      format: ExportFormat,
      options: Partial<typeof DEFAULTS> | { threshold: number; step: number },
    ) => textOf(exportText(format, SOURCE, { ...DEFAULTS, ...options }));
    for (const format of Object.keys(EXPORT_FORMATS) as ExportFormat[]) {
      const options: readonly string[] = EXPORT_FORMATS[format].options;
      const [plain, strong, first] = [
        await text(format, {}),
        await text(format, { threshold: 0.3, step: 512 }),
        await text(format, { threshold: 0, step: 0 }),
      ];
      expect(strong !== plain).toBe(options.includes('threshold'));
      expect(first !== plain).toBe(options.length > 0);
    }
  });

  it('opens only what the format is made from', async () => {
    const closed = () => {
      throw new Error('opened');
    };
    expect(() => exportText('csv', { ...SOURCE, lines: closed }, DEFAULTS)).not.toThrow();
    expect(() => exportText('ndjson', { ...SOURCE, run: closed }, DEFAULTS)).not.toThrow();
    expect(() => exportText('ndjson', { ...SOURCE, lines: closed }, DEFAULTS)).toThrow('opened');
  });
});
