/**
 * The colours of all widgets, as custom properties of the page: they reach into every shadow root, and a page that wants
 * others says so with a rule of its own, which wins over this one. Each is one line for both schemes; the `color-scheme`
 * of a widget decides. Warm is what spreads, cool is what gathers, everywhere. Contrasts and what sets colours apart for
 * people who lack one of the three cones: test/client/palette.test.ts.
 */

const THEME = `@layer phasewatch { :where(:root) {
  --phasewatch-page: light-dark(#f4f5f7, #0c0e12);
  --phasewatch-panel: light-dark(#ffffff, #13161c);
  --phasewatch-raised: light-dark(#ffffff, #1c2029);
  --phasewatch-border: light-dark(#e3e6ec, #232832);
  --phasewatch-border-strong: light-dark(#8c94a4, #5f6879);
  --phasewatch-hover: light-dark(#f2f4f8, #1a1e26);
  --phasewatch-selected: light-dark(#e9edfd, #1e2440);
  --phasewatch-ink: light-dark(#171a21, #e8eaf0);
  --phasewatch-ink-soft: light-dark(#4c5464, #b0b7c6);
  --phasewatch-ink-faint: light-dark(#636b7b, #868ea0);
  --phasewatch-accent: light-dark(#4353d8, #8c9bff);
  --phasewatch-edge-weak: light-dark(#98a3bf, #55628a);
  --phasewatch-edge-strong: light-dark(#3140cf, #a3b0ff);
  --phasewatch-node: light-dark(#ffffff, #1c212b);
  --phasewatch-node-border: light-dark(#5d6679, #8d97ab);
  --phasewatch-node-ghost: light-dark(#c5cbd6, #384050);
  --phasewatch-spreader: light-dark(#c2560a, #ff9a52);
  --phasewatch-gatherer: light-dark(#0b7d73, #2dd4bf);
  --phasewatch-gatekeeper: light-dark(#86309e, #d08ff5);
  /* After Okabe and Ito. */
  --phasewatch-phase-exploration: light-dark(#2f86d1, #5aa9ff);
  --phasewatch-phase-consolidation: light-dark(#c28a00, #f5b82e);
  --phasewatch-phase-reorganisation: light-dark(#b5478a, #e879b9);
  --phasewatch-phase-refinement: light-dark(#006b52, #1fa37c);
  --phasewatch-phase-unnamed: light-dark(#8b93a3, #6a7384);
  /* A graph against an earlier one. */
  --phasewatch-rise: light-dark(#0b69c7, #62b0ff);
  --phasewatch-fall: light-dark(#c2410c, #ff8a5c);
  /* Weights in a matrix, none to most: even steps of lightness, so that they order without any hue. */
  --phasewatch-heat-0: light-dark(#f5f1d7, #242142);
  --phasewatch-heat-1: light-dark(#8ed09c, #3e4797);
  --phasewatch-heat-2: light-dark(#01a0ad, #008bc2);
  --phasewatch-heat-3: light-dark(#09659f, #44cbb5);
  --phasewatch-heat-4: light-dark(#2d2877, #ecef8e);
  --phasewatch-heat-still: light-dark(#eef0f4, #262b35);
  --phasewatch-line: light-dark(#4353d8, #8c9bff);
  --phasewatch-line-second: light-dark(#c2560a, #ff9a52);
  /* Further runs in a chart, beside the line of its own. */
  --phasewatch-run-2: light-dark(#c2570c, #ff9a52);
  --phasewatch-run-3: light-dark(#0b7d72, #2dd4bf);
  --phasewatch-run-4: light-dark(#a8327a, #f07cc0);
  --phasewatch-run-5: light-dark(#7a6a00, #d8c24a);
  --phasewatch-run-6: light-dark(#0b6fa8, #5cc3f5);
  --phasewatch-run-7: light-dark(#8a4b2a, #cf9a78);
  --phasewatch-run-8: light-dark(#5d6679, #aab2c3);
  --phasewatch-band: light-dark(#4353d826, #8c9bff2e);
  --phasewatch-noise: light-dark(#6c748414, #7f87981c);
  --phasewatch-grid: light-dark(#eceef2, #1e222b);
  --phasewatch-cursor: light-dark(#8b93a3, #6a7384);
  --phasewatch-good: light-dark(#15803d, #4ade80);
  --phasewatch-busy: light-dark(#b45309, #fbbf24);
  --phasewatch-bad: light-dark(#ca2020, #f87171);
  --phasewatch-bad-soft: light-dark(#fef2f2, #2a1719);
  --phasewatch-busy-soft: light-dark(#fff7e8, #2a2212);
  --phasewatch-shadow: light-dark(#171a2122, #00000088);
  --phasewatch-font:
    system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial,
    sans-serif;
  --phasewatch-mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace;
} }`;

/** Puts the colours under all other rules of a page. A sheet made in script needs no permission of the page's policy. */
export function applyTheme(page: Document): void {
  if (themed.has(page)) return;
  themed.add(page);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(THEME);
  page.adoptedStyleSheets = [sheet, ...page.adoptedStyleSheets];
}

const themed = new WeakSet<Document>();
