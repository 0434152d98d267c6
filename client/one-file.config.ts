/**
 * The scripts that stand alone, in one file each, by `--mode`: `anywidget`, which notebooks load by its address or keep as
 * text, and `recording`, which is written into exported pages.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { DEFINED_ONCE } from './build/defined-once.ts';
import { leanUplot } from './build/lean-uplot.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const PLACES: Readonly<Record<string, string>> = {
  anywidget: '../dist/site',
  recording: '../dist/page',
};

export default defineConfig(({ mode }) => {
  const place = PLACES[mode];
  if (place === undefined)
    throw new Error(`--mode: expected one of ${Object.keys(PLACES).join(', ')}, got "${mode}"`);
  return {
    resolve: { alias: DEFINED_ONCE },
    // Not the mode's name: libraries have their own words for development.
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [leanUplot()],
    publicDir: false,
    build: {
      outDir: at(place),
      // Of the site it is one file among others.
      emptyOutDir: false,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: {
        input: { [mode]: at(`embed/${mode}.ts`) },
        preserveEntrySignatures: 'strict',
        output: { format: 'es', codeSplitting: false, entryFileNames: '[name].js' },
      },
    },
  };
});
