/**
 * The runs of a server as a list to choose from, each by its name, and by its id too where two have the same.
 */
import type { RunSummary } from '../../protocol/messages.ts';

export type RunOption = { readonly id: string; readonly label: string; readonly isHere: boolean };

/**
 * Empty where there is nothing to choose: no run, or the watched one alone. A watched run that is not there stays in
 * the list, since it is what is waited for.
 */
export function runOptions(runs: readonly RunSummary[], watched: string | null): RunOption[] {
  const isHere = watched === null || runs.some(({ id }) => id === watched);
  const missing = isHere ? [] : [{ id: watched, label: `${watched} (not here)`, isHere: false }];
  const options = runs.map(({ id, name }): RunOption => {
    const isAmbiguous = runs.some((other) => other.id !== id && other.name === name);
    return { id, label: isAmbiguous ? `${name} · ${id}` : name, isHere: true };
  });
  const all = [...missing, ...options];
  return all.length > 1 ? all : [];
}
