/**
 * What the address of a page for an iframe asks for: `/embed/chart?metric=gini&theme=dark#token=…`.
 *
 * The last part of the path names the widget; the query holds its attributes and `fit` (`content`, as tall as the widget;
 * `frame`, the widget fills the frame). A token stands in the fragment, which browsers keep to themselves; in the query it
 * is not taken. The data are those of the page's own server, always: a link cannot show a stranger's under its name.
 */
import { tokenInHash } from '../addresses.ts';
import { PREFIX } from './modules.ts';

export type FrameWords = {
  /** Of the element. */
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly fit: 'content' | 'frame';
  readonly token: string | null;
  /** Address of the server. */
  readonly site: string;
};

const NOT_ATTRIBUTES: ReadonlySet<string> = new Set(['fit', 'src', 'source', 'token']);

export function frameWords(address: string): FrameWords {
  const { href, pathname, searchParams, hash } = new URL(address);
  return {
    tag: `${PREFIX}${pathname.split('/').at(-1)}`,
    attributes: new Map([...searchParams].filter(([name]) => !NOT_ATTRIBUTES.has(name))),
    fit: searchParams.get('fit') === 'frame' ? 'frame' : 'content',
    token: tokenInHash(hash).token,
    site: new URL('..', href).href,
  };
}
