/**
 * The state of the connection in words, and what a person can do about it.
 */
import { unreachable } from '../../protocol/unreachable.ts';
import type { ConnectionStatus } from '../connection.ts';
import { dateText, secondsUntil } from './time.ts';

export type ConnectionWords = {
  readonly words: string;
  /** Longer, for a tooltip or an empty page. */
  readonly detail: string;
};

export function connectionWords(status: ConnectionStatus, now: number): ConnectionWords {
  switch (status.phase) {
    case 'connecting':
      return { words: 'connecting', detail: 'Asking the server for the run.' };
    case 'live':
      return { words: 'live', detail: 'Every change arrives as it happens.' };
    case 'waiting':
      return { words: 'no run yet', detail: sentence(status.reason) };
    case 'reconnecting': {
      const seconds = secondsUntil(status.retryAt, now);
      return {
        words: seconds > 0 ? `reconnecting in ${seconds} s` : 'reconnecting',
        detail: `${sentence(status.reason)} What is shown is the last state received.`,
      };
    }
    case 'offline':
      return { words: 'offline', detail: sentence(status.reason) };
    case 'recorded':
      return {
        words: `recorded until ${dateText(status.at)}`,
        detail: 'This page shows what was recorded, and nothing will be added to it.',
      };
    default:
      return unreachable(status);
  }
}

/** Why there is no news of a run that is on show, and what to do; `reconnecting` counts its seconds elsewhere. */
export function cutOffText(status: Extract<ConnectionStatus, { phase: 'reconnecting' | 'offline' }>): string {
  const reason = sentence(status.reason);
  if (status.phase === 'reconnecting')
    return `${reason} The page connects again on its own, and gets what it missed.`;
  return `${reason} ${status.hint ?? 'Check that the phasewatch server runs, then connect.'}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
