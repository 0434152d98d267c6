/**
 * What a server answers to those who push a run to it over HTTP (SPEC.md, section U).
 * `stored` is new, `unchanged` was there already, `replaced` stands where something else stood.
 */

export type UploadStatus = 'stored' | 'unchanged' | 'replaced';

/** Answer to `PUT /api/runs/{run}/config`. */
export type ConfigAnswer = { readonly run: string; readonly status: UploadStatus };

/** Answer to `PUT /api/runs/{run}/checkpoints/{step}`. */
export type CheckpointAnswer = {
  readonly run: string;
  readonly step: number;
  readonly status: UploadStatus;
  readonly bytes: number;
  /** Of the contents, in hexadecimal digits. */
  readonly sha256: string;
};

/** Answer to `POST /api/runs/{run}/metrics`. */
export type MetricsAnswer = { readonly run: string; readonly entries: number };
