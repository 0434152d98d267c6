/**
 * How the site is built: into dist/site, with addresses relative to the page, so that it works under any path
 * a proxy serves it from. Everything is one script and one style sheet; nothing is loaded from elsewhere.
 */
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  build: {
    outDir: '../dist/site',
    emptyOutDir: true,
    target: 'es2023',
    // Inlined assets would be data: addresses, which a strict content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
