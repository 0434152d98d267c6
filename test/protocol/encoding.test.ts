import { describe, expect, it } from 'vitest';
import { apply, initialState } from '../../protocol/apply.ts';
import { decoded, encoded } from '../../protocol/encoding.ts';
import { serverMessageFrom } from '../../protocol/messages.ts';
import { RUN, walked } from '../log/delta-walk.ts';

describe('a message in either encoding', () => {
  it('N-1: is text in JSON and bytes in MessagePack, and the same message', () => {
    const deltas = walked(3, 60);
    const state = deltas.reduce(apply, initialState(RUN));
    const messages = [
      { type: 'snapshot', run: 'r', epoch: 'e', offset: deltas.length, state },
      ...deltas.map((delta, index) => ({ type: 'delta', run: 'r', epoch: 'e', offset: index + 1, delta })),
    ];
    for (const message of messages) {
      const [text, bytes] = [encoded(message, 'json'), encoded(message, 'binary')];
      expect([typeof text, bytes instanceof Uint8Array]).toEqual(['string', true]);
      const expected = { ok: true, message };
      for (const read of [decoded(text, 'json'), decoded(bytes, 'binary')])
        expect(read.ok && serverMessageFrom(read.value)).toEqual(expected);
    }
  });

  it('N-1: a frame of the other kind is refused with what was expected', () => {
    expect(decoded('{}', 'binary')).toEqual({ ok: false, problem: 'expected binary, got text' });
    expect(decoded(Uint8Array.of(0x80), 'json')).toEqual({ ok: false, problem: 'expected text, got binary' });
  });

  it('M-1: lengths that lie are no value', () => {
    expect(decoded(Uint8Array.of(0xdc, 0xff, 0xff, 0xdc, 0xff, 0xff), 'binary')).toEqual({
      ok: false,
      problem: 'expected one MessagePack value',
    });
  });
});
