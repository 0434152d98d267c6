/**
 * A real Chromium for the browser tests: the one that CHROME_PATH names, one that is installed, or Debian's, which
 * is then installed. Never skipped: without a browser the tests fail and say what to do.
 */
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath(),
    args: [
      // Chromium's sandbox does not start for root, as tests in containers often run.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

function browserPath(): string {
  const found = process.env.CHROME_PATH ?? installed();
  if (found) return found;
  process.stderr.write('No Chrome or Chromium here: installing the chromium package with apt-get\n');
  try {
    const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
      options,
    );
  } catch (error) {
    throw new Error('expected a Chrome or Chromium; install one, or name it in CHROME_PATH', {
      cause: error,
    });
  }
  const now = installed();
  if (!now) throw new Error('the chromium package was installed, but no chromium is on the PATH');
  return now;
}

function installed(): string | undefined {
  const directories = (process.env.PATH ?? '').split(':');
  return [MAC, ...directories.flatMap((directory) => NAMES.map((name) => join(directory, name)))].find(
    isExecutable,
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
