/**
 * The JSON that an address is sent, by what listens there:
 *
 *   Slack     {"text"}                                  incoming webhooks, and Discord's own imitation of them (…/slack)
 *   Discord   {"content", "allowed_mentions"}           mentions nobody, whatever is in the text
 *   others    {"text", "content", "allowed_mentions", "phasewatch"}
 *
 * Slack and Discord are known by their hosts and sent only what they document. For all others `text` is what
 * Mattermost and Rocket.Chat read, and `phasewatch` is the event itself, for programs.
 */
import type { Alert } from './alert.ts';
import { MARKDOWN, MRKDWN } from './markup.ts';
import { linkOf, textOf } from './words.ts';

export type Dialect = 'slack' | 'discord' | 'other';

const SLACK = /^hooks\.slack(?:-gov)?\.com$/;
const DISCORD = /^(?:(?:canary|ptb)\.)?discord(?:app)?\.com$/;

export function dialectOf({ hostname, pathname }: URL): Dialect {
  if (SLACK.test(hostname)) return 'slack';
  if (!DISCORD.test(hostname)) return 'other';
  return /\/slack\/?$/.test(pathname) ? 'slack' : 'discord';
}

/** @param dashboard its address for those who read the alert, null where nobody said */
export function bodyOf(alert: Alert, dialect: Dialect, dashboard: URL | null): string {
  const link = dashboard && linkOf(alert, dashboard);
  if (dialect === 'slack') return JSON.stringify({ text: textOf(alert, link, MRKDWN) });
  const text = textOf(alert, link, MARKDOWN);
  const discord = { content: text, allowed_mentions: { parse: [] } };
  return JSON.stringify(
    dialect === 'discord' ? discord : { text, ...discord, phasewatch: eventOf(alert, link) },
  );
}

function eventOf({ run, at, happening, others }: Alert, link: string | null) {
  return { run, at: new Date(at).toISOString(), ...happening, others, link };
}
