/** What alerts say in each chat, and that foreign text stays text. */
import { describe, expect, it } from 'vitest';
import { webAddress } from '../../server/alert/address.ts';
import type { Alert } from '../../server/alert/alert.ts';
import { bodyOf, dialectOf } from '../../server/alert/body.ts';
import { failure, madeAlert, madeChange } from './made.ts';

const slack = (alert: Alert, dashboard: URL | null = null): string =>
  JSON.parse(bodyOf(alert, 'slack', dashboard)).text;
const discord = (alert: Alert, dashboard: URL | null = null): string =>
  JSON.parse(bodyOf(alert, 'discord', dashboard)).content;
const CHANGE = madeAlert({ type: 'phase-change', change: madeChange(0.984), checkpoint: 'checkpoint-550' });

describe('an alert', () => {
  it('of a phase change says where, how sure it is, and what drove it', () => {
    expect(slack(CHANGE)).toBe(
      '*Phase change* in `my-model` between steps 512 and 550 (probability 0.98)\n' +
        'Induction score 1.06 → 3.34; Total strength 6.24 → 10.1; Role turnover −0.5 → 1',
    );
  });

  it('of one that is taken back says which', () => {
    const change = madeChange(0);
    expect(slack(madeAlert({ type: 'phase-change-taken-back', change, checkpoint: null }))).toBe(
      '*Phase change taken back* in `my-model`: the one between steps 512 and 550 is no longer probable (0.00)',
    );
  });

  it('of a failure gives its sentence, and how many others there were', () => {
    const alert = madeAlert(failure('model.safetensors: expected 10 bytes, found 5'), { others: 1_200 });
    expect(discord(alert)).toBe(
      '**Checkpoint failed** in `my-model`: `checkpoint-600`\n' +
        'model.safetensors: expected 10 bytes, found 5\n' +
        'And 1,200 more.',
    );
  });

  it('of the end says what came of the run', () => {
    const message = 'the training reached its last step, 4,000 (trainer_state.json)';
    expect(slack(madeAlert({ type: 'run-ended', message, done: 154, failed: 1 }))).toBe(
      `*Run ended*: \`my-model\`, 154 checkpoints analysed, 1 failure\n${message}`,
    );
    expect(slack(madeAlert({ type: 'run-ended', message: null, done: 1, failed: 0 }))).toBe(
      '*Run ended*: `my-model`, 1 checkpoint analysed',
    );
  });

  it('of results that are not kept says why', () => {
    expect(slack(madeAlert({ type: 'results-not-kept', message: 'the disk is full' }))).toBe(
      '*Results are not kept*: `my-model`\nthe disk is full',
    );
    expect(slack(madeAlert({ type: 'results-kept-again' }))).toContain('`my-model`, and none is missing');
  });

  it('links to the dashboard where somebody said where it is', () => {
    const alert = { ...CHANGE, run: { id: 'a/b & c', name: 'a/b & c' } };
    const dashboard = new URL('https://watch.example/phasewatch/');
    const link = 'https://watch.example/phasewatch/?run=a%2Fb+%26+c#at=checkpoint-550';
    expect(discord(alert, dashboard).split('\n').at(-1)).toBe(`[Look at it](${link})`);
    expect(slack(alert, dashboard).split('\n').at(-1)).toBe(`<${link.replace('&at', '&amp;at')}|Look at it>`);
    expect(JSON.parse(bodyOf(alert, 'other', dashboard)).phasewatch.link).toBe(link);
  });
});

describe('the body', () => {
  it('is for Slack and Discord what they document, and for others all of it with the event itself', () => {
    expect(Object.keys(JSON.parse(bodyOf(CHANGE, 'slack', null)))).toEqual(['text']);
    const { content, ...rest } = JSON.parse(bodyOf(CHANGE, 'discord', null));
    expect(rest).toEqual({ allowed_mentions: { parse: [] } });
    expect(JSON.parse(bodyOf(CHANGE, 'other', null))).toEqual({
      text: content,
      content,
      allowed_mentions: { parse: [] },
      phasewatch: {
        run: { id: 'my-model', name: 'my-model' },
        at: '2026-01-31T12:00:00.000Z',
        type: 'phase-change',
        change: madeChange(0.984),
        checkpoint: 'checkpoint-550',
        others: 0,
        link: null,
      },
    });
  });

  it.each([
    ['https://hooks.slack.com/services/T/B/x', 'slack'],
    ['https://discord.com/api/webhooks/1/x', 'discord'],
    ['https://ptb.discord.com/api/webhooks/1/x', 'discord'],
    ['https://discordapp.com/api/webhooks/1/x', 'discord'],
    ['https://discord.com/api/webhooks/1/x/slack', 'slack'],
    ['https://chat.example/hooks/x', 'other'],
    ['https://hooks.slack.com.example/x', 'other'],
    ['https://notdiscord.com/x', 'other'],
  ])('to %s is that of %s', (address, dialect) => {
    expect(dialectOf(new URL(address))).toBe(dialect);
  });
});

describe('foreign text', () => {
  const NAME = '<!everyone> `x` *y* @everyone & _z_';
  const alert = (name: string, message: string) => madeAlert(failure(message), { run: { id: name, name } });

  it('calls nobody and marks nothing up in Slack', () => {
    expect(slack(alert(NAME, 'a <http://evil|b> & @here'))).toBe(
      "*Checkpoint failed* in `&lt;!everyone&gt; 'x' *y* @\u200beveryone &amp; _z_`: `checkpoint-600`\n" +
        'a &lt;http://evil|b&gt; &amp; @\u200bhere',
    );
  });

  it('calls nobody and marks nothing up in Markdown', () => {
    expect(discord(alert(NAME, 'a_b *c* [d](http://e) <@1> \\ `'))).toBe(
      "**Checkpoint failed** in `<!everyone> 'x' *y* @\u200beveryone & _z_`: `checkpoint-600`\n" +
        'a\\_b \\*c\\* \\[d\\](http://e) \\<@\u200b1\\> \\\\ \\`',
    );
  });

  it('is one line without what a terminal would obey', () => {
    const text = slack(alert('a\u001b[31m\nb', 'c\n\u202ed'));
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain('`a\\u{1b}[31m\\u{a}b`');
    expect(text).toContain('\nc d');
  });

  it('stays within the 2,000 characters that Discord takes, whatever it is', () => {
    for (const character of ['x', '@', '*', '`', '\n', '🙂'])
      for (const others of [0, 1e9]) {
        const long = character.repeat(10_000);
        const worst = { run: { id: long, name: long }, others };
        const signals = ['a', 'b', 'c'].map((id) => ({
          id: long + id,
          before: -1.2345e-300,
          after: 0,
          deviations: 1,
        }));
        for (const happening of [
          failure(long, long),
          { type: 'run-ended', message: long, done: 1e9, failed: 1e9 } as const,
          { type: 'phase-change', change: madeChange(0.5, { signals }), checkpoint: long } as const,
        ])
          expect(discord(madeAlert(happening, worst), new URL('http://a.example')).length).toBeLessThan(
            2_000,
          );
      }
  });
});

describe('an address', () => {
  it.each(['ftp://a/b', 'file:///etc/passwd', 'javascript:1', 'a.example/s3cret', '', 'http://'])(
    '%j is refused without being repeated',
    (word) => {
      expect(webAddress(word)).toBe(
        'expected an address that begins with http:// or https://, got something else',
      );
    },
  );

  it('with a password in it is refused, since it would not be sent', () => {
    expect(webAddress('https://me:s3cret@a.example/')).toBe(
      'expected an address without a name and a password in it',
    );
  });
});
