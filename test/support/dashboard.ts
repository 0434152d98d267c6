/** The built dashboard behind a gateway in this process, with runs that a test publishes into, and their graphs. */
import { fileURLToPath } from 'node:url';
import { apiRoutes } from '../../server/gateway/api.ts';
import type { GatewayOptions } from '../../server/gateway/gateway.ts';
import type { RunStream } from '../../server/log/run-stream.ts';
import { type Served, served } from './served.ts';

export const SITE = fileURLToPath(new URL('../../dist/site', import.meta.url));

export async function servedDashboard(
  streams: readonly RunStream[],
  options: Partial<GatewayOptions> = {},
): Promise<Served & { readonly url: string }> {
  const door = await served(streams, { site: SITE, routes: [(request) => api(request)], ...options });
  const api = apiRoutes(door.runs);
  return { ...door, url: `http://127.0.0.1:${door.port}/` };
}
