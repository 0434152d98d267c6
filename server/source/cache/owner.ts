/**
 * Whose a file of the cache is: machine, process and a number, in the file's own name, so that taking it over is one
 * atomic rename. A process of this machine that has gone leaves what it had to anybody; one of another machine, which
 * cannot be asked, after an hour in which nothing was written (a shared home directory).
 */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import process from 'node:process';

/** No download pauses for so long: the longest wait between two attempts is five minutes. */
const ABSENT_MILLIS = 60 * 60_000;

const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const NAME = /^([0-9a-f]+)\.([0-9a-f]{8})-(\d+)-(\d+)$/;

let owned = 0;
const held = new Set<string>();

/** A name for something of `stem`, hex digits, that this process has until `letGo`. */
export function ownName(stem: string): string {
  owned += 1;
  const name = `${stem}.${HOST}-${process.pid}-${owned}`;
  held.add(name);
  return name;
}

export function letGo(name: string): void {
  held.delete(name);
}

/** What a name was made from; null for a name that was not made here. */
export function stemOf(name: string): string | null {
  return NAME.exec(name)?.[1] ?? null;
}

/** @param ageMillis since it was last written */
export function isOwned(name: string, ageMillis: number): boolean {
  const [, , host, pid] = NAME.exec(name) ?? [];
  if (host === undefined) return false;
  if (host !== HOST) return ageMillis < ABSENT_MILLIS;
  // A number of an earlier process may be this one's.
  return Number(pid) === process.pid ? held.has(name) : isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is one too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
