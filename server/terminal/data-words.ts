/** Where results are kept, and how much of the disk they may take, as words. */
import { DATA_MIB } from '../base/config.ts';
import { count } from './words.ts';

export const DATA_OPTIONS = { data: { type: 'string' }, 'data-mib': { type: 'string' } } as const;

/** Null: the environment or the system says. */
export type DataWords = { readonly data: string | null; readonly dataMib: number };

export type DataValues = { readonly [name in keyof typeof DATA_OPTIONS]?: string | undefined };

export function dataWords(values: DataValues): DataWords {
  return { data: values.data ?? null, dataMib: count('data-mib', values['data-mib'], DATA_MIB, 1) };
}
