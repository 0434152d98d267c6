/**
 * Alerts as the words of the command ask for them. Addresses of webhooks are secrets: the environment keeps them out of
 * the list of processes, and no sentence repeats one.
 */
import { webAddress } from '../alert/address.ts';
import { AlertDesk } from '../alert/alert-desk.ts';
import type { AlertWords } from '../terminal/alert-words.ts';
import { UsageError } from '../terminal/words.ts';
import { say } from './person.ts';
import { version } from './version.ts';

/**
 * @param inherited addresses from the environment, with blanks between them; they count where no words say otherwise
 * @throws UsageError
 */
export function openAlerts({ webhooks, publicUrl }: AlertWords, inherited = ''): AlertDesk {
  const words = webhooks.length > 0 ? webhooks : inherited.split(/\s+/).filter((word) => word !== '');
  const option = webhooks.length > 0 ? '--webhook' : 'PHASEWATCH_WEBHOOK';
  return new AlertDesk({
    addresses: words.map((word) => addressOf(option, word)),
    dashboard: publicUrl === null ? null : addressOf('--public-url', publicUrl),
    userAgent: `phasewatch/${version()}`,
    say,
  });
}

function addressOf(option: string, word: string): URL {
  const address = webAddress(word);
  if (typeof address === 'string') throw new UsageError(`${option}: ${address}`);
  return address;
}
