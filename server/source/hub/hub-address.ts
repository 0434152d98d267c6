/**
 * `hf://OWNER/NAME[@REVISION][/FOLDER]`: a repository of models on the hub.
 *
 * Alone, it means the revisions whose names give a step, or where there are none, the folders of `main` whose names do;
 * with a revision or a folder it means the folders there.
 */
export type HubAddress = {
  readonly text: string;
  /** `owner/name`; old models have no owner. */
  readonly repo: string;
  /** Null: not given. */
  readonly revision: string | null;
  /** Without slashes around it; empty for the top. */
  readonly folder: string;
};

const PART = '[A-Za-z0-9][\\w.-]{0,95}';
const ADDRESS = new RegExp(
  `^hf://(?:models/)?(${PART}(?:/${PART})?)(?:@([^/@\\s]+(?:%2F[^/@\\s]+)*))?((?:/[^/\\s]+)*)/?$`,
  'i',
);

export function isHubAddress(word: string): boolean {
  return /^hf:/i.test(word);
}

/** Null where the word is no such address. */
export function hubAddressFrom(word: string): HubAddress | null {
  const [, repo, revision, path = ''] = ADDRESS.exec(word) ?? [];
  if (repo === undefined || /^(?:datasets|spaces)\//i.test(repo)) return null;
  const folder = path.slice(1);
  if (folder.split('/').some((part) => part === '.' || part === '..')) return null;
  return {
    text: word.replace(/\/$/, ''),
    repo,
    revision: revision === undefined ? null : decoded(revision),
    folder,
  };
}

/** A branch with a slash in its name is written with %2F. */
function decoded(revision: string): string {
  try {
    return decodeURIComponent(revision);
  } catch {
    return revision;
  }
}
