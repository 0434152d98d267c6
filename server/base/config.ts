/**
 * Every limit of the server, each with the reason for its value.
 */
export const MIB = 2 ** 20;

/**
 * Intermediate tensors of one batch, at most, however much memory there is: a larger batch only streams them through
 * memory between operators. At 160M a row took 27 ms in batches of 2.4 GiB and 17 ms in batches of 256 MiB.
 */
export const BATCH_BYTES_BEST = 256 * MIB;

/** Residual streams kept between checkpoints; Pythia-14M's six are 16 MB, Pythia-160M's twelve 0.8 GB and too many. */
export const STREAM_CACHE_BYTES_MAX = 256 * MIB;

/** What the logits of one readout run may take: 64 MiB are 333 positions of a vocabulary of 50,304. */
export const LOGIT_BYTES_MAX = 64 * MIB;

/**
 * Effects on the output need the logits of every ablation: below this vocabulary they cost less than the sweep
 * itself (2·D·V per position against 24·D² per layer), above it they are computed only when asked for.
 */
export const EFFECTS_VOCABULARY_MAX = 4_096;

/**
 * Up to here the expensive metrics get standard errors too: a jackknife costs them once more for every prompt, a
 * tenth of a second for the 156 nodes of Pythia-160M and four prompts.
 */
export const JACKKNIFE_NODES_MAX = 160;

/** A tokens file is a few prompts: 16 MiB are more than two million ids. */
export const PROBE_FILE_BYTES_MAX = 16 * MIB;

/** Complete graphs kept for viewers who look back; 128 MiB are 154 graphs of 79,764 edges with standard errors. */
export const HISTORY_BYTES_MAX = 128 * MIB;

/** What may wait for one viewer before it is cut off (SPEC.md, B-1): a snapshot of 154 checkpoints is below 1 MiB. */
export const OUTBOX_BYTES_MAX = 16 * MIB;

/** A client message is a few words (SPEC.md, M-2). */
export const CLIENT_MESSAGE_BYTES_MAX = 64 * 1024;

/** Time between pings (SPEC.md, B-2): a dead peer is gone within two of them. */
export const PING_MILLIS = 10_000;
