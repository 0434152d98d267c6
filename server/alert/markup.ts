/**
 * The two ways in which chats mark text up, and how foreign text stays text in them.
 *
 *   mrkdwn     Slack: *strong*, `code`, <url|words>; only & < > are special, and they begin every mention
 *   Markdown   Discord, Mattermost, Rocket.Chat: **strong**, `code`, [words](url); backslashes escape
 *
 * A name stands as code, where nothing else is marked up. An @ is followed by a character without width, so that it
 * calls nobody where a chat looks for names in plain text.
 */
export type Markup = {
  /** Foreign text, or our own. */
  plain(text: string): string;
  strong(text: string): string;
  /** A name out of a foreign file. */
  name(text: string): string;
  link(words: string, url: string): string;
};

export const MRKDWN: Markup = {
  plain: (text) => mute(entities(text)),
  strong: (text) => `*${entities(text)}*`,
  name: (text) => `\`${mute(entities(text.replaceAll('`', "'")))}\``,
  link: (words, url) => `<${entities(url).replaceAll('|', '%7C')}|${entities(words)}>`,
};

export const MARKDOWN: Markup = {
  plain: (text) => mute(text.replace(/[\\`*_~|<>[\]#]/g, '\\$&')),
  strong: (text) => `**${text}**`,
  name: (text) => `\`${mute(text.replaceAll('`', "'"))}\``,
  link: (words, url) => `[${words}](${url.replaceAll('(', '%28').replaceAll(')', '%29')})`,
};

function entities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function mute(text: string): string {
  return text.replaceAll('@', '@\u200b');
}
