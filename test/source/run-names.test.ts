import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RunNames } from '../../server/source/run-names.ts';

function namesOf(...paths: string[]): readonly string[] {
  const names = new RunNames(paths);
  return names.paths.map((path) => names.ofPath(path));
}

describe('a path', () => {
  test('goes by its last part, where others have the same by its last two', () => {
    expect(namesOf('/jobs/a', '/jobs/b')).toEqual(['a', 'b']);
    expect(namesOf('/x/exp', '/y/exp', '/y/b')).toEqual(['x/exp', 'y/exp', 'b']);
    expect(namesOf('/')).toEqual(['/']);
  });

  test('that still has a namesake gets a number, in the order of the paths and not of the arguments', () => {
    expect(namesOf('/1/x/exp', '/2/x/exp', '/3/x/exp')).toEqual(['x/exp', 'x/exp~2', 'x/exp~3']);
    expect(namesOf('/3/x/exp', '/1/x/exp', '/2/x/exp')).toEqual(['x/exp~3', 'x/exp', 'x/exp~2']);
  });

  test('that is given twice is one', () => {
    expect(new RunNames(['/a/b', '/a/b/', '/a/c/../b']).paths).toEqual(['/a/b']);
  });
});

describe('a path that somebody named', () => {
  const named = { path: '/x/exp', name: 'mine' };

  test('has that name, and the others go by their own as if it were not there', () => {
    const names = new RunNames([named, '/y/exp', { path: '/z', name: null }]);
    expect(names.paths.map((path) => names.ofPath(path))).toEqual(['mine', 'exp', 'z']);
  });

  test('says in which directory of runs a run was found, also where it is the only one', () => {
    expect(new RunNames([named]).ofSubdirectory('/x/exp', '/x/exp/seed-1')).toBe('mine/seed-1');
  });

  test('keeps its name before a path that is called the same', () => {
    const names = new RunNames(['/a/mine', named]);
    expect(names.paths.map((path) => names.ofPath(path))).toEqual(['mine~2', 'mine']);
  });
});

describe('a run that is found', () => {
  test('in the only path goes by its last part', () => {
    expect(new RunNames(['/runs']).ofSubdirectory('/runs', '/runs/seed-1')).toBe('seed-1');
  });

  test('in one of several says in which', () => {
    const names = new RunNames(['/x/exp', '/y/exp', '/single']);
    expect(names.ofSubdirectory('/x/exp', '/x/exp/a')).toBe('x/exp/a');
    expect(names.ofSubdirectory('/y/exp', '/y/exp/a')).toBe('y/exp/a');
    expect(names.ofSubdirectory('/single', '/single/a')).toBe('single/a');
  });

  test('never takes the name of a path', () => {
    expect(new RunNames(['/runs']).ofSubdirectory('/runs', '/runs/runs')).toBe('runs/runs');
    const names = new RunNames(['/1/x/exp', '/2/exp', '/x']);
    expect(names.ofSubdirectory('/x', '/x/exp')).toBe('x/exp~2');
  });
});

test('names are unique, and the same in whatever order paths are given and runs appear', () => {
  const part = fc.constantFrom('a', 'b', 'x');
  const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
  const property = fc.property(
    fc.uniqueArray(path, { minLength: 1, maxLength: 5 }),
    fc.array(fc.tuple(fc.nat(4), part), { maxLength: 8 }),
    (paths, found) => {
      const named = (order: readonly string[], appear: typeof found) => {
        const names = new RunNames(order);
        const all = new Map(names.paths.map((each) => [each, names.ofPath(each)]));
        for (const [at, last] of appear) {
          const parent = paths[at % paths.length];
          const directory = `${parent}/${last}`;
          if (!paths.includes(directory)) all.set(directory, names.ofSubdirectory(parent, directory));
        }
        return [...all].sort();
      };
      const once = named(paths, found);
      expect(new Set(once.map(([, name]) => name)).size).toBe(once.length);
      expect(named([...paths].reverse(), [...found].reverse())).toEqual(once);
    },
  );
  fc.assert(property, { seed: 512, numRuns: 2000 });
});

test('a path that nobody gave has no name', () => {
  expect(() => new RunNames(['/a']).ofPath('/b')).toThrow('none of the paths');
});
