/**
 * The camera: pages of a real Chromium in the size and the colours that a picture wants, and pictures of them when they
 * stand still. What a page complains of is kept, so that a picture of a broken page does not pass for a good one.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';

/** A page that never stands still (a countdown, a playback) is taken as it is after so many looks. */
const LOOKS_MAX = 12;
const LOOK_MILLIS = 150;
const WAIT_MILLIS_MAX = 20_000;

export type Scheme = 'light' | 'dark';

export type View = {
  readonly url: string;
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: Scheme;
  readonly forced?: boolean;
  readonly touch?: boolean;
  /** Pixels of the picture for one of CSS. */
  readonly ratio?: number;
  /** The page may say errors: its server is gone, or refuses it. */
  readonly mayComplain?: boolean;
};

export class Studio {
  /** What pages said that they should not have. */
  readonly problems: string[] = [];
  readonly #browser: Browser;
  readonly #directory: string;
  #context: BrowserContext | null = null;
  #name = '';

  constructor(browser: Browser, directory: string) {
    this.#browser = browser;
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** The next picture; problems are told by its name. */
  begin(name: string): void {
    this.#name = name;
  }

  /** A line for the person who waits. */
  tell(line: string): void {
    process.stderr.write(`  ${line}\n`);
  }

  complain(problem: string): void {
    this.problems.push(`${this.#name}: ${problem}`);
  }

  /** One page at a time: the one before is closed. */
  async open(view: View): Promise<Page> {
    const { width = 1440, height = 900, scheme = 'light', ratio = 1 } = view;
    await this.close();
    this.#context = await this.#browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      forcedColors: view.forced ? 'active' : 'none',
      deviceScaleFactor: ratio,
      hasTouch: view.touch ?? false,
      reducedMotion: 'reduce',
    });
    const page = await this.#context.newPage();
    page.setDefaultTimeout(WAIT_MILLIS_MAX);
    if (!view.mayComplain) {
      page.on('pageerror', (error) => this.complain(String(error)));
      page.on('console', (message) => message.type() === 'error' && this.complain(message.text()));
    }
    await page.goto(view.url);
    return page;
  }

  /** @param whole the page to its end, not what the window shows of it */
  async take(what: Page | Locator, { whole = false } = {}): Promise<void> {
    const options = { animations: 'disabled' } as const;
    if (whole) await this.#makeRoom();
    let picture = await what.screenshot(options);
    for (let looks = 1; looks < LOOKS_MAX; looks += 1) {
      await setTimeout(LOOK_MILLIS);
      const next = await what.screenshot(options);
      const isStill = next.equals(picture);
      picture = next;
      if (isStill) break;
    }
    writeFileSync(join(this.#directory, `${this.#name}.png`), picture);
  }

  /** A window as high as its page: what is drawn when it comes into sight is, and what sticks to an edge stays in its place. */
  async #makeRoom(): Promise<void> {
    const [page] = this.#context?.pages() ?? [];
    const size = page?.viewportSize();
    if (!page || !size) return;
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width: size.width, height: Math.max(size.height, height) });
  }

  async close(): Promise<void> {
    await this.#context?.close();
    this.#context = null;
  }
}
