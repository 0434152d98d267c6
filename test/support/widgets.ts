/**
 * The widgets of the client, read from its files, and a site that has each of them alone on a plain page beside the built
 * dashboard: `/phasewatch-chart.html`. A widget that is added is there without being named here.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { SITE } from './dashboard.ts';

const CLIENT = fileURLToPath(new URL('../../client', import.meta.url));
const ELEMENTS = join(CLIENT, 'elements');
const ENTRY = 'virtual:widgets';

type Element = { readonly tag: string; readonly file: string; readonly isWidget: boolean };

const ALL = readdirSync(ELEMENTS)
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => elementsIn(join(ELEMENTS, name)));

/** Tags of what a page may use by itself; their parts (buttons, lists to tick) are seen inside of them. */
export const WIDGET_TAGS: readonly string[] = ALL.filter(({ isWidget }) => isWidget).map(({ tag }) => tag);

/** @returns directory of the site */
export async function widgetSite(): Promise<string> {
  const site = mkdtempSync(join(tmpdir(), 'phasewatch-widgets-'));
  await build({
    configFile: false,
    root: CLIENT,
    logLevel: 'warn',
    base: './',
    plugins: [
      {
        name: 'widgets',
        resolveId: (id) => (id === ENTRY ? id : null),
        load: (id) => (id === ENTRY ? entry() : null),
      },
    ],
    build: {
      outDir: site,
      emptyOutDir: true,
      target: 'es2023',
      copyPublicDir: false,
      modulePreload: { polyfill: false },
      rollupOptions: { input: { widgets: ENTRY }, output: { entryFileNames: '[name].js' } },
    },
  });
  cpSync(SITE, site, { recursive: true });
  for (const tag of WIDGET_TAGS) writeFileSync(join(site, `${tag}.html`), plainPage(tag));
  return site;
}

/** As the site's own scripts do, it names the server that it came from. */
function entry(): string {
  const imports = ALL.map(({ file }) => `import ${JSON.stringify(file)};`);
  return `import { setHomeServer } from ${JSON.stringify(join(CLIENT, 'servers.ts'))};
${imports.join('\n')}
setHomeServer(import.meta.url);
`;
}

function elementsIn(file: string): Element[] {
  const classes = readFileSync(file, 'utf8').matchAll(
    /^@customElement\('([\w-]+)'\)\s+export class \w+ extends (\w+)/gm,
  );
  return [...classes].map(([, tag, base]) => ({ tag, file, isWidget: base === 'Widget' }));
}

function plainPage(tag: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${tag}</title>
    <script type="module" src="./widgets.js"></script>
  </head>
  <body><main><${tag}></${tag}></main></body>
</html>
`;
}
