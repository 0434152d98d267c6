/** Frames that break the WebSocket's rules, or cost too much: they end their own connection, and no other. */
import { constants, deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CLIENT_FRAGMENTS_MAX, CLIENT_MESSAGE_BYTES_MAX } from '../../server/base/config.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { frame, OPCODE, RawPeer } from '../support/raw-peer.ts';

const DEFLATE = 'Sec-WebSocket-Extensions: permessage-deflate';

let made: TestGateway;
let port: number;
let neighbour: RawPeer;
beforeEach(async () => {
  made = await testGateway();
  port = made.gateway.port;
  neighbour = await RawPeer.opened(port);
});
afterEach(async () => {
  neighbour.socket.destroy();
  await made.gateway.close();
});

/** The neighbour's connection still carries messages both ways. */
async function neighbourIsWell() {
  const word = `well ${Math.floor(performance.now())}`;
  neighbour.write(frame(OPCODE.text, word));
  await neighbour.until((text) => text.includes(word));
}

async function closeCodeAfter(bytes: readonly Uint8Array[], lines: readonly string[] = []): Promise<number> {
  const peer = await RawPeer.opened(port, lines);
  for (const piece of bytes) peer.write(piece);
  const code = await peer.closeCode();
  peer.socket.destroy();
  await neighbourIsWell();
  await vi.waitFor(() => expect(made.gateway.connections).toBe(1));
  return code;
}

it.each([
  ['without a mask', [frame(OPCODE.text, 'a', { masked: false })], 1002],
  ['with a reserved bit', [frame(OPCODE.text, 'a', { rsv: 1 })], 1002],
  ['compressed without having agreed to', [frame(OPCODE.text, 'a', { rsv: 4 })], 1002],
  ['of an unknown kind', [frame(3, 'a')], 1002],
  ['of a control kind in pieces', [frame(OPCODE.ping, 'a', { fin: false })], 1002],
  ['of a control kind and 126 bytes', [frame(OPCODE.ping, 'a'.repeat(126))], 1002],
  ['that continues nothing', [frame(OPCODE.continuation, 'a')], 1002],
  [
    'that begins within another message',
    [frame(OPCODE.text, 'a', { fin: false }), frame(OPCODE.text, 'b')],
    1002,
  ],
  ['that closes with one byte', [frame(OPCODE.close, 'a')], 1002],
  ['that closes with a code of no meaning', [frame(OPCODE.close, Uint8Array.of(0, 1))], 1002],
  ['of text that is not UTF-8', [frame(OPCODE.text, Uint8Array.of(0xc0, 0xaf))], 1007],
])('a frame %s costs its connection only', async (_, frames, code) =>
  expect(await closeCodeAfter(frames)).toBe(code),
);

it('what was compressed wrongly costs its connection only', async () => {
  const broken = frame(OPCODE.text, Uint8Array.of(0xff, 0xff, 0xff), { rsv: 4 });
  expect(await closeCodeAfter([broken], [DEFLATE])).toBe(1007);
});

describe('a message', () => {
  it('M-2: of 64 KiB is taken, of a byte more closes the connection with 1009', async () => {
    neighbour.write(frame(OPCODE.text, 'x'.repeat(CLIENT_MESSAGE_BYTES_MAX)));
    await neighbour.until((text) => text.length > CLIENT_MESSAGE_BYTES_MAX);
    expect(await closeCodeAfter([frame(OPCODE.text, 'x'.repeat(CLIENT_MESSAGE_BYTES_MAX + 1))])).toBe(1009);
  });

  it('M-2: is refused by the length it announces, before it comes', async () => {
    const announced = frame(OPCODE.binary, '').fill(0x80 | 127, 1, 2);
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(2n ** 40n);
    expect(await closeCodeAfter([announced.subarray(0, 2), size, Buffer.alloc(4)])).toBe(1009);
  });

  it('M-2: is as long as its pieces together', async () => {
    const half = 'x'.repeat(CLIENT_MESSAGE_BYTES_MAX / 2);
    const pieces = [
      frame(OPCODE.text, half, { fin: false }),
      frame(OPCODE.continuation, half, { fin: false }),
      frame(OPCODE.continuation, 'x'),
    ];
    expect(await closeCodeAfter(pieces)).toBe(1009);
  });

  it('of endless empty pieces ends its connection', async () => {
    const pieces = Array.from({ length: CLIENT_FRAGMENTS_MAX + 1 }, (_, index) =>
      frame(index === 0 ? OPCODE.text : OPCODE.continuation, '', { fin: false }),
    );
    expect(await closeCodeAfter([Buffer.concat(pieces)])).toBe(1008);
  });

  it('M-2: that is small compressed and huge after it closes with 1009, and is never held whole', async () => {
    const inflatedBytes = 48 * 2 ** 20;
    const deflated = deflateRawSync(Buffer.alloc(inflatedBytes), { finishFlush: constants.Z_SYNC_FLUSH });
    const bomb = frame(OPCODE.text, deflated.subarray(0, -4), { rsv: 4 });
    expect(bomb.length).toBeLessThan(CLIENT_MESSAGE_BYTES_MAX);

    const before = process.memoryUsage().arrayBuffers;
    let highest = before;
    const watching = setInterval(() => {
      highest = Math.max(highest, process.memoryUsage().arrayBuffers);
    }, 1);
    for (let count = 0; count < 5; count += 1) expect(await closeCodeAfter([bomb], [DEFLATE])).toBe(1009);
    clearInterval(watching);
    expect(highest - before).toBeLessThan(inflatedBytes / 4);
  });
});

describe('compression', () => {
  it('is agreed to without memory between messages', async () => {
    const peer = await RawPeer.opened(port, [DEFLATE]);
    expect(peer.text).toMatch(
      /permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12\r\n/,
    );
    peer.socket.destroy();
  });
});

describe('a connection', () => {
  it('B-4: is pinged, and ended when it has not answered by the next ping', async () => {
    // HTTP's patience with idle connections is not that with viewers.
    const quick = await testGateway({ patience: { pingMillis: 50, idleMillis: 20 } });
    const silent = await RawPeer.opened(quick.gateway.port);
    const answering = await RawPeer.opened(quick.gateway.port);
    let pings = 0;
    answering.socket.on('data', (bytes: Buffer) => {
      if (bytes[0] !== (0x80 | OPCODE.ping)) return;
      pings += 1;
      answering.write(frame(OPCODE.pong, ''));
    });
    await silent.closed;
    const atItsEnd = pings;
    await vi.waitFor(() => expect(pings).toBeGreaterThan(atItsEnd + 2));
    expect(quick.gateway.connections).toBe(1);
    answering.socket.destroy();
    await quick.gateway.close();
  });
});
