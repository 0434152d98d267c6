/** What routes are given, and what they make replies with. */
import { describe, expect, it, vi } from 'vitest';
import { cached, jsonReply, methodReply, routeRequest, textReply } from '../../server/gateway/route.ts';

function request(target: string, headers = {}) {
  const made = routeRequest('GET', target, headers);
  if (!made) throw new Error(`${target} is not a path`);
  return made;
}

it.each([
  ['/', ['']],
  ['/api/runs', ['api', 'runs']],
  ['/api/runs/', ['api', 'runs', '']],
  ['/api/runs/a%20b%2Fc?x=1', ['api', 'runs', 'a b/c']],
  ['/%ff/%', ['%ff', '%']],
  ['//host/path', ['', 'host', 'path']],
])('%s has the segments %o', (target, segments) => expect(request(target).segments).toEqual(segments));

it('tells the query from the path, and other targets from paths', () => {
  expect(request('/a?branch=1&x=%20?#f').query.get('branch')).toBe('1');
  expect(request('/a?b').path).toBe('/a');
  for (const target of ['http://evil.example/', '*', 'a', ''])
    expect(routeRequest('GET', target, {})).toBeNull();
});

describe('a cached reply', () => {
  const reply = () => jsonReply({ a: 1 });

  it('is built with a validator for a peer that does not have it', () => {
    const made = cached(request('/a'), 'epoch,1', reply);
    expect(made).toMatchObject({
      status: 200,
      body: '{"a":1}',
      headers: { 'cache-control': 'private, no-cache' },
    });
    expect(made.headers.etag).toMatch(/^"[\w-]{22}"$/);
    expect(cached(request('/a'), 'epoch,2', reply).headers.etag).not.toBe(made.headers.etag);
  });

  it('is not built for a peer that has it', () => {
    const { etag } = cached(request('/a'), 'ü "1', reply).headers;
    const built = vi.fn(reply);
    for (const held of [etag, `W/${etag}`, `"x", ${etag}`, '*'])
      expect(cached(request('/a', { 'if-none-match': held }), 'ü "1', built)).toMatchObject({
        status: 304,
        body: '',
      });
    expect(built).not.toHaveBeenCalled();
    expect(cached(request('/a', { 'if-none-match': '"x"' }), 'ü "1', built).status).toBe(200);
  });
});

it('replies of text end in a newline; of a wrong method they say the right ones', () => {
  expect(textReply(404, 'none')).toEqual({
    status: 404,
    headers: {},
    body: 'none\n',
    contentType: 'text/plain; charset=utf-8',
  });
  expect(methodReply('PUT', 'GET', 'HEAD')).toMatchObject({
    status: 405,
    headers: { allow: 'GET, HEAD' },
    body: 'expected GET or HEAD, got PUT\n',
  });
});
