/** One address against a real HTTP server that takes, refuses, hangs and breaks; with pauses of a millisecond. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OUTCOMES, type Outcome } from '../../server/alert/alert.ts';
import { verdictOn } from '../../server/alert/answer.ts';
import { type Patience, Webhook } from '../../server/alert/webhook.ts';
import { ALERTS_WAITING_MAX } from '../../server/base/config.ts';
import { drop, hang, status, TestHook } from '../support/hook.ts';

const QUICK: Patience = { requestMillis: 20_000, backoffMillis: 1, backoffMillisMax: 4, attemptsMax: 4 };

let said: string[];
let counts: Record<Outcome, number>;
const open: (TestHook | Webhook)[] = [];
beforeEach(() => {
  said = [];
  counts = { sent: 0, 'given-up': 0, dropped: 0 };
});
afterEach(async () => {
  for (const one of open.splice(0)) await (one instanceof Webhook ? one.close(0) : one.close());
});

async function hookWith(...answers: Parameters<typeof TestHook.open>): Promise<TestHook> {
  const hook = await TestHook.open(...answers);
  open.push(hook);
  return hook;
}

function webhookAt(url: string, patience: Partial<Patience> = {}): Webhook {
  const webhook = new Webhook(new URL(url), {
    userAgent: 'phasewatch/test',
    say: (sentence) => said.push(sentence),
    count: (outcome) => {
      counts[outcome] += 1;
    },
    patience: { ...QUICK, ...patience },
    random: () => 0,
  });
  open.unshift(webhook);
  return webhook;
}

const body = (text: string | number) => JSON.stringify({ text: `${text}` });
const settled = (count: number) =>
  vi.waitFor(() => expect(OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0)).toBe(count), {
    interval: 2,
    timeout: 10_000,
  });

describe('an address', () => {
  it('is sent alerts as JSON, one after the other, in their order', async () => {
    const hook = await hookWith();
    const webhook = webhookAt(hook.url);
    for (const text of [1, 2, 3]) webhook.send(body(text));
    await settled(3);
    expect(hook.texts).toEqual(['1', '2', '3']);
    expect(hook.headers[0]).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'phasewatch/test',
    });
    expect(counts).toEqual({ sent: 3, 'given-up': 0, dropped: 0 });
    expect(said).toEqual([]);
  });

  it.each([
    ['500', status(500)],
    ['429', status(429, { 'retry-after': '0.001' })],
    ['408', status(408)],
    ['no answer but a closed connection', drop],
  ])('that says %s is tried again until it takes the alert', async (_, answer) => {
    const hook = await hookWith(answer, answer);
    webhookAt(hook.url).send(body('again'));
    await settled(1);
    expect(hook.texts).toEqual(['again', 'again', 'again']);
    expect(counts.sent).toBe(1);
    expect(said).toEqual([]);
  });

  it('that does not answer in time is tried again', async () => {
    const hook = await hookWith(hang);
    webhookAt(hook.url, { requestMillis: 30 }).send(body('late'));
    await settled(1);
    expect(hook.texts).toEqual(['late', 'late']);
    expect(counts.sent).toBe(1);
  });

  it('that never gets better is given up after all attempts, and the next alert has its own', async () => {
    const hook = await hookWith(...Array<typeof drop>(4).fill(status(503)));
    const webhook = webhookAt(hook.url);
    webhook.send(body('lost'));
    webhook.send(body('next'));
    await settled(2);
    expect(hook.texts).toEqual(['lost', 'lost', 'lost', 'lost', 'next']);
    expect(counts).toEqual({ sent: 1, 'given-up': 1, dropped: 0 });
    expect(said).toEqual([
      `webhook at ${new URL(hook.url).host}: an alert was given up, since it answered 503 (4 attempts)`,
    ]);
  });

  it.each([
    [400, 'it answered 400'],
    [404, 'it answered 404'],
    [302, 'it answered 302, and redirects are not followed'],
  ])('that says %d is given up at once', async (code, why) => {
    const elsewhere = await hookWith();
    const hook = await hookWith(status(code, { location: elsewhere.url }));
    const webhook = webhookAt(hook.url);
    webhook.send(body('refused'));
    webhook.send(body('next'));
    await settled(2);
    expect(hook.texts).toEqual(['refused', 'next']);
    expect(elsewhere.bodies).toEqual([]);
    expect(said).toEqual([`webhook at ${new URL(hook.url).host}: an alert was given up, since ${why}`]);
  });

  it('where nobody listens is given up with the code of the network, and no sentence has its path', async () => {
    const hook = await hookWith();
    const { url } = hook;
    await hook.close();
    open.splice(0);
    webhookAt(url).send(body('nobody'));
    await settled(1);
    expect(counts['given-up']).toBe(1);
    expect(said.join()).toContain('it cannot be reached (ECONNREFUSED) (4 attempts)');
    expect(said.join()).not.toContain('s3cret');
  });

  it('waits as long as Retry-After asks', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const hook = await hookWith(status(429, { 'retry-after': '7' }));
    const webhook = webhookAt(hook.url);
    webhook.send(body('slower'));
    await vi.waitFor(() => expect(timers).toHaveBeenCalledWith(expect.anything(), 7_000), { interval: 2 });
    expect(hook.bodies).toHaveLength(1);
    timers.mockRestore();
    await webhook.close(20_000);
    expect(counts.sent).toBe(1);
  });
});

describe('more alerts than an address takes', () => {
  it('push the oldest out, which is counted and said', async () => {
    const hook = await hookWith(hang);
    const webhook = webhookAt(hook.url);
    webhook.send(body('first'));
    await hook.until(1);
    for (let index = 0; index < ALERTS_WAITING_MAX + 3; index++) webhook.send(body(index));
    expect(counts.dropped).toBe(3);
    expect(said).toEqual([
      `webhook at ${new URL(hook.url).host}: 100 alerts wait for it already; the oldest give way to new ones`,
    ]);
    await webhook.close(0);
    expect(counts).toEqual({ sent: 0, 'given-up': 0, dropped: ALERTS_WAITING_MAX + 4 });
    expect(said.at(-1)).toContain(`${ALERTS_WAITING_MAX + 4} alerts were not sent`);
  });
});

describe('the end of the server', () => {
  it('sends what waits at once, without the pauses', async () => {
    const hook = await hookWith(status(503));
    const webhook = webhookAt(hook.url, { backoffMillis: 3_600_000, backoffMillisMax: 3_600_000 });
    webhook.send(body(1));
    webhook.send(body(2));
    await hook.until(1);
    await webhook.close(20_000);
    expect(hook.texts).toEqual(['1', '1', '2']);
    expect(counts.sent).toBe(2);
  });

  it('does not wait for an address that hangs', async () => {
    const hook = await hookWith(hang);
    const webhook = webhookAt(hook.url);
    webhook.send(body(1));
    webhook.send(body(2));
    await hook.until(1);
    await webhook.close(5);
    expect(counts).toEqual({ sent: 0, 'given-up': 0, dropped: 2 });
    expect(said).toEqual([`webhook at ${new URL(hook.url).host}: 2 alerts were not sent`]);
    webhook.send(body(3));
    expect(hook.bodies).toHaveLength(1);
  });
});

describe('Retry-After', () => {
  const NOW = Date.parse('2026-01-31T12:00:00Z');
  const delay = (value: string | null) => {
    const verdict = verdictOn(429, value, NOW);
    return verdict.type === 'again' ? verdict.afterMillis : null;
  };

  it('is seconds or a date', () => {
    expect(delay('2')).toBe(2_000);
    expect(delay('0.25')).toBe(250);
    expect(delay('Sat, 31 Jan 2026 12:00:30 GMT')).toBe(30_000);
  });

  it('is bounded, and nothing where it says nothing', () => {
    expect([delay('86400'), delay('-5'), delay('Sat, 31 Jan 2026 11:00:00 GMT')]).toEqual([300_000, 0, 0]);
    expect([delay(null), delay(''), delay('soon'), delay('Infinity')]).toEqual([0, 0, 0, 300_000]);
  });
});
