import { describe, expect, it } from 'vitest';
import { Session } from '../../client/session.ts';

/** A session before a server that answers with `statuses`, in turn; null: it does not answer. */
function sessionBefore(...statuses: readonly (number | null)[]) {
  return madeSession('http://here/api/session', statuses);
}

function madeSession(address: string | null, statuses: readonly (number | null)[]) {
  const asked: string[] = [];
  const session = new Session({
    session: address,
    runs: 'http://here/api/runs',
    fetch: (address, { method, headers }) => {
      const status = statuses[asked.length];
      const { Authorization } = headers as Record<string, string>;
      asked.push([method, address, ...(Authorization ? [Authorization] : [])].join(' '));
      return status === null || status === undefined
        ? Promise.reject(new TypeError('Failed to fetch'))
        : Promise.resolve(new Response(null, { status }));
    },
  });
  return { session, asked };
}

describe('Session', () => {
  it('T-2: exchanges a token for a cookie, once', async () => {
    const { session, asked } = sessionBefore(204);
    expect(session.enter()).toBeNull();
    session.take('secret');
    expect(await Promise.all([session.enter(), session.enter()])).toEqual([null, null]);
    expect(session.enter()).toBeNull();
    expect(asked).toEqual(['POST http://here/api/session Bearer secret']);
    expect(session.token).toBe('secret');
  });

  it('T-4: asks for no cookie on a page of another host, and shows the token all the same', async () => {
    const { session, asked } = madeSession(null, [200]);
    session.take('secret');
    expect(session.enter()).toBeNull();
    await session.request('http://here/api/runs');
    expect(asked).toEqual(['GET http://here/api/runs Bearer secret']);
  });

  it('T-1: says why it is refused, and tries again with another token', async () => {
    const { session } = sessionBefore(401, 204);
    session.take('wrong');
    expect((await session.enter())?.reason).toBe('the server does not know this token');
    session.take('right');
    expect(await session.enter()).toBeNull();
    expect(session.enter()).toBeNull();
  });

  it('T-2: leaves it to the stream, and signs in later, where the server is out of reach', async () => {
    const { session } = sessionBefore(null, 204);
    session.take('secret');
    expect(await session.enter()).toBeNull();
    expect(session.enter()).not.toBeNull();
  });

  it('T-1: knows a refusal of a page without a token from a server that is gone', async () => {
    const { session, asked } = sessionBefore(401, 403, 503, null);
    expect(await session.refusal()).toMatchObject({ reason: 'the server asks for a token' });
    expect((await session.refusal())?.reason).toBe('the server refuses the address of this page (403)');
    expect(await session.refusal()).toBeNull();
    expect(await session.refusal()).toBeNull();
    expect(asked[0]).toBe('GET http://here/api/runs');
  });
});
