import { describe, expect, it } from 'vitest';
import { wiresOver } from '../../client/wire.ts';
import type { ServerMessage } from '../../protocol/messages.ts';
import { ScriptedServer } from './script.ts';

describe('a wire', () => {
  it.each(['json', 'binary'] as const)(
    'N-1: reads %s where the server chose it, and says text',
    (encoding) => {
      const server = new ScriptedServer();
      const heard: ServerMessage[] = [];
      const wire = wiresOver(server.open)({
        address: 'ws://host/stream',
        token: null,
        events: {
          opened: () => wire.send({ type: 'subscribe', run: 'r' }),
          message: (parsed) => {
            if (parsed.ok) heard.push(parsed.message);
          },
          closed: () => {},
        },
      });
      server.last.opens(encoding);
      server.last.deltas('e', 1, { type: 'rewound', fromStep: 4 });
      expect(server.last.frames).toEqual(['{"type":"subscribe","run":"r"}']);
      expect(heard).toMatchObject([{ type: 'delta', delta: { type: 'rewound', fromStep: 4 } }]);
    },
  );
});
