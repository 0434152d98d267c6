/** Origins as text: which are ones, which of them are allowed, and how a policy names them. Pure. */
import { describe, expect, it } from 'vitest';
import { allowedOriginsFrom, isAllowed, originFrom } from '../../server/gateway/origins.ts';
import { embedAncestors, pagePolicy } from '../../server/gateway/policy.ts';

describe('an origin', () => {
  it.each([
    ['https://lab.example', 'https://lab.example'],
    ['HTTPS://Lab.Example:8443', 'https://lab.example:8443'],
    ['https://lab.example:443', 'https://lab.example'],
    ['http://lab.example:80', 'http://lab.example'],
    ['http://lab.example:443', 'http://lab.example:443'],
    ['http://[::1]:8888', 'http://[::1]:8888'],
    ['vscode-webview://0abc', 'vscode-webview://0abc'],
    ['null', 'null'],
    // What Chromium's WebSockets and some shells around it say for pages from disk.
    ['file://', 'null'],
  ])('"%s" is compared as %s', (text, origin) => expect(originFrom(text)).toBe(origin));

  it.each([
    '',
    '*',
    'lab.example',
    'https://',
    'https://lab.example/',
    'https://lab.example/path',
    'https://lab.example?x',
    'https://*.example',
    'https://user@lab.example',
    'https://lab.example:',
    'https://lab.example:65536',
    'https://a.example https://b.example',
    'https://a.example, https://a.example',
    "https://a.example; script-src 'unsafe-inline'",
    'https://bücher.example',
    'file:///tmp/x.html',
    'javascript:1',
  ])('is none as "%s"', (text) => expect(originFrom(text)).toBeNull());
});

it('says of all that is no origin at once what was expected', () => {
  expect(allowedOriginsFrom([])).toEqual({ origins: [], problem: null });
  expect(allowedOriginsFrom(['HTTP://A.example:80', 'null', '*'])).toEqual({
    origins: ['http://a.example', 'null', '*'],
    problem: null,
  });
  expect(allowedOriginsFrom(['a.example', 'https://b.example', 'https://c.example/', '']).problem).toBe(
    'expected origins as browsers say them, scheme://host[:port] without a path, or * or null; got "a.example", "https://c.example/", ""',
  );
});

describe('pages of', () => {
  const LAB = 'https://lab.example';
  it.each([
    // origin, allowed, beside a loopback server
    [LAB, [LAB], false, true],
    [LAB, ['http://lab.example'], false, false],
    [LAB, ['https://lab.example:8443'], false, false],
    [LAB, ['https://x.lab.example'], true, false],
    [LAB, ['*'], false, true],
    [LAB, ['null'], true, false],
    ['null', ['null'], false, true],
    ['null', ['*'], false, true],
    ['null', [LAB], true, false],
    ['http://localhost:8888', [], true, true],
    ['https://localhost', [], true, true],
    ['http://127.0.0.1:3000', [], true, true],
    ['http://127.9.9.9', [], true, true],
    ['http://[::1]:3000', [], true, true],
    ['http://localhost:8888', [], false, false],
    ['http://localhost.example', [], true, false],
    ['http://127.0.0.1.example', [], true, false],
    ['http://10.0.0.1', [], true, false],
    ['http://0.0.0.0', [], true, false],
    ['chrome-extension://localhost', [], true, false],
  ] as const)(
    'H-6: %s where %o are allowed, loopback ones: %s, are accepted: %s',
    (origin, allowed, withLoopback, isAccepted) =>
      expect(isAllowed(origin, allowed, { withLoopback })).toBe(isAccepted),
  );
});

describe('a policy', () => {
  const LOOPBACK = 'http://localhost:* http://127.0.0.1:* https://localhost:* https://127.0.0.1:*';

  it.each([
    [[], true, `'self' ${LOOPBACK}`],
    [[], false, "'self'"],
    [
      ['https://lab.example:8443', 'vscode-webview://0abc'],
      false,
      "'self' https://lab.example:8443 vscode-webview://0abc",
    ],
    [['*'], true, `'self' * ${LOOPBACK}`],
    // They have no form in it.
    [['null', 'http://[::1]:8888', 'http://a_b.example'], false, "'self'"],
  ])('H-10: for %o, loopback ones: %s, frames under %s', (origins, withLoopback, ancestors) =>
    expect(embedAncestors(origins, { withLoopback })).toBe(ancestors),
  );

  it('H-10: differs between pages in who may frame them and in nothing else', () => {
    const [page, embed] = [pagePolicy('localhost:1'), pagePolicy('localhost:1', "'self' *")];
    expect(page).toContain("frame-ancestors 'none';");
    expect(embed).toBe(page.replace("frame-ancestors 'none'", "frame-ancestors 'self' *"));
  });
});
