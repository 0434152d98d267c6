/**
 * `/embed/{widget}` (SPEC.md, H-10): one widget as a page of its own, for other pages to frame. All are one file of the
 * site, `embed/index.html`, whose script reads from its address which one it is to show.
 *
 * What makes a page an embed page is who may frame it; the 404s here too, so that a misspelt widget says so in its frame.
 */
import { type Access, hostOf, isOverLoopback } from './access.ts';
import { embedAncestors, pagePolicy } from './policy.ts';
import { type Reply, textReply } from './route.ts';
import type { Pages } from './site.ts';

export const WIDGETS = [
  'graph',
  'matrix',
  'chart',
  'phases',
  'roles',
  'status',
  'diff',
  'app',
  'metrics',
  'checkpoints',
  'scrubber',
] as const;

/** @param site has the file */
export function embedPages(site: Pages, access: Access): Pages {
  return (request) => {
    const [top, name = '', ...more] = request.segments;
    if (top !== 'embed' || more.length > 0) return null;
    const reply = widgetReply(name, site({ ...request, segments: ['embed', 'index.html'] }));
    const ancestors = embedAncestors(access.allowedOrigins, {
      withLoopback: isOverLoopback(request.headers, access),
    });
    const policy = pagePolicy(hostOf(request.headers), ancestors);
    return { ...reply, headers: { ...reply.headers, 'content-security-policy': policy } };
  };
}

function widgetReply(name: string, page: Reply | null): Reply {
  if (!WIDGETS.some((widget) => widget === name))
    return textReply(404, `expected /embed/ and one of ${WIDGETS.join(', ')}, got "${name}"`);
  return page ?? textReply(404, 'this dashboard was built without embed pages; npm run build makes them');
}
