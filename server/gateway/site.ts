/**
 * The dashboard's files, read once at the start and served from memory: a request never touches the disk, so that no
 * path leads out of the site, and a site that is built anew while a run is watched breaks nothing.
 * They hold nothing of the runs, so any page may load them, to show a widget of its own (SPEC.md, H-9).
 * Left out are dotfiles, links, and kinds of file that a dashboard does not have. Ranges are not served.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { SITE_BYTES_MAX } from '../base/config.ts';
import { CONTENT_TYPE, cached, type Reply, type RouteRequest } from './route.ts';

const CONTENT_TYPES = new Map<string, string>([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.ico', 'image/x-icon'],
  ['.woff2', 'font/woff2'],
  ['.json', CONTENT_TYPE.json],
  ['.txt', CONTENT_TYPE.text],
]);

/** The same for every `Origin`, so that nothing between needs to tell them apart. */
const FOR_ANY_PAGE = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
} as const;

/** A route that has its answers at hand. */
export type Pages = (request: RouteRequest) => Reply | null;
type SiteFile = { readonly body: Buffer; readonly contentType: string; readonly validator: string };

/** @throws Error where the directory cannot be read or holds more than SITE_BYTES_MAX */
export function siteRoute(directory: string): Pages {
  const files = new Map<string, SiteFile>();
  readInto(files, directory, '/');
  return (request) => {
    const path = `/${request.segments.join('/')}`;
    const file = files.get(path.endsWith('/') ? `${path}index.html` : path);
    if (!file) return null;
    const { body, contentType, validator } = file;
    const reply = cached(request, validator, () => ({ status: 200, headers: {}, body, contentType }));
    return { ...reply, headers: { ...reply.headers, ...FOR_ANY_PAGE } };
  };
}

/** @param path of the directory in addresses, with a slash at its end */
function readInto(files: Map<string, SiteFile>, directory: string, path: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const at = join(directory, entry.name);
    if (entry.isDirectory()) readInto(files, at, `${path}${entry.name}/`);
    const contentType = CONTENT_TYPES.get(extname(entry.name));
    if (!entry.isFile() || contentType === undefined) continue;
    const body = readFileSync(at);
    const validator = createHash('sha256').update(body).digest('base64url');
    files.set(`${path}${entry.name}`, { body, contentType, validator });
    const bytes = [...files.values()].reduce((sum, file) => sum + file.body.length, 0);
    if (bytes > SITE_BYTES_MAX)
      throw new Error(`expected a dashboard of at most ${SITE_BYTES_MAX} bytes in ${directory}, found more`);
  }
}
