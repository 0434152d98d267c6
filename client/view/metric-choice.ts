/**
 * The metrics a person has chosen to see, as text: `gini,churn`, in the address (`view-address.ts`) and in storage. Ids
 * that no panel has are dropped, so that an old address or an old memory still shows what it can; names of a trainer's log
 * are known only when the run is, and stay.
 */
import { isTrainers, PANELS, type PanelScope } from './panels.ts';

export type MetricChoice = {
  readonly scope: PanelScope;
  /** Ids of panels; kept while another scope is shown. */
  readonly chosen: ReadonlySet<string>;
};

const SCOPES: readonly PanelScope[] = ['overview', 'all'];

/** What keeps names and parts of an address apart: a trainer may have it in a name, which is then not remembered. */
const APART = /[,&#%]/;

/** Null where the text says nothing of metrics. */
export function choiceFrom(text: string | null): MetricChoice | null {
  if (text === null || text === '') return null;
  const scope = SCOPES.find((name) => name === text);
  if (scope !== undefined) return { scope, chosen: new Set() };
  const named = text.split(',');
  const ids = PANELS.map(({ id }) => id).filter((id) => named.includes(id));
  const chosen = [...ids, ...named.filter(isTrainers)];
  return chosen.length > 0 ? { scope: 'chosen', chosen: new Set(chosen) } : null;
}

export function choiceText({ scope, chosen }: MetricChoice): string {
  return scope === 'chosen' ? [...chosen].filter((id) => !APART.test(id)).join(',') : scope;
}
