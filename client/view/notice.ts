/**
 * What stands in place of a graph: which state this is, and what to do. `null` where a graph can be drawn.
 */
import type { RunState } from '../../protocol/state.ts';
import { unreachable } from '../../protocol/unreachable.ts';
import type { ConnectionStatus } from '../connection.ts';
import { connectionWords } from './connection-words.ts';
import type { Focus } from './focus.ts';
import { wholeText } from './number.ts';
import { dateText } from './time.ts';

export type Notice = {
  readonly tone: 'plain' | 'bad';
  readonly title: string;
  readonly text: string;
  /** What to do. */
  readonly hint: string;
  readonly action: 'retry-connection' | 'retry-graph' | 'live' | null;
};

export type NoticeOptions = {
  readonly state: RunState | null;
  readonly status: ConnectionStatus;
  readonly focus: Focus;
  /** Why the graph in focus could not be fetched. */
  readonly fetchProblem: string | null;
  readonly now: number;
};

export function noticeOf({ state, status, focus, fetchProblem, now }: NoticeOptions): Notice | null {
  if (state === null) return connectionNotice(status, now);
  switch (focus.kind) {
    case 'graph':
      return null;
    case 'absent':
      return fetchProblem === null
        ? null
        : {
            tone: 'bad',
            title: `The graph of ${focus.checkpoint.id} could not be fetched`,
            text: `${fetchProblem}.`,
            hint: 'Its metrics are still in the charts. Try again, or press L to follow the run.',
            action: 'retry-graph',
          };
    case 'failed':
      if (state.checkpoints.length > 1 && state.checkpoints.every(({ status: stand }) => stand === 'failed'))
        return allFailedNotice(state);
      return {
        tone: 'bad',
        title: `${focus.checkpoint.id} could not be analysed`,
        text: focus.checkpoint.failure?.message ?? 'No reason was given.',
        hint: 'The other checkpoints are not affected. Once this one is written anew, it is analysed again.',
        action: 'live',
      };
    case 'skipped':
      return {
        tone: 'plain',
        title: `${focus.checkpoint.id} is left out for now`,
        text: 'The run writes checkpoints faster than they are analysed, so the newest goes first.',
        hint: 'It is filled in when nothing else waits.',
        action: 'live',
      };
    case 'unfinished':
      return {
        tone: 'plain',
        title: `${focus.checkpoint.id} was left behind without a graph`,
        text: 'The training began again at an earlier step before this checkpoint was analysed.',
        hint: 'Press L to follow the run.',
        action: 'live',
      };
    default:
      return nothingNotice(state);
  }
}

/** While nothing is known of a run. */
export function connectionNotice(status: ConnectionStatus, now: number): Notice {
  const { words, detail } = connectionWords(status, now);
  switch (status.phase) {
    case 'recorded':
      return {
        tone: 'plain',
        title: 'Nothing was recorded',
        text: `The recording ends on ${dateText(status.at)}, before the run had a checkpoint.`,
        hint: 'Export it again once the run has one.',
        action: null,
      };
    case 'connecting':
    case 'live':
      return {
        tone: 'plain',
        title: 'Connecting',
        text: detail,
        hint: 'The run appears as soon as the server answers.',
        action: null,
      };
    case 'waiting':
      return {
        tone: 'plain',
        title: 'No run yet',
        text: detail,
        hint: 'It appears as soon as the server has it. Another one can be chosen above, where there is one.',
        action: null,
      };
    case 'reconnecting':
    case 'offline': {
      const own = status.phase === 'offline' ? status.hint : null;
      return {
        tone: status.phase === 'offline' ? 'bad' : 'plain',
        title: words.charAt(0).toUpperCase() + words.slice(1),
        text: detail,
        hint: own ?? 'Check that the phasewatch server runs and that its address is the one of this page.',
        action: 'retry-connection',
      };
    }
    default:
      return unreachable(status);
  }
}

/** What all have in common is more likely the matter than what is wrong with one. */
function allFailedNotice({ run, checkpoints }: RunState): Notice {
  const last = checkpoints.at(-1);
  return {
    tone: 'bad',
    title: `None of the ${wholeText(checkpoints.length)} checkpoints could be analysed`,
    text: `${last?.id}: ${last?.failure?.message ?? 'No reason was given.'}`,
    hint: `The list of checkpoints says why for each. What is written anew in ${run.source} is analysed again.`,
    action: null,
  };
}

function nothingNotice({ run, progress }: RunState): Notice {
  if (progress.activity === 'missing')
    return {
      tone: 'bad',
      title: 'The source cannot be reached',
      text: progress.message ?? run.source,
      hint: 'Check the path the server was started with. It is looked for again on its own.',
      action: null,
    };
  if (progress.activity === 'ended')
    return {
      tone: 'plain',
      title: 'The run ended without a checkpoint',
      text: progress.message ?? run.source,
      hint: 'Start the server with the folder of another run.',
      action: null,
    };
  return {
    tone: 'plain',
    title: 'No checkpoint yet',
    text: `Watching ${run.source}.`,
    hint: 'The first graph appears as soon as the training has written a whole checkpoint.',
    action: null,
  };
}
