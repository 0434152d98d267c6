/** Directories that vanish with the test, and small file systems of their own where the machine lets us mount them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'phasewatch-log-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A file system in memory of so many bytes. */
export function smallDisk(bytes: number): string {
  const directory = scratch();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', directory]);
  onTestFinished(() => unmount(directory));
  return directory;
}

export function makeReadOnly(disk: string): void {
  execFileSync('mount', ['-o', 'remount,ro', disk]);
}

export const canMount: boolean = (() => {
  const directory = mkdtempSync(join(tmpdir(), 'phasewatch-mount-'));
  const isMounted =
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1048576', 'tmpfs', directory]).status === 0;
  if (isMounted) unmount(directory);
  rmSync(directory, { recursive: true, force: true });
  return isMounted;
})();

function unmount(directory: string): void {
  spawnSync('umount', ['-l', directory]);
}
