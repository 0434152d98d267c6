/**
 * A strict reader of OpenMetrics 1.0 text, for tests: the grammar of the specification as far as the server uses it
 * (gauges, counters, histograms; no exemplars, no timestamps), with its rules on order and names.
 * Source: https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export type Family = {
  readonly type: string;
  readonly help: string;
  /** By the sample's name and its labels as they are written. */
  readonly samples: ReadonlyMap<string, number>;
};

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"`;
const HELP = new RegExp(String.raw`^# HELP (${NAME}) ((?:[^"\\\n]|\\["\\n])*)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (gauge|counter|histogram)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (\\S+)$`);
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?Inf|NaN)$/i;

/** What may follow a family's name in those of its samples. */
const SUFFIXES: Record<string, readonly string[]> = {
  gauge: [''],
  counter: ['_total'],
  histogram: ['_bucket', '_count', '_sum'],
};

/** @throws Error with the line that breaks a rule */
export function openMetricsFrom(text: string): Map<string, Family> {
  if (!text.endsWith('\n# EOF\n')) throw new Error('expected # EOF as the last line');
  const families = new Map<string, Family>();
  let help: RegExpExecArray | null = null;
  let open: { name: string; type: string; samples: Map<string, number> } | null = null;
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    const broken = (rule: string): Error => new Error(`${rule}: ${line}`);
    if (line.startsWith('# HELP ')) {
      help = HELP.exec(line);
      if (!help) throw broken('expected HELP with a name and an escaped text');
      continue;
    }
    if (line.startsWith('# TYPE ')) {
      const [, name, type] = TYPE.exec(line) ?? [];
      if (name === undefined || help?.[1] !== name) throw broken('expected TYPE after the HELP of that name');
      if (families.has(name)) throw broken('expected one family of a name');
      open = { name, type, samples: new Map() };
      families.set(name, { type, help: help[2], samples: open.samples });
      continue;
    }
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (name === undefined || !NUMBER.test(value)) throw broken('expected a sample');
    if (!open) throw broken('expected TYPE before its samples');
    const owner = open;
    if (!SUFFIXES[owner.type].some((suffix) => name === owner.name + suffix))
      throw broken(`expected a sample of the ${owner.type} ${owner.name}`);
    const labelNames = [...labels.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\]|\\.)*"/g)].map(
      ([, each]) => each,
    );
    if (new Set(labelNames).size < labelNames.length) throw broken('expected each label once');
    const bound = /(?:^|,)le="([^"]*)"/.exec(labels)?.[1];
    if (name.endsWith('_bucket') && !/^(?:\+Inf|\d+\.\d+|\d(?:\.\d+)?e[+-]\d\d)$/.test(bound ?? ''))
      throw broken('expected le as a canonical number');
    const key = labels === '' ? name : `${name}{${labels}}`;
    if (owner.samples.has(key)) throw broken('expected each sample once');
    owner.samples.set(key, Number(value.replace(/inf/i, 'Infinity')));
  }
  return families;
}
