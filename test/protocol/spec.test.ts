/** Every rule of protocol/SPEC.md is held by a test whose title begins with its id, and no test names another. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const rules = [
  ...readFileSync(join(ROOT, 'protocol/SPEC.md'), 'utf8').matchAll(/^- \*\*([A-Z]-\d+)\*\*/gm),
].map(([, id]) => id);
const tested = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .flatMap((file) =>
    [...readFileSync(join(ROOT, 'test', file), 'utf8').matchAll(/['"`]([A-Z]-\d+): /g)].map(([, id]) => id),
  );

it('the specification numbers each rule once', () => {
  expect(rules.length).toBeGreaterThan(15);
  expect(new Set(rules).size).toBe(rules.length);
});

it('every rule has a test and every id in a test title is a rule', () => {
  expect({
    untested: rules.filter((id) => !tested.includes(id)),
    unknown: tested.filter((id) => !rules.includes(id)),
  }).toEqual({ untested: [], unknown: [] });
});
