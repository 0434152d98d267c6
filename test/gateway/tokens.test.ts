/** Tokens, pure: what shows one, what it allows, and that the comparison tells nothing by its time. */
import * as crypto from 'node:crypto';
import { expect, it, vi } from 'vitest';
import {
  denial,
  newToken,
  rightOf,
  sessionCookie,
  type Tokens,
  tokenShown,
  tokensProblem,
} from '../../server/gateway/tokens.ts';

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof crypto>();
  return { ...actual, timingSafeEqual: vi.fn(actual.timingSafeEqual) };
});

const VIEW = 'view-token-0123456789';
const UPLOAD = 'upload-token-0123456789';
const BOTH: Tokens = { view: VIEW, upload: UPLOAD };
const pair = (token: string) => sessionCookie(token, false).split(';', 1)[0];
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

it.each([
  ['Bearer', bearer(VIEW), 'view'],
  ['Bearer in any case', { authorization: `bearer  ${UPLOAD}` }, 'upload'],
  ['a sub-protocol', { 'sec-websocket-protocol': `phasewatch.v2, phasewatch.token.${VIEW}` }, 'view'],
  ['a cookie among others', { cookie: `a=b; ${pair(UPLOAD)}; c` }, 'upload'],
  ['two cookies of one name', { cookie: `${pair(VIEW).split('=')[0]}=old; ${pair(VIEW)}` }, 'view'],
  ['the better of two', { ...bearer(VIEW), cookie: pair(UPLOAD) }, 'upload'],
  ['a right one beside a wrong one', { ...bearer('wrong'), cookie: pair(VIEW) }, 'view'],
  ['nothing', {}, null],
  ['another token', bearer(`${VIEW}x`), null],
  ['a beginning', bearer(VIEW.slice(0, -1)), null],
  ['an empty one', { authorization: 'Bearer ' }, null],
  ['Basic', { authorization: `Basic ${VIEW}` }, null],
  ['the token itself as a cookie', { cookie: `${pair(VIEW).split('=')[0]}=${VIEW}` }, null],
  ['a cookie’s value as Bearer', bearer(pair(VIEW).split('=')[1]), null],
  [
    'a cookie under another’s name',
    { cookie: `${pair(UPLOAD).split('=')[0]}=${pair(VIEW).split('=')[1]}` },
    null,
  ],
])('T-2: %s is shown and allows what it should', (_, headers, right) =>
  expect(rightOf(headers, BOTH)).toBe(right),
);

it.each([
  // needed, shown, tokens of the server, status (0: allowed)
  ['view', null, BOTH, 401],
  ['view', VIEW, BOTH, 0],
  ['view', UPLOAD, BOTH, 0],
  ['view', 'wrong', BOTH, 401],
  ['upload', null, BOTH, 401],
  ['upload', VIEW, BOTH, 403],
  ['upload', UPLOAD, BOTH, 0],
  ['upload', null, { view: VIEW, upload: null }, 401],
  ['upload', VIEW, { view: VIEW, upload: null }, 403],
  ['view', null, { view: null, upload: null }, 0],
  ['view', 'wrong', { view: null, upload: null }, 0],
  ['upload', null, { view: null, upload: null }, 403],
  ['upload', 'wrong', { view: null, upload: null }, 403],
  ['view', null, { view: null, upload: UPLOAD }, 0],
  ['upload', null, { view: null, upload: UPLOAD }, 401],
  ['upload', UPLOAD, { view: null, upload: UPLOAD }, 0],
] as const)('T-3: to %s showing %s at a server with %o: %d', (needed, shown, tokens, status) =>
  expect(denial(needed, shown === null ? {} : bearer(shown), tokens)?.status ?? 0).toBe(status),
);

it('T-2: compares hashes in constant time, every token of the server with every one shown', () => {
  const compared = vi.mocked(crypto.timingSafeEqual);
  for (const shown of [VIEW, UPLOAD, 'wrong', '']) {
    compared.mockClear();
    rightOf({ 'sec-websocket-protocol': `phasewatch.token.${shown}` }, BOTH);
    expect(compared.mock.calls.map(([a, b]) => [a.byteLength, b.byteLength])).toEqual([
      [32, 32],
      [32, 32],
    ]);
    compared.mockClear();
    tokenShown(shown, BOTH);
    expect(compared).toHaveBeenCalledTimes(2);
  }
});

it('T-2: a cookie holds no token, is the same after a restart, and another for another token', () => {
  const cookie = sessionCookie(VIEW, false);
  expect(cookie).toMatch(
    /^phasewatch-[0-9a-f]{8}=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=2592000$/,
  );
  expect(cookie).not.toContain(VIEW);
  expect(sessionCookie(VIEW, true)).toBe(`${cookie}; Secure`);
  // By another implementation: printf 'phasewatch session' | openssl dgst -sha256 -hmac TOKEN -binary | basenc --base64url
  expect(pair(VIEW).split('=')[1]).toBe('3Z3RlhcadsrQ5ukimj6ykZxNlrEvHP0jVjc9Huk4Hsw');
  expect(pair(UPLOAD).split('=')).not.toEqual(expect.arrayContaining(pair(VIEW).split('=')));
});

it('makes tokens of 32 random bytes that can be sub-protocols', () => {
  const [a, b] = [newToken(), newToken()];
  expect(a).not.toBe(b);
  expect(Buffer.from(a, 'base64url')).toHaveLength(32);
  expect(tokensProblem({ view: a, upload: b })).toBeNull();
});

it('says what is wrong with a chosen token, and not the token', () => {
  expect(tokensProblem({ view: null, upload: null })).toBeNull();
  expect(tokensProblem({ view: VIEW, upload: VIEW })).toContain('whoever looks on could upload');
  for (const bad of ['short', `${VIEW} `, `${VIEW},`, `${VIEW}é`, 'x'.repeat(257)]) {
    const problem = tokensProblem({ view: null, upload: bad });
    expect(problem).toContain('a token to upload');
    expect(problem).not.toContain(bad);
  }
});
