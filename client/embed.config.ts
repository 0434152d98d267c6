/**
 * What pages of others load, beside the site in dist/site: `embed.js`, whose name stays, the page for iframes, and a script
 * for each element, so that a page with one chart does not load a dashboard. Addresses are relative to the script.
 * The dashboard's own page is another build: as one script it is a tenth smaller.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { DEFINED_ONCE } from './build/defined-once.ts';
import { leanUplot } from './build/lean-uplot.ts';
import { weights } from './build/weights.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The way from a server to a feed, what widgets are made of, and lit without what only some of them use. */
const NEEDED_BY_ALL = [
  /\/protocol\/(?:apply|comparison-metrics|graph|graph-metrics|metrics|messages|out-of-step|phases|problem|sparse-edges|state|text-encoding|trainer|unreachable|values|version)\.ts$/,
  /\/client\/(?!main|phasewatch|binary|clipboard|memory|recorded-run)[^/]+\.ts$/,
  /\/client\/feed\/(?!alerts|node-history|opposite|playback)/,
  /\/client\/controllers\/(?:bond|clock|scheme|size)-/,
  /\/client\/view\/(?:axis|columns|curve-columns|ghosts|lines|number|phase-bands)\.ts$/,
  /\/client\/elements\/(?:widget|notice|events|palette|phasewatch-tools|plot-area)/,
  /\/node_modules\/(?:valibot|lit|lit-html|lit-element|@lit)\/(?!directive|directives)/,
];
const isNeededByAll = (file: string) => NEEDED_BY_ALL.some((pattern) => pattern.test(file));

export default defineConfig({
  base: './',
  publicDir: false,
  resolve: { alias: DEFINED_ONCE },
  plugins: [
    leanUplot(),
    weights([
      {
        name: 'one chart, through embed.js',
        entries: ['embed/embed.ts', 'elements/phasewatch-source.ts', 'elements/phasewatch-chart.ts'],
        bytesMax: 60_000,
      },
    ]),
  ],
  build: {
    outDir: '../dist/site',
    emptyOutDir: false,
    target: 'es2023',
    assetsInlineLimit: 0,
    // Pages of others get no links in their heads.
    modulePreload: false,
    rolldownOptions: {
      input: { embed: at('embed/embed.ts'), frame: at('embed/index.html') },
      // What embed.js exports, others import.
      preserveEntrySignatures: 'allow-extension',
      output: {
        entryFileNames: ({ name }) => (name === 'embed' ? '[name].js' : 'assets/[name]-[hash].js'),
        // Twenty small files are compressed worse and fetched later.
        codeSplitting: { groups: [{ name: 'widget', test: isNeededByAll }] },
      },
    },
  },
});
