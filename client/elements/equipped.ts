/**
 * What a widget says of itself and gives away: what the buttons beside its title work with.
 */

import type { About } from '../view/about.ts';

export type { About };

/** The numbers behind a picture. */
export type Table = {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
};

/** Where what is shown comes from, for who shows it elsewhere. */
export type Origin = {
  /** Of the server, null where there is none. */
  readonly address: string | null;
  /** Id of the run, null while none is known. */
  readonly run: string | null;
};

/** What of a widget a page may keep: plain JSON, of attributes only. */
export type Saved = Readonly<Record<string, unknown>>;

export type ImageFormat = 'png' | 'svg';

/** What the tools need of a widget. */
export type Equipped = HTMLElement & {
  /** Its title, for people. */
  readonly heading: string;
  about(): Promise<About>;
  readonly table: Table | null;
  readonly origin: Origin;
  save(): Saved;
  exportImage(format?: ImageFormat): Promise<Blob>;
  exportTable(): string | null;
};
