/**
 * Lit's `customElement`, for scripts that may be loaded twice into one page: a name that is taken already keeps its
 * element instead of breaking everything after it. Two servers' `embed.js`, or a notebook that runs a cell again, then
 * share the elements that came first. The builds for strange pages put it in place of lit's (`build/defined-once.ts`).
 */
export function customElement(tag: string) {
  return (made: CustomElementConstructor): void => {
    if (customElements.get(tag) === undefined) customElements.define(tag, made);
  };
}
