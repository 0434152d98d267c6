/** What goes out, as bytes on the wire and as a client of another make (ws) reads it. */
import { constants, inflateRawSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SUBPROTOCOLS } from '../../protocol/version.ts';
import { DEFLATE_BYTES_MIN } from '../../server/base/config.ts';
import type { Gateway } from '../../server/gateway/gateway.ts';
import { Outlet } from '../../server/gateway/outlet.ts';
import { testGateway } from '../support/gateway.ts';
import { RawPeer } from '../support/raw-peer.ts';

const DEFLATE = 'Sec-WebSocket-Extensions: permessage-deflate';

let gateway: Gateway | null = null;
afterEach(() => gateway?.close());

/** A gateway that says these messages to everybody, who are taken to be on another machine or on this. */
async function saying(messages: readonly Uint8Array[], isLocal: boolean): Promise<number> {
  ({ gateway } = await testGateway({
    onConnection: (socket, encoding, _, stream) =>
      pumped(new Outlet({ socket, stream, encoding, isLocal }), [...messages]),
  }));
  return gateway.port;
}

function pumped(outlet: Outlet, messages: Uint8Array[]): void {
  outlet.together(() => {
    while (outlet.hasRoom) {
      const message = messages.shift();
      if (!message) return;
      outlet.send(message, () => pumped(outlet, messages));
    }
  });
}

/** What a viewer reads, as text. */
function read(port: number, count: number): Promise<string[]> {
  return new Promise((resolve) => {
    const texts: string[] = [];
    const socket = new WebSocket(`ws://127.0.0.1:${port}/stream`, [SUBPROTOCOLS.json]);
    socket.on('message', (data) => {
      texts.push(String(data));
      if (texts.length === count) resolve(texts);
    });
  });
}

function message(length: number): Buffer {
  return Buffer.from('phasewatch '.repeat(Math.ceil(length / 11)).slice(0, length));
}

/** First byte and payload of the only frame in `bytes`, which is shorter than 64 KiB. */
function frameIn(bytes: Buffer): { readonly first: number; readonly payload: Buffer } {
  const isShort = bytes[1] < 126;
  const [begin, length] = isShort ? [2, bytes[1]] : [4, bytes.readUInt16BE(2)];
  expect(bytes.length).toBe(begin + length);
  return { first: bytes[0], payload: bytes.subarray(begin) };
}

async function wire(port: number, lines: readonly string[], bytesMin: number): Promise<Buffer> {
  const peer = await RawPeer.opened(port, lines);
  await peer.until((text) => text.length - text.indexOf('\r\n\r\n') - 4 >= bytesMin);
  peer.socket.destroy();
  return peer.received.subarray(peer.text.indexOf('\r\n\r\n') + 4);
}

describe('a message', () => {
  it.each([true, false])('of any length arrives as it is (on this machine: %s)', async (isLocal) => {
    const lengths = [0, 1, 125, 126, DEFLATE_BYTES_MIN - 1, DEFLATE_BYTES_MIN, 65_535, 65_536, 300_000];
    const messages = lengths.map(message);
    const texts = await read(await saying(messages, isLocal), lengths.length);
    expect(texts.map((text) => text.length)).toEqual(lengths);
    expect(texts).toEqual(messages.map(String));
  });

  it('does not overtake one that takes long to compress', async () => {
    const messages = Array.from({ length: 60 }, (_, index) =>
      Buffer.from(`${index} ${message(index % 2 === 0 ? 50_000 : 10)}`),
    );
    const texts = await read(await saying(messages, false), messages.length);
    expect(texts.map((text) => Number.parseInt(text, 10))).toEqual(messages.map((_, index) => index));
  });

  it('that many viewers get is the same compressed bytes for each', async () => {
    const one = message(5_000);
    const port = await saying([one], false);
    const [first, second] = [await wire(port, [DEFLATE], 30), await wire(port, [DEFLATE], 30)];
    expect(second).toEqual(first);
    const { first: bits, payload } = frameIn(first);
    // The end, the mark of compression, text.
    expect(bits).toBe(0x80 | 0x40 | 1);
    const flushed = Buffer.concat([payload, Buffer.of(0, 0, 0xff, 0xff)]);
    expect(inflateRawSync(flushed, { finishFlush: constants.Z_SYNC_FLUSH })).toEqual(one);
  });

  it.each([
    ['to a viewer who did not offer to read that', [], false, 5_000],
    ['on this machine', [DEFLATE], true, 5_000],
    ['below a bound', [DEFLATE], false, DEFLATE_BYTES_MIN - 1],
  ])('is not compressed %s', async (_, lines, isLocal, length) => {
    const one = message(length);
    const bytes = await wire(await saying([one], isLocal), lines, length + 4);
    expect(frameIn(bytes)).toEqual({ first: 0x80 | 1, payload: one });
  });
});
