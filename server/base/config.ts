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

/** Trainings of a demo at once: with each other and the analysis they share the cores, so that a fifth makes all of them crawl. */
export const TRAININGS_AT_ONCE_MAX = 4;

/** Over the life of a demo: about 20 MB on disk each, with its results, until it ends. */
export const TRAININGS_MAX = 32;

/** Body of `POST /api/session`: a token and its braces. */
export const SESSION_BODY_BYTES_MAX = 4 * 1024;

/** A config.json or some entries of metrics that are pushed: those of models are a few KiB, 1 MiB are 10,000 entries. */
export const UPLOADED_JSON_BYTES_MAX = MIB;

/** Runs that are pushed; each is polled as a directory is (RUNS_MAX). */
export const UPLOADED_RUNS_MAX = 64;

/** One pushed checkpoint, unless asked otherwise: a model of 2 thousand million weights in float32. */
export const UPLOAD_MIB = 8_192;

/** All of them that lie on the disk, unless asked otherwise: two of those, and one that comes. */
export const UPLOADS_MIB = 20_480;

/** Checkpoints that come at once, each with a file and its header in memory. */
export const UPLOADS_AT_ONCE = 4;

/** Header of a pushed file, held in memory and parsed at once: a model of 100,000 tensors has 10 MiB. */
export const UPLOAD_HEADER_BYTES_MAX = 16 * MIB;

/** What a trainer logs of one run: a line of 200 bytes for each of 300,000 steps. */
export const UPLOADED_METRICS_BYTES_MAX = 64 * MIB;

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

/** How often a trainer's logs are looked at: it writes one every few seconds, and 100 runs of ten logs are 1,000 looks. */
export const CURVE_POLL_MILLIS = 1_000;

/** Read of a log at once: 9,000 lines, parsed in some 60 ms in which nothing else goes on. A longer line is no log. */
export const CURVE_CHUNK_BYTES = MIB;

/** What is read of one log: some 2,500,000 lines. */
export const CURVE_FILE_BYTES_MAX = 256 * MIB;

/** Logs of one run, in all of the places where they are looked for. */
export const CURVE_FILES_MAX = 100;

/** What a trainer logs is told so much later, all of it at once: four deltas a second at most. */
export const LOGGED_SPAN_MILLIS = 250;

/** Entries of one delta (SPEC.md, S-9): 40 kB with five values each. */
export const LOGGED_ENTRIES_MAX = 500;

/** Characters of a name that a trainer logs under; longer ones have no place above a chart. */
export const LOGGED_NAME_CHARACTERS_MAX = 100;

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

/** Fetched checkpoints kept on disk, unless asked otherwise: 154 of Pythia-14M take 9 GB in float32, three of a 1B model 12. */
export const CACHE_MIB = 20_480;

/** Time between looks at a repository of the hub: its API gives a stranger 1,000 requests in five minutes. */
export const HUB_POLL_MILLIS = 60_000;

/** Fetched checkpoints that wait for the analysis: enough that it never waits for one of an ordinary pause. */
export const HUB_AHEAD_MAX = 3;

/** Lists of files that are asked for at once, so that those of 154 revisions take seconds. */
export const HUB_LISTS_AT_ONCE = 4;

/** Bytes between two tensors that are fetched and dropped: 1 MiB takes as long as a new request, 50 ms at 20 MB/s. */
export const HUB_GAP_BYTES = MIB;

/** The next request of a file is made when so much of this one is to come: 1 MiB takes 50 ms at 20 MB/s, as an answer does. */
export const HUB_EARLY_BYTES = MIB;

/** Most headers fit: a tensor takes about 120 bytes, so that a thousand do. */
export const HUB_HEADER_BYTES = 128 * 1024;

/** A file of torch.save has to be fetched whole: 8 GiB are two billion float32 weights. */
export const HUB_TORCH_BYTES_MAX = 8 * 1024 * MIB;

/** Entries of a revision's list of files: a hundred pages of the hub; a run with 1,000 checkpoints as folders has 10,000. */
export const HUB_ENTRIES_MAX = 100_000;

/** A connection that gives no byte for so long is taken for cut. */
export const HUB_IDLE_MILLIS = 30_000;

/** Between attempts 1 s, doubled each time up to 1 min, half of it by chance: eight in a row last 1 to 2 minutes. */
export const HUB_BACKOFF_MILLIS = 1_000;
export const HUB_BACKOFF_MILLIS_MAX = 60_000;
export const HUB_ATTEMPTS_MAX = 8;

/** A config file to be read: jiti has it in 0.2 s, and what is not there by now waits for something. */
export const CONFIG_MILLIS_MAX = 10_000;

/** A config file in JSON: a hundred runs are 20 KiB. */
export const CONFIG_BYTES_MAX = MIB;
