/**
 * Where runs are looked at for what is worth an alert, and from where alerts go to every address: run → what is new
 * (run-alerts.ts) → bursts merged (bursts.ts) → words (body.ts) → each address (webhook.ts).
 *
 * It looks at a run when all that was published of it is on disk, or said not to be: progress overtakes deltas that are
 * on their way there, and the end of a run is to be told after what led to it.
 */
import type { RunState } from '../../protocol/state.ts';
import { ALERT_ENDING_MILLIS, ALERT_SPAN_MILLIS } from '../base/config.ts';
import { type Alert, OUTCOMES, type Outcome } from './alert.ts';
import { bodyOf, dialectOf } from './body.ts';
import { Bursts } from './bursts.ts';
import { RunAlerts } from './run-alerts.ts';
import { type Patience, Webhook } from './webhook.ts';

export type AlertDeskOptions = {
  readonly addresses: readonly URL[];
  /** The dashboard's address for those who read the alerts, null for no links. */
  readonly dashboard: URL | null;
  readonly userAgent: string;
  /** One sentence to the person at the terminal. */
  readonly say: (sentence: string) => void;
  readonly spanMillis?: number;
  readonly patience?: Patience;
};

/** What it needs of a run's stream. */
export type FollowedRun = {
  readonly state: RunState;
  readonly unkept: string | null;
  listen(listener: { advanced(): void; progressed(): void; kept(): void }): () => void;
  /** Resolves when everything published so far has been announced. */
  settled(): Promise<void>;
};

export class AlertDesk {
  /** What became of alerts so far. */
  readonly counts: ReadonlyMap<Outcome, number>;
  readonly #webhooks: readonly Webhook[];
  readonly #bursts: Bursts;
  /** Each run's last look, after which there is no other. */
  readonly #ends: (() => void)[] = [];

  constructor(options: AlertDeskOptions) {
    const { addresses, dashboard, spanMillis = ALERT_SPAN_MILLIS, ...others } = options;
    const counts = new Map<Outcome, number>(OUTCOMES.map((outcome) => [outcome, 0]));
    const count = (outcome: Outcome) => counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    this.counts = counts;
    this.#webhooks = addresses.map((address) => new Webhook(address, { ...others, count }));
    this.#bursts = new Bursts(spanMillis, (alert) => {
      for (const webhook of this.#webhooks)
        webhook.send(bodyOf(alert, dialectOf(webhook.address), dashboard));
    });
  }

  /**
   * To be called before anything new happens to the run.
   * @param isEndNews whether an end of the run came after this server had begun to look
   */
  follow(run: FollowedRun, isEndNews: () => boolean = () => true): void {
    if (this.#webhooks.length === 0) return;
    const alerts = new RunAlerts(run.state);
    let isDue = false;
    const look = () => {
      isDue = false;
      const { state, unkept } = run;
      const { id, name } = state.run;
      for (const happening of alerts.look({ state, unkept, isEndNews: isEndNews() })) {
        const alert: Alert = { run: { id, name }, at: Date.now(), happening, others: 0 };
        this.#bursts.add(alert);
      }
    };
    const soon = () => {
      if (isDue) return;
      isDue = true;
      const lookIfDue = () => {
        if (isDue) look();
      };
      run.settled().then(lookIfDue, lookIfDue);
    };
    const unfollow = run.listen({ advanced: soon, progressed: soon, kept: soon });
    this.#ends.push(() => {
      unfollow();
      look();
    });
    look();
  }

  /** What waits gets a moment. */
  async close(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
    this.#bursts.close();
    await Promise.all(this.#webhooks.map((webhook) => webhook.close(ALERT_ENDING_MILLIS)));
  }
}
