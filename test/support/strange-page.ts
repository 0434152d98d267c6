/**
 * A page of somebody else, on a server of its own: rules for all elements, a dark background, a narrow column. What a widget
 * has to bear.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What pages do to the text of all elements. */
const RESET = `
  * { margin: 0; padding: 0; letter-spacing: 3px; text-transform: uppercase; line-height: 3; font-size: 30px; text-align: center; box-sizing: content-box; color: red; }
  body { background: #101418; }
  .column { width: 300px; margin: 20px; }
`;

export type StrangeSite = {
  /** Address of a page with these contents. */
  page(body: string): string;
  /** Host and port. */
  readonly host: string;
  close(): void;
};

/** @param style of all its pages */
export async function strangeSite(style = RESET): Promise<StrangeSite> {
  const pages: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    const body = pages[Number(url.slice(1))];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(
      body &&
        `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><style>${style}</style>${body}`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    page: (body) => `http://localhost:${port}/${pages.push(body) - 1}`,
    host: `localhost:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
