/** The laws of import, read from the files themselves: see README, "The house". */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Left to right, as data flows. A room may import types of those to its left. */
const ROOMS = ['source', 'model', 'ablation', 'graph', 'phase', 'log', 'gateway'];
/** Rooms beside the flow. */
const SIDE_ROOMS = ['alert', 'base', 'demo', 'export', 'terminal', 'upload'];
/** Files that may know several rooms, and so wire them: the pipeline's, and what each command does. */
const WIRING = /^server\/(?:command\/)?[^/]+\.ts$/;
const LINES_MAX = 350;

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

const files = ['protocol', 'server', 'client'].flatMap((top) => sourcesBelow(join(ROOT, top)));
const imports = files.flatMap(importsOf);

describe('the house', () => {
  it('has files to judge', () => {
    expect(files.length).toBeGreaterThan(30);
    expect(imports.length).toBeGreaterThan(100);
  });

  it('keeps protocol free of imports of ours', () => {
    expect(
      imports.filter(({ from, to }) => from.startsWith('protocol/') && !to.startsWith('protocol/')),
    ).toEqual([]);
  });

  it('lets the client import nothing of ours but protocol', () => {
    const strangers = imports.filter(
      ({ from, to }) =>
        from.startsWith('client/') && !to.startsWith('client/') && !to.startsWith('protocol/'),
    );
    expect(strangers).toEqual([]);
  });

  it('lets a server room import values from base and protocol only, and types from the rooms to its left', () => {
    const broken = imports.filter(({ from, to, typeOnly }) => {
      if (!from.startsWith('server/') || WIRING.test(from) || to.startsWith('protocol/')) return false;
      const [own, other] = [roomOf(from), roomOf(to)];
      if (own === other || other === 'base') return false;
      const isLeft = ROOMS.includes(other) && ROOMS.indexOf(other) < ROOMS.indexOf(own);
      return !(typeOnly && isLeft);
    });
    expect(broken).toEqual([]);
  });

  it('lets nobody but main.ts import what the commands do', () => {
    const strangers = imports.filter(
      ({ from, to }) =>
        to.startsWith('server/command/') && !from.startsWith('server/command/') && from !== 'server/main.ts',
    );
    expect(strangers).toEqual([]);
  });

  it('has no server room but the known ones', () => {
    const rooms = new Set(
      files.filter((file) => file.startsWith('server/') && !WIRING.test(file)).map(roomOf),
    );
    expect([...rooms].filter((room) => ![...ROOMS, ...SIDE_ROOMS].includes(room))).toEqual([]);
  });

  it('has no circles', () => {
    expect(circles()).toEqual([]);
  });

  it('has no barrels and no file that holds too much', () => {
    const barrels = files.filter((file) => /(^|\/)(index|utils?|helpers?|common)\.ts$/.test(file));
    const long = files.filter((file) => read(file).split('\n').length > LINES_MAX);
    expect({ barrels, long }).toEqual({ barrels: [], long: [] });
  });
});

function sourcesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => relative(ROOT, join(directory, name)).split(sep).join('/'));
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function importsOf(from: string): Import[] {
  const statements = read(from).matchAll(/^(?:import|export)\s+(type\s)?([^'";]*?from\s+)?'(\.[^']+)'/gms);
  return [...statements].map(([, type, clause, path]) => {
    // `import { type A, type B }` names types only, as much as `import type` does.
    const names =
      /\{([^}]*)\}/
        .exec(clause ?? '')?.[1]
        .split(',')
        .filter((name) => name.trim() !== '') ?? [];
    const typeOnly = Boolean(type) || (names.length > 0 && names.every((name) => /^\s*type\s/.test(name)));
    return { from, to: join(dirname(from), path).split(sep).join('/'), typeOnly };
  });
}

function roomOf(file: string): string {
  return file.split('/')[1];
}

/** Files that can reach themselves through imports, of types too. */
function circles(): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const reaches = (start: string): boolean => {
    const seen = new Set<string>();
    const open = [...(next.get(start) ?? [])];
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      if (file === start) return true;
      if (seen.has(file)) continue;
      seen.add(file);
      open.push(...(next.get(file) ?? []));
    }
    return false;
  };
  return files.filter(reaches);
}
