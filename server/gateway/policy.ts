/**
 * The content security policy of a page: scripts, styles and data of this server alone, nothing inline, and no frame
 * around it but of those that are named. Pure.
 *
 * `null` and IPv6 addresses have no form in a policy: pages of such origins may read where they are allowed to, and
 * frame nothing. `*` stands for what comes over a network.
 */

/** `[::1]` is missing since a policy cannot say it. */
const LOOPBACK_ANCESTORS = ['http', 'https'].flatMap((scheme) =>
  ['localhost', '127.0.0.1'].map((name) => `${scheme}://${name}:*`),
);
const SOURCE = /^(?:\*|[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+(?::\d{1,5})?)$/;

/**
 * @param host of the request; older browsers do not take 'self' for WebSockets
 * @param ancestors value of `frame-ancestors`
 */
export function pagePolicy(host: string | null, ancestors = "'none'"): string {
  const sockets = host === null ? '' : ` ws://${host} wss://${host}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self'${sockets}`,
    `frame-ancestors ${ancestors}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/**
 * Who may frame an embed page, as `frame-ancestors` has it.
 *
 * @param origins as `allowedOriginsFrom` makes them
 */
export function embedAncestors(
  origins: readonly string[],
  { withLoopback }: { readonly withLoopback: boolean },
): string {
  const named = origins.filter((origin) => SOURCE.test(origin));
  return ["'self'", ...named, ...(withLoopback ? LOOPBACK_ANCESTORS : [])].join(' ');
}
