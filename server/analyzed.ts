/**
 * The pipeline for programs: checkpoints of any source → the typed deltas that the stream has, without a server.
 *
 * An engine process of its own begins with a subscription, and ends with it, however that ends. Back-pressure is the
 * pipeline's (pipeline.ts): one checkpoint is analysed at a time, so what a slow receiver delays is its own; deltas that
 * it has not taken wait in its operators, at most a layer's edges each.
 */
import { concatMap, from, isObservable, Observable, Subject, tap } from 'rxjs';
import { apply, initialState } from '../protocol/apply.ts';
import type { Update } from '../protocol/state.ts';
import type { ProbeOptions } from './ablation/probe.ts';
import { HISTORY_BYTES_MAX } from './base/config.ts';
import { EngineProcess } from './engine-process.ts';
import { checkDevice, settingsOf } from './engine-settings.ts';
import { GraphHistory } from './graph/history.ts';
import { isKnown, pipeline } from './pipeline.ts';
import { Places } from './places.ts';
import { ofSteps } from './source/of-steps.ts';
import type { Source } from './source/source.ts';
import type { SourceEvent } from './source/source-event.ts';
import { ENGINE_OPTIONS, type EngineWords, engineWords } from './terminal/engine-words.ts';
import type { EngineOptions, KeptOptions, ServeOptions, SourceOptions } from './terminal/named-options.ts';
import { inKeys, rethrownInKeys, valuesFrom } from './terminal/option-values.ts';
import {
  CACHE_OPTIONS,
  cacheWords,
  PLACE_OPTIONS,
  type PlaceWords,
  placeWords,
} from './terminal/place-words.ts';
import { stepsFrom, wantedSteps } from './terminal/steps.ts';
import { UsageError } from './terminal/words.ts';

const DATA = { data: { type: 'string' } } as const;

export type AnalyzeOptions = EngineOptions &
  /** Of a directory or an address; an Observable or a `Source` has its own. */
  Pick<SourceOptions, 'marker' | 'settleMs' | 'revisions' | 'endpoint'> &
  Pick<KeptOptions, 'cacheMib'> &
  /** What is fetched lies in `cache` below it. */
  Pick<ServeOptions, 'data'> & {
    /** Instead of `prompts`, `segment`, `seed`, `tokens` and `text`: a probe that is here and in no file. */
    readonly probe?: ProbeOptions;
    /** Only checkpoints of these steps; as text also ranges: `0:143000:1000` (all). */
    readonly steps?: string | readonly number[];
    /** Of a directory or an address: go on with checkpoints to come, instead of completing with those that are there (false). */
    readonly follow?: boolean;
    /** Receives what is no part of the run's state, such as an entry that is no checkpoint: one sentence a time. */
    readonly note?: (sentence: string) => void;
  };

/**
 * Analyses the checkpoints of a directory or an address (`hf://…`, `s3://…`), of an Observable of events, or of a `Source`, which is told what is through.
 * `scan(apply, initialState(…))` turns the deltas into states of the run. A checkpoint that fails is a delta of type
 * `failure`, and the others go on. Cold: each subscription analyses anew.
 *
 * Errors with a UsageError where an option is wrong, with what the source errors with, and with any other Error where
 * phasewatch itself is at fault.
 */
export function analyze(
  source: string | Observable<SourceEvent> | Source,
  options: AnalyzeOptions = {},
): Observable<Update> {
  return new Observable<Update>((subscriber) => {
    const { probe, steps, follow = false, note = () => {}, ...named } = options;
    const { words, place, cacheMib } = wordsOf(named, probe);
    const isPlace = typeof source === 'string';
    const withTokenizer = words.probe.kind === 'text' || probe?.kind === 'text';
    const { run, source: checkpoints } = isPlace
      ? new Places({ data: options.data ?? null, cacheMib, withTokenizer, follow }).run({
          path: source,
          name: null,
          ...place,
        })
      : {
          run: { id: 'run', name: 'run', source: '', analysis: null },
          source: isObservable(source) ? () => source : source,
        };
    const isWanted = wantedSteps(rethrownInKeys(() => stepsFrom(wordOf(steps))));
    const past = initialState(run);
    let state = past;
    const through = new Subject<string>();
    const engine = new EngineProcess(words);
    const settings = async () => {
      await checkDevice(engine, words.device);
      const asked = await settingsOf(words);
      return probe === undefined ? asked : { ...asked, probe };
    };
    const updates = from(settings().catch(rethrowInKeys)).pipe(
      concatMap((asked) =>
        pipeline({
          past,
          source: ofSteps(
            checkpoints,
            isWanted,
          )({
            isDone: (id, content) => isKnown(state, { id, content }),
            through: through.asObservable(),
          }),
          engine,
          settings: asked,
          history: new GraphHistory({ bytesMax: HISTORY_BYTES_MAX }),
          // What is left out of a place that is read once stays out, as with the command.
          turns: { every: words.every, maxLag: words.maxLag, fillIn: !isPlace || follow },
          note,
          through: (checkpoint) => through.next(checkpoint),
        }),
      ),
      tap((update) => {
        state = apply(state, update);
      }),
    );
    subscriber.add(() => engine.stop());
    subscriber.add(updates.subscribe(subscriber));
  });
}

/** As the command line would have it. */
function wordOf(steps: AnalyzeOptions['steps']): string | undefined {
  return typeof steps === 'object' ? steps.join(',') : steps;
}

/** @throws UsageError */
function wordsOf(
  options: Omit<AnalyzeOptions, 'probe' | 'steps' | 'follow' | 'note'>,
  probe: ProbeOptions | undefined,
) {
  const beside = (['prompts', 'segment', 'seed', 'tokens', 'text'] as const).find(
    (key) => options[key] !== undefined,
  );
  if (probe !== undefined && beside !== undefined)
    throw new UsageError(`${beside} cannot stand beside probe: they are different probes`);
  return rethrownInKeys((): { words: EngineWords; place: PlaceWords; cacheMib: number } => {
    const values = valuesFrom(options, { ...ENGINE_OPTIONS, ...PLACE_OPTIONS, ...CACHE_OPTIONS, ...DATA });
    return { words: engineWords(values), place: placeWords(values), ...cacheWords(values) };
  });
}

/** A program knows options by their keys. */
function rethrowInKeys(error: unknown): never {
  if (error instanceof UsageError) throw new UsageError(inKeys(error.message));
  throw error;
}
