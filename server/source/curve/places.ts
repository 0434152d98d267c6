/**
 * Where trainers leave their logs, seen from the watched directory:
 *
 *   .                              trainer_state.json, metrics.jsonl, log.jsonl, train_log.jsonl, metrics.csv, log.csv, events.out.tfevents.*
 *   the newest checkpoint          trainer_state.json
 *   runs/ logs/ lightning_logs/    the same but the states, there and one directory below (runs/Jan01_12-00_host, version_0)
 *
 * Reads names, never a file. Directories that are links are not entered. Limits: CURVE_FILES_MAX files, the first by
 * name; the four newest checkpoints are looked at for a state.
 */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CURVE_FILES_MAX } from '../../base/config.ts';
import { isThere, systemCode } from '../regular-file.ts';
import { stepFromName } from '../step-name.ts';
import { TRAINER_STATE_FILE } from './trainer-state.ts';

export type CurveKind = 'state' | 'newest-state' | 'jsonl' | 'csv' | 'tensorboard';

export type CurvePlace = {
  readonly kind: CurveKind;
  /** Relative to the watched directory. */
  readonly name: string;
};

const DIRECTORIES = ['lightning_logs', 'logs', 'runs'];
const JSONL = ['metrics.jsonl', 'log.jsonl', 'train_log.jsonl'];
const CSV = ['metrics.csv', 'log.csv'];
const EVENTS = /(?:^|\.)tfevents\./;
const NEWEST_CHECKPOINTS = 4;

/** In an order that is the same for the same names. */
export async function curvePlaces(root: string): Promise<readonly CurvePlace[]> {
  const entries = await entriesOf(root);
  const places: CurvePlace[] = [];
  const newest = await newestState(root, entries);
  if (newest !== null) places.push({ kind: 'newest-state', name: newest });
  if (entries.some(({ name }) => name === TRAINER_STATE_FILE))
    places.push({ kind: 'state', name: TRAINER_STATE_FILE });
  places.push(...logsAmong(entries, ''));
  for (const { name } of directoriesAmong(entries).filter((entry) => DIRECTORIES.includes(entry.name))) {
    const inside = await entriesOf(join(root, name));
    places.push(...logsAmong(inside, name));
    for (const below of directoriesAmong(inside)) {
      if (places.length >= CURVE_FILES_MAX) break;
      const way = join(name, below.name);
      places.push(...logsAmong(await entriesOf(join(root, way)), way));
    }
  }
  return places.slice(0, CURVE_FILES_MAX);
}

function logsAmong(entries: readonly Dirent[], directory: string): CurvePlace[] {
  return entries.flatMap(({ name }): CurvePlace[] => {
    const kind = kindOf(name);
    return kind === null ? [] : [{ kind, name: join(directory, name) }];
  });
}

function kindOf(name: string): CurveKind | null {
  if (JSONL.includes(name)) return 'jsonl';
  if (CSV.includes(name)) return 'csv';
  return EVENTS.test(name) ? 'tensorboard' : null;
}

async function newestState(root: string, entries: readonly Dirent[]): Promise<string | null> {
  const checkpoints = directoriesAmong(entries).flatMap(({ name }) => {
    const step = stepFromName(name);
    return step === null ? [] : [{ name, step }];
  });
  checkpoints.sort((a, b) => b.step - a.step);
  for (const { name } of checkpoints.slice(0, NEWEST_CHECKPOINTS)) {
    const file = join(name, TRAINER_STATE_FILE);
    if (await isThere(join(root, file)).catch(() => false)) return file;
  }
  return null;
}

function directoriesAmong(entries: readonly Dirent[]): Dirent[] {
  return entries.filter((entry) => entry.isDirectory());
}

/** By name; none where the directory cannot be read, which directory.ts tells of the watched one. */
async function entriesOf(directory: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
}
