/**
 * Keeps the address of a page and what is looked at in step (`view/view-address.ts`), so that a link shows a colleague
 * the same thing. The address is taken over at the start, as soon as the run is known, and whenever a person changes it.
 *
 * It is written at most every WRITE_MILLIS, in place, so that going back leaves the page; a browser refuses more than a
 * hundred such writes in 30 s. What it names and the run does not have is left out, and said (`problem`).
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { RunState } from '../../protocol/state.ts';
import type { Feed } from '../feed/feed.ts';
import { type CheckpointKey, checkpointOf } from '../view/branches.ts';
import type { MetricChoice } from '../view/metric-choice.ts';
import { addressFrom, FIRST_VIEW, hashOf, type View, type ViewAddress } from '../view/view-address.ts';
import type { Theme } from './scheme-controller.ts';

const WRITE_MILLIS = 400;

/** What is not of the feed but of the dashboard. */
export type Own = { readonly view: View; readonly metrics: MetricChoice; readonly theme: Theme };

export type AddressOptions = {
  readonly feed: () => Feed | null;
  readonly own: () => Own;
  readonly take: (own: Partial<Own>) => void;
};

type Host = ReactiveControllerHost & { readonly page: boolean };

export class AddressController implements ReactiveController {
  readonly #host: Host;
  readonly #options: AddressOptions;
  /** What the address says and has not been taken over yet. */
  #pending: ViewAddress | null = null;
  /** The hash as this controller last read or wrote it. */
  #known = '';
  #isFirst = true;
  #problems: readonly string[] = [];
  #writtenAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host, options: AddressOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  /** What the address says that is not there, in sentences; null where there is nothing to be said. */
  get problem(): string | null {
    return this.#problems.length === 0 ? null : this.#problems.join(' ');
  }

  /** The address to give away: it says the metrics too where they are those that a page opens with. */
  get link(): string {
    return `${location.href.replace(/#.*/s, '')}#${hashOf({ ...this.#present(), metrics: this.#options.own().metrics }, location.hash)}`;
  }

  dismiss(): void {
    this.#problems = [];
    this.#host.requestUpdate();
  }

  hostConnected(): void {
    if (!this.#host.page) return;
    this.#isFirst = true;
    this.#read();
    window.addEventListener('hashchange', this.#read);
  }

  hostDisconnected(): void {
    window.removeEventListener('hashchange', this.#read);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  hostUpdate(): void {
    const feed = this.#options.feed();
    const address = this.#pending;
    if (address === null || feed?.state == null) return;
    this.#pending = null;
    this.#takeOver(address, feed, feed.state);
    this.#isFirst = false;
  }

  hostUpdated(): void {
    if (!this.#host.page || this.#options.feed()?.state == null) return;
    const wait = this.#writtenAt + WRITE_MILLIS - performance.now();
    if (wait <= 0) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), wait);
  }

  readonly #read = () => {
    this.#known = location.hash;
    const { address, isLink, unknown } = addressFrom(location.hash);
    this.#pending = address;
    this.#problems = unknown.map(
      (part) => `The address says ${part}, which means nothing here: it is left out.`,
    );
    const { view, metrics, theme } = address;
    // A link shows the same to everybody; an address that says nothing is a person's own.
    const isOwn = this.#isFirst && !isLink;
    this.#options.take({
      view,
      ...(isOwn ? {} : { metrics: metrics ?? { scope: 'overview', chosen: new Set() } }),
      ...(theme === null ? {} : { theme }),
    });
    this.#host.requestUpdate();
  };

  #takeOver({ at, base, node, axis, zoom }: ViewAddress, feed: Feed, state: RunState): void {
    const problems = [...this.#problems];
    const known = (key: CheckpointKey | null, instead: string) => {
      if (key === null || checkpointOf(state, key) !== null) return key;
      const branch = key.branch === null ? '' : ` in branch ${key.branch}`;
      problems.push(`The address names ${key.id}, which this run does not have${branch}: ${instead}.`);
      return null;
    };
    const chosen = known(at, 'it is followed live instead');
    const compared = known(base, 'nothing is compared with it');
    const nodes = state.run.analysis?.nodes;
    const isNode = node === null || nodes === undefined || nodes.some(({ id }) => id === node);
    if (!isNode) problems.push(`The address names the node ${node}, which this model does not have.`);
    this.#problems = problems;
    if (chosen !== null || !this.#isFirst) feed.choose(chosen);
    if (compared !== null || !this.#isFirst) feed.compare(compared);
    feed.lookAt({ axis, zoom, pinned: isNode ? node : null });
  }

  #present(): ViewAddress {
    const feed = this.#options.feed();
    const { view, metrics, theme } = this.#options.own();
    const { axis, zoom, pinned: node } = feed?.look ?? { ...FIRST_VIEW, pinned: null };
    return {
      view,
      at: feed?.chosen ?? null,
      base: feed?.chosenBase?.key ?? null,
      node,
      axis,
      zoom,
      metrics: metrics.scope === 'overview' ? null : metrics,
      theme: theme === 'auto' ? null : theme,
    };
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Another run is on its way, or another address is.
    if (this.#pending !== null || this.#options.feed()?.state == null) return;
    // A browser tells of a changed hash a task later than it stands there: what a person wrote is not written over.
    if (location.hash !== this.#known) return;
    const hash = hashOf(this.#present(), location.hash);
    if (`#${hash}` === location.hash || (hash === '' && location.hash === '')) return;
    this.#writtenAt = performance.now();
    history.replaceState(history.state, '', hash === '' ? location.pathname + location.search : `#${hash}`);
    this.#known = location.hash;
  }
}
