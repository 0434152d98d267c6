/**
 * What `phasewatch --help` says, in one list: headings at the margin, below them what to type and, from column 33 on, what
 * it means. help-text.ts sets it for the terminal, all of it or what one command has.
 */
import type { CommandName } from './option-tables.ts';

export const HELP = `phasewatch: watch the component graph of a transformer reorganise while it trains

Usage
  phasewatch [demo]              train a small model on the spot and watch it
  phasewatch watch DIR…          watch the checkpoints in DIR, those there and those to come; several DIRs, or a
                                 directory of such directories, are several runs; with --upload-token also those
                                 that are pushed, and then no DIR is needed
  phasewatch watch hf://OWNER/NAME[@REVISION][/FOLDER]
                                 the same of a repository on the hub: its revisions, or folders, whose names give a
                                 step (HF_TOKEN, HF_ENDPOINT)
  phasewatch watch s3://BUCKET/PREFIX
                                 the same of an object store (AWS_ACCESS_KEY_ID and whatever else AWS's tools read)
  phasewatch analyze DIR         analyse the checkpoints in DIR, or at an address as above, one JSON object a line on
                                 stdout
  phasewatch diff A B            what changed from one checkpoint to another, as text
  phasewatch phases FILE.csv     phase changes of any table of steps and signals, one JSON object a line
  phasewatch runs                what has been recorded
  phasewatch replay RUN          serve a recorded run, or a file of one, as if it were going on
  phasewatch export RUN          write a recorded run in another format
  phasewatch record DIR          analyse the checkpoints in DIR, or at an address as above, into one file that can be
                                 replayed elsewhere
  phasewatch help COMMAND        what one command does, with its options and an example

Probe (what the model reads)
  --prompts P                    induction probe: number of prompts (4)
  --segment S                    induction probe: length of the segment that each prompt repeats (24)
  --seed N                       induction probe and demo: seed (0)
  --tokens FILE                  instead: a JSON array of prompts, each an array of token ids
  --text FILE                    instead: one prompt a line, or a JSON array of strings; needs tokenizer.json

Analysis
  --ablation A                   zero (default), mean or resample: what replaces an ablated activation
  --measure M                    cosine (default) or relative_l2: how an output's change is measured
  --nodes N                      components (default), or paper: the paper's 187 x 140 node set, gpt_neox only
  --effects E                    effects on the model's output: on, off, auto (on up to a vocabulary of 4096)
  --effect-positions K           read effects at K evenly spread positions of each prompt (all)
  --null-model                   also z-scores beside graphs with the same weights in random places
  --threads N                    threads of a sweep (all cores)
  --memory-mib N                 memory for the tensors of a sweep beside the weights (1024)
  --device D                     cpu (default) or another execution provider of onnxruntime, such as cuda
  --every K                      take each K-th checkpoint at once, the others when idle (1)
  --max-lag N                    when more than N checkpoints wait, skip to the newest; the others when idle
  --signals A,B                  phases: only these columns

Training (the demo)
  --family F                     gpt_neox (default), gpt2 or llama
  --layers N                     (2)
  --heads N                      of a layer (4)
  --width N                      of the residual stream (64)
  --steps N                      demo: the training ends after them (1000)
  --induction X                  share of the text that repeats itself (0.7); 0 is a control run, where no head learns
                                 to copy; --seed is another model, text and order

Source (watch, record and analyze)
  --marker NAME                  a checkpoint is complete when a file of this name is in it
  --settle-ms N                  … or when nothing in it changed for this long (500)
  --end-marker NAME              watch: the training has ended when a file of this name is in the run's directory
  --steps 0,512,1000:9000:500    watch, record, analyze: only these steps, or from, to and every
  --revisions 'step*'            hf://: only revisions, or folders, of such names
  --cache-mib N                  hf:// and s3://: how much of the disk fetched checkpoints may take (20480)
  --endpoint URL                 s3://: the store, unless it is AWS (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL)
  --tokens-per-step N            tokens of one step of the training, for charts over tokens

Records (watch, runs, replay, export)
  --data DIR                     where results are kept (PHASEWATCH_DATA, or the system's directory for user data)
  --data-mib N                   how much of the disk the log of one run may take (10240)
  --speed X                      replay: so many times as fast as it happened (1), or max
  --format F                     export: recording (default), gexf, graphml, csv, metrics-csv, ndjson
  --out FILE                     export and record: the file to write; export without it writes to stdout
  --html FILE                    export: one page that holds the run and its dashboard, and opens from disk
  --follow                       record: go on until Ctrl-C, instead of ending with what is there
  --step N                       export graphml: the checkpoint of this step (the last); --html: only its graph (all)
  --least-weight W               export gexf: only edges that reach this weight at some step (0)

Server (watch, replay and the demo)
  --port N                       (4747)
  --host ADDRESS                 (127.0.0.1) anything else lets other machines look on, who then need the token
  --token T                      what viewers have to show (PHASEWATCH_TOKEN; beyond this machine one is made up)
  --upload-token T               what may also push runs to it (PHASEWATCH_UPLOAD_TOKEN; none)
  --upload-mib N                 watch: the largest checkpoint that may be pushed (8192)
  --uploads-mib N                watch: pushed checkpoints kept; the oldest that are analysed make room (20480)
  --allow-host NAME              a name under which others reach this server, as behind a proxy; may be repeated
  --allow-origin ORIGIN          whose pages may read and frame widgets, beside its own and, on this machine, those of
                                 localhost: scheme://host[:port], null (pages from disk) or * (any); may be repeated
  --webhook URL                  post phase changes, failures and the end of a run there: Slack, Discord, Mattermost or
                                 JSON; may be repeated (PHASEWATCH_WEBHOOK keeps it out of the list of processes)
  --public-url URL               the dashboard's address in those posts
  --max-viewers N                WebSockets at once (1000)
  --log-level L                  events on stderr, one line each: debug, info, warn, error, silent (silent)

Config file
  --config FILE                  options by their names in camelCase, and the runs that watch watches where the command
                                 line names none (phasewatch.config.ts, .mts, .js, .mjs or .json, where it is started);
                                 what the command line says counts before what the file says

Exit codes
  0                              all went well, or it was asked to end what would go on for ever
  1                              a checkpoint failed
  2                              wrong usage
  130                            Ctrl-C before it was done
`;

/** One a command, of names that a person has. */
export const EXAMPLES: Readonly<Record<CommandName, string>> = {
  watch: 'phasewatch watch runs/my-model --text prompts.txt --ablation mean',
  analyze: 'phasewatch analyze runs/my-model --steps 0,512 > graphs.ndjson',
  diff: 'phasewatch diff runs/my-model/checkpoint-500 runs/my-model/checkpoint-600',
  phases: 'phasewatch phases losses.csv --signals loss',
  runs: 'phasewatch runs',
  replay: 'phasewatch replay my-model --speed 60',
  export: 'phasewatch export my-model --format gexf --out my-model.gexf',
  record: 'phasewatch record runs/my-model --out my-model.recording',
  demo: 'phasewatch demo --seed 1 --port 4748',
};
