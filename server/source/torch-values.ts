/**
 * What a pickle of torch can hold, as data: plain values of Python, tensors that say where their numbers lie, and for
 * everything else a placeholder that only knows what it stands for. Also the names of the number formats.
 */

import { shownName } from '../base/json-value.ts';
export type Value =
  | null
  | boolean
  | number
  | string
  | Tuple
  | List
  | Dict
  | Global
  | Storage
  | Tensor
  | Opaque;

export type Tuple = { readonly kind: 'tuple'; readonly items: readonly Value[] };
export type List = { readonly kind: 'list'; readonly items: Value[] };
/** Strings and numbers are found again by value, other keys are not. */
export type Dict = { readonly kind: 'dict'; readonly entries: Map<Value, Value> };
/** `module.name`, as it stands in the file; never looked up anywhere. */
export type Global = { readonly kind: 'global'; readonly name: string };
/** A record of the archive that is a run of numbers. */
export type Storage = {
  readonly kind: 'storage';
  readonly key: string;
  readonly dtype: string;
  readonly items: number;
};
/** Numbers of a storage: element [i,j,…] is the one at offset + i·strides[0] + j·strides[1] + … */
export type Tensor = {
  readonly kind: 'tensor';
  readonly storage: Storage;
  readonly dtype: string;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
};
/** In the place of a value that would take Python to make: `of` is the global, or in words what it is. */
export type Opaque = { readonly kind: 'opaque'; readonly of: string };

/** Bytes of a number of each format; the formats by their names in safetensors files, which know none for C128. */
export const DTYPE_BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  C64: 8,
  C128: 16,
  F8_E4M3: 1,
  F8_E5M2: 1,
};

export function isKind<K extends Exclude<Value, null | boolean | number | string>['kind']>(
  value: Value | undefined,
  kind: K,
): value is Extract<Value, { readonly kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}

/** A value in a sentence: what it is, not what is in it. */
export function inWords(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (typeof value !== 'object') return `a ${typeof value}`;
  switch (value.kind) {
    case 'global':
      return `the global ${shownName(value.name)}`;
    case 'opaque':
      return `an object of ${shownName(value.of)}`;
    default:
      return `a ${value.kind}`;
  }
}
