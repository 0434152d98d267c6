/**
 * How the site is built: into dist/site, with addresses relative to the page, so that it works under any path
 * a proxy serves it from. The dashboard is one script and one style sheet; nothing is loaded from elsewhere.
 * What it may weigh stands here, and the build fails above it. Other builds: `embed.config.ts`, `one-file.config.ts`.
 */
import { defineConfig } from 'vite';
import { leanUplot } from './build/lean-uplot.ts';
import { weights } from './build/weights.ts';

export default defineConfig({
  base: './',
  plugins: [leanUplot(), weights([{ name: 'the dashboard', entries: ['main.ts'], bytesMax: 110_000 }])],
  build: {
    outDir: '../dist/site',
    emptyOutDir: true,
    target: 'es2023',
    // Inlined assets would be data: addresses, which a strict content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
