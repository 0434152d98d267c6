import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PANELS } from '../../client/view/panels.ts';
import { addressFrom, FIRST_VIEW, hashOf, VIEWS, type ViewAddress } from '../../client/view/view-address.ts';

const key = fc.record({ id: fc.string({ minLength: 1 }), branch: fc.option(fc.nat(1000)) });
const panels = fc.subarray(
  PANELS.map(({ id }) => id),
  { minLength: 1 },
);
const address: fc.Arbitrary<ViewAddress> = fc.record({
  view: fc.constantFrom(...VIEWS),
  at: fc.option(key),
  base: fc.option(key),
  node: fc.option(fc.string({ minLength: 1 })),
  axis: fc.constantFrom('linear', 'asinh'),
  zoom: fc.option(
    fc
      .tuple(fc.integer({ min: -9_000_000, max: 9_000_000 }), fc.integer({ min: 1, max: 9_000_000 }))
      .map(([from, span]) => [from / 1000, (from + span) / 1000] as const),
  ),
  metrics: fc.option(
    fc.oneof(
      fc.constantFrom(
        { scope: 'overview', chosen: new Set<string>() } as const,
        {
          scope: 'all',
          chosen: new Set<string>(),
        } as const,
      ),
      panels.map((ids) => ({ scope: 'chosen', chosen: new Set(ids) }) as const),
    ),
  ),
  theme: fc.option(fc.constantFrom('light', 'dark', 'auto')),
});

describe('the address of a view', () => {
  it('is read as it was written, whatever checkpoints and nodes are called', () => {
    fc.assert(
      fc.property(address, (view) => {
        expect(addressFrom(`#${hashOf(view)}`)).toEqual({
          address: view,
          isLink: hashOf(view) !== '',
          unknown: [],
        });
      }),
    );
  });

  it('says only what differs from how a page opens, in words that can be read', () => {
    expect(hashOf(FIRST_VIEW)).toBe('');
    const view = {
      ...FIRST_VIEW,
      view: 'matrix',
      at: { id: 'checkpoint-512', branch: 0 },
      node: 'L1H3',
      axis: 'asinh',
      zoom: [100, 2000],
      metrics: { scope: 'chosen', chosen: new Set(['gini', 'churn']) },
      theme: 'dark',
    } as const;
    expect(hashOf(view)).toBe(
      'view=matrix&at=checkpoint-512@0&node=L1H3&axis=asinh&zoom=100-2000&metrics=gini,churn&theme=dark',
    );
  });

  it('keeps what is somebody else’s, and says its own anew', () => {
    expect(hashOf({ ...FIRST_VIEW, node: 'L0H0' }, '#a=1&node=L1H3&b')).toBe('a=1&b&node=L0H0');
    expect(addressFrom('#a=1&b')).toEqual({ address: FIRST_VIEW, isLink: false, unknown: [] });
  });

  it('leaves out what it does not understand, and tells', () => {
    const { address, unknown } = addressFrom(
      '#view=pie&axis=cubic&zoom=9-1&theme=%22&metrics=none&at=a@b@c&node=&base=checkpoint-1',
    );
    expect(address).toEqual({ ...FIRST_VIEW, base: { id: 'checkpoint-1', branch: null } });
    expect(unknown).toEqual([
      'view=pie',
      'axis=cubic',
      'zoom=9-1',
      'theme="',
      'metrics=none',
      'at=a@b@c',
      'node=',
    ]);
  });

  it('bears any text at all', () => {
    fc.assert(
      fc.property(fc.string(), (hash) => {
        expect(() => addressFrom(hash)).not.toThrow();
      }),
    );
    expect(addressFrom('#node=%E0%A4%A').address.node).toBe('%E0%A4%A');
  });
});
