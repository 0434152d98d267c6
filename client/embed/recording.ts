/**
 * The script of an exported page: the dashboard of the run that the page holds, from disk, without a server.
 */
import '../elements/phasewatch-app.ts';
import { Feed } from '../feed/feed.ts';
import { RecordedSource } from '../recorded-run.ts';
import { recordingIn } from './recording-data.ts';

const SHEET = `
  :root { color-scheme: light dark; }
  :root:has(phasewatch-app[theme='light']) { color-scheme: light; }
  :root:has(phasewatch-app[theme='dark']) { color-scheme: dark; }
  html, body { margin: 0; height: 100%; background: var(--phasewatch-page); }
  footer { padding: 6px 14px; font: 12px / 1.45 var(--phasewatch-font); color: var(--phasewatch-ink-soft); border-top: 1px solid var(--phasewatch-border); overflow-wrap: anywhere; }
  @media (min-width: 1100px) {
    body { display: grid; grid-template-rows: minmax(0, 1fr) auto; }
    phasewatch-app { min-height: 0; }
  }
`;

async function show(): Promise<void> {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(SHEET);
  document.adoptedStyleSheets = [sheet];
  const line = document.createElement('footer');
  document.body.append(line);
  try {
    const recording = await recordingIn(document);
    const { at, state } = recording.head;
    const app = document.createElement('phasewatch-app');
    app.feed = new Feed({ source: new RecordedSource(recording), run: null });
    line.before(app);
    line.textContent = `${state.run.name}, recorded until ${at}. This file holds all that it shows; it asks no server.`;
  } catch (error) {
    line.setAttribute('role', 'alert');
    line.textContent = error instanceof Error ? error.message : String(error);
  }
}

void show();
