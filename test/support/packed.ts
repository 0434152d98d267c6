/** The package as others take it: packed, and put into a fresh project beside what it depends on, without a network. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './root.ts';

const run = promisify(execFile);

/** The names that it depends on, where it runs. */
export function dependencies(): readonly string[] {
  return Object.keys(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).dependencies);
}

/** @param more what the project needs beside the package and its dependencies */
export async function installPacked(project: string, more: readonly string[] = []): Promise<void> {
  await run('npm', ['pack', '--ignore-scripts', '--offline', '--pack-destination', project], { cwd: ROOT });
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz')) ?? '';
  const modules = join(project, 'node_modules');
  const own = join(modules, 'phasewatch');
  mkdirSync(own, { recursive: true });
  await run('tar', ['-xzf', join(project, tarball), '-C', own, '--strip-components=1']);
  for (const name of new Set([...dependencies(), ...more])) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
}
