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

/** Runs that have such a cache: with more runs than this taking turns, unchanged layers are computed again. */
export const SWEEP_CACHES_MAX = 4;

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

/** Complete graphs in memory where they are kept nowhere else: 154 of 79,764 edges with standard errors. */
export const HISTORY_BYTES_MAX = 128 * MIB;
/** The same for a run whose log has them all: a dozen of that size, for comparisons and whoever looks back a little. */
export const KEPT_HISTORY_BYTES_MAX = 16 * MIB;

/** Deltas of a run held in memory for viewers who are nearly up to date: with their encodings about nine times this. */
export const RECENT_BYTES_MAX = MIB;

/** What is held while the log cannot be written: some 130 checkpoints of 79,764 edges, or an hour of most runs. */
export const UNKEPT_BYTES_MAX = 64 * MIB;

/** What the log of one run may take of the disk, unless asked otherwise: 21,000 checkpoints of 79,764 edges at 0.5 MB. */
export const DATA_MIB = 10_240;

/** A recorded delta is a layer's edges at most; those of a model with 40 heads and layers are below 1 MiB. */
export const RECORDED_DELTA_BYTES_MAX = 64 * MIB;

/** Time between tries to write again: LevelDB has to be opened anew for each. */
export const KEEP_AGAIN_MILLIS = 5000;

/** Handed to a viewer's socket and not yet sent (SPEC.md, B-1): a ping behind it arrives in time at 25 kB/s. */
export const HANDED_BYTES_MAX = 256 * 1024;

/** How far a viewer may lag behind (SPEC.md, B-2): a snapshot of 154 checkpoints is below 1 MiB and far cheaper. */
export const LAG_BYTES_MAX = 16 * MIB;

/** Read from the log at once for a viewer who catches up. */
export const CATCH_UP_BYTES = MIB;

/** Missing deltas up to this size are sent without comparing them to a snapshot: a few packets. */
export const RESUME_BYTES_CHEAP = 64 * 1024;

/** At this many resyncs without having caught up in between a viewer is let go (SPEC.md, B-3). */
export const RESYNCS_MAX = 3;

/** A client message is a few words (SPEC.md, M-2). */
export const CLIENT_MESSAGE_BYTES_MAX = 64 * 1024;

/** A viewer sends hello, subscriptions, and a new one after a resync: sixty in ten seconds are a mistake (SPEC.md, B-5). */
export const CLIENT_MESSAGES_MAX = 60;
export const CLIENT_MESSAGES_MILLIS = 10_000;
/** A connection that has not said hello by then is nobody's (SPEC.md, B-5). */
export const HELLO_MILLIS_MAX = 10_000;

/** Time between pings (SPEC.md, B-4): a dead peer is gone within two of them. */
export const PING_MILLIS = 10_000;

/** WebSocket connections at once (SPEC.md, B-6): a team and its walls of screens; each may have B-1's 256 KiB waiting. */
export const CONNECTIONS_MAX = 1_000;

/** Connections for HTTP beside those: what comes above is closed unread, which costs neither memory nor a thread. */
export const HTTP_CONNECTIONS_MAX = 1_000;

/** All headers of a request, which is Node's own default: a browser with many cookies sends 4 KiB. */
export const HTTP_HEADER_BYTES_MAX = 16 * 1024;

/** From a connection's or request's first byte to its last; who sends a byte a second holds nothing for longer. */
export const HTTP_REQUEST_MILLIS = 10_000;

/** How often the above is looked at. */
export const HTTP_CHECK_MILLIS = 1_000;

/** A connection between two requests: a page that is opened makes its requests within a second. */
export const HTTP_KEEP_ALIVE_MILLIS = 10_000;

/** An answer of which the peer takes no byte is given up, as B-3 does with a stream. */
export const HTTP_IDLE_MILLIS = 30_000;

/** Then the connection is closed and the peer may open another. */
export const HTTP_REQUESTS_PER_CONNECTION_MAX = 1_000;

/** Body of `POST /api/session`: a token and its braces. */
export const SESSION_BODY_BYTES_MAX = 4 * 1024;

/** What `Max-Age` a session's cookie has: a month, longer than most trainings. */
export const SESSION_SECONDS = 30 * 24 * 60 * 60;

/** Shortest token that is taken: at a thousand guesses a second 16 characters of base64url last for ever. */
export const TOKEN_CHARACTERS_MIN = 16;

/** The built dashboard is kept in memory: 0.25 MiB in three files. More than this is not a dashboard. */
export const SITE_BYTES_MAX = 32 * MIB;

/** Lines about refused strangers in a log, at most, in each of these spans: a flood must not fill the disk. */
export const REFUSALS_LOGGED_MAX = 10;
export const REFUSALS_SPAN_MILLIS = 60_000;

/**
 * Compression of messages, each once for all its viewers (outlet.ts). A viewer needs 2^12 bytes of window to read them,
 * and JSON is compressed within a tenth as well as with 2^15. Below 1 KiB nothing is won. Of what viewers send two
 * messages at a time are decompressed, which leaves half of libuv's four threads to files.
 */
export const DEFLATE_WINDOW_BITS = 12;
export const DEFLATE_MEMORY_LEVEL = 5;
export const DEFLATE_BYTES_MIN = 1_024;
export const DEFLATES_AT_ONCE = 2;

/** Fragments of one client message; clients send one. Each costs some hundred bytes beside its contents. */
export const CLIENT_FRAGMENTS_MAX = 256;

/** Runs that are watched at once: each is polled five times a second, and 100 idle ones of 20 checkpoints took half a core. */
export const RUNS_MAX = 100;

/** Sub-directories of one path in which runs are looked for: 1,000 took 0.2 to 0.4 s, every few seconds. */
export const SUBDIRECTORIES_MAX = 1_000;

/** An exported page: browsers hold it whole, as text; 154 checkpoints of 79,764 edges are 80 MiB. */
export const PAGE_BYTES_MAX = 200 * MIB;

/** A checkpoint's trainer_state.json: some 100,000 lines of its log of losses, parsed in about 0.1 s. */
export const TRAINER_STATE_BYTES_MAX = 16 * MIB;

/** One alert of a run and a kind in this span: a chat that gets more is muted. */
export const ALERT_SPAN_MILLIS = 10_000;

/** Alerts that wait for one address, of 2 kB: a day of phase changes, or 16 minutes of a failing disk at one run. */
export const ALERTS_WAITING_MAX = 100;

/** A request that has no answer by then is made again. */
export const ALERT_REQUEST_MILLIS = 10_000;

/** Between attempts 1 s, doubled each time up to 1 min, half of it by chance: ten of them last 2 to 4 minutes. */
export const ALERT_BACKOFF_MILLIS = 1_000;
export const ALERT_BACKOFF_MILLIS_MAX = 60_000;
export const ALERT_ATTEMPTS_MAX = 10;

/** What `Retry-After` may ask for: Slack and Discord ask for seconds. */
export const RETRY_AFTER_MILLIS_MAX = 5 * 60_000;

/** What waits when the server ends gets so long, since it is to end within 2 s. */
export const ALERT_ENDING_MILLIS = 1_000;
