/**
 * Arrays of numbers as bytes, in the smallest of four exact forms; the table stands in packed.ts.
 * Functions only: of the two ways, a browser loads the one it goes.
 */
/** Types of the extensions, in the order in which an array is tried to fit them. */
const INTEGERS = 1;
const DECIMALS = 2;
const MICRO = 3;
const FLOATS = 4;
/** Shorter arrays are as small the ordinary way. */
const LENGTH_MIN = 4;
const MICROS = 1e6;
const DECIMAL_BASE = 1000;
const DECIMAL_BYTES = 2;
/** Differences of two such numbers, doubled by zigzag, stay within an unsigned word of 32 bits. */
const INTEGER_MAX = 2 ** 30 - 1;
const VARINT_BYTES_MAX = 5;
/** What the last byte of the longest one counts. */
const VARINT_SCALE_MAX = 128 ** (VARINT_BYTES_MAX - 1);

/** @returns null for what is no array of numbers, or as small the ordinary way */
export function packedNumbers(value: unknown): { readonly type: number; readonly bytes: Uint8Array } | null {
  if (!isNumbers(value)) return hasNegativeZero(value) ? { type: FLOATS, bytes: floats(value) } : null;
  if (isAll(value, isInteger)) return { type: INTEGERS, bytes: differences(value) };
  const short = decimals(value);
  if (short !== null) return { type: DECIMALS, bytes: short };
  if (isAll(value, isMicro)) return { type: MICRO, bytes: micros(value) };
  return { type: FLOATS, bytes: floats(value) };
}

/**
 * @returns null for an extension that is none of these
 * @throws RangeError where `bytes` are not of the form
 */
export function unpackedNumbers(type: number, bytes: Uint8Array): number[] | null {
  switch (type) {
    case INTEGERS:
      return integersFrom(bytes);
    case DECIMALS:
      return decimalsFrom(bytes);
    case MICRO:
      return microsFrom(bytes);
    case FLOATS:
      return floatsFrom(bytes);
    default:
      return null;
  }
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.length >= LENGTH_MIN && isAll(value, Number.isFinite);
}

/** The ordinary way makes 0 of −0. */
function hasNegativeZero(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.some((element) => Object.is(element, -0)) &&
    isAll(value, (element) => typeof element === 'number')
  );
}

function isAll<T>(values: readonly T[], holds: (value: T) => boolean): boolean {
  for (const value of values) if (!holds(value)) return false;
  return true;
}

/** −0 would come back as 0. */
function isInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= INTEGER_MAX && !Object.is(value, -0);
}

function isMicro(value: number): boolean {
  const multiple = Math.round(value * MICROS);
  return value >= 0 && multiple <= INTEGER_MAX && multiple / MICROS === value && !Object.is(value, -0);
}

function micros(values: readonly number[]): Uint8Array {
  const multiples = values.map((value) => Math.round(value * MICROS));
  const largest = multiples.reduce((most, multiple) => Math.max(most, multiple), 0);
  const width = largest < 2 ** 8 ? 1 : largest < 2 ** 16 ? 2 : largest < 2 ** 24 ? 3 : 4;
  const bytes = new Uint8Array(1 + width * values.length);
  bytes[0] = width;
  bytes.set(planesOf(multiples, width), 1);
  return bytes;
}

function microsFrom(bytes: Uint8Array): number[] {
  const [width = 0] = bytes;
  if (width < 1 || width > 4) throw new RangeError(`expected a width of 1 to 4 bytes, got ${width}`);
  return wordsFrom(bytes.subarray(1), width).map((multiple) => multiple / MICROS);
}

/** 1000 · e + d of a multiple d · 10ᵉ with the smallest e; null where there is none with d below 1000. */
function decimalOf(value: number): number | null {
  if (!isMicro(value)) return null;
  let digits = Math.round(value * MICROS);
  let exponent = 0;
  while (digits >= DECIMAL_BASE) {
    if (digits % 10 !== 0) return null;
    digits /= 10;
    exponent += 1;
  }
  return DECIMAL_BASE * exponent + digits;
}

function decimals(values: readonly number[]): Uint8Array | null {
  const words: number[] = [];
  for (const value of values) {
    const word = decimalOf(value);
    if (word === null) return null;
    words.push(word);
  }
  return planesOf(words, DECIMAL_BYTES);
}

function decimalsFrom(bytes: Uint8Array): number[] {
  return wordsFrom(bytes, DECIMAL_BYTES).map(
    (word) => ((word % DECIMAL_BASE) * 10 ** Math.floor(word / DECIMAL_BASE)) / MICROS,
  );
}

function differences(values: readonly number[]): Uint8Array {
  return varintBytes(values, (value, index) => {
    const difference = value - (index === 0 ? 0 : values[index - 1]);
    return difference < 0 ? -2 * difference - 1 : 2 * difference;
  });
}

function integersFrom(bytes: Uint8Array): number[] {
  let sum = 0;
  return varints(bytes).map((word) => {
    sum += word % 2 === 1 ? -(word + 1) / 2 : word / 2;
    return sum;
  });
}

function floats(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, index) => {
    view.setFloat64(8 * index, value, true);
  });
  return new Uint8Array(view.buffer);
}

function floatsFrom(bytes: Uint8Array): number[] {
  if (bytes.length % 8 !== 0) throw new RangeError(`expected a multiple of 8 bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 8 }, (_, index) => view.getFloat64(8 * index, true));
}

/** @param words below 256 ^ width */
function planesOf(words: readonly number[], width: number): Uint8Array {
  const bytes = new Uint8Array(width * words.length);
  for (let plane = 0; plane < width; plane += 1)
    words.forEach((word, index) => {
      bytes[plane * words.length + index] = word >>> (8 * plane);
    });
  return bytes;
}

/** @throws RangeError where the planes are not of one length */
function wordsFrom(bytes: Uint8Array, width: number): number[] {
  if (bytes.length % width !== 0)
    throw new RangeError(`expected a multiple of ${width} bytes, got ${bytes.length}`);
  const count = bytes.length / width;
  const words = new Array<number>(count).fill(0);
  for (let plane = 0; plane < width; plane += 1)
    for (let index = 0; index < count; index += 1)
      words[index] += bytes[plane * count + index] * 256 ** plane;
  return words;
}

/** @param word gives unsigned words of 32 bits */
function varintBytes(values: readonly number[], word: (value: number, index: number) => number): Uint8Array {
  const bytes = new Uint8Array(VARINT_BYTES_MAX * values.length);
  let length = 0;
  values.forEach((value, index) => {
    let rest = word(value, index);
    while (rest > 127) {
      bytes[length] = (rest & 127) | 128;
      length += 1;
      rest >>>= 7;
    }
    bytes[length] = rest;
    length += 1;
  });
  return bytes.slice(0, length);
}

/** @throws RangeError where a number does not end, or is longer than it may be */
function varints(bytes: Uint8Array): number[] {
  const words: number[] = [];
  let word = 0;
  let scale = 1;
  for (const byte of bytes) {
    if (scale > VARINT_SCALE_MAX) throw new RangeError('expected numbers of at most 5 bytes');
    word += (byte & 127) * scale;
    scale *= 128;
    if (byte > 127) continue;
    words.push(word);
    word = 0;
    scale = 1;
  }
  if (scale !== 1) throw new RangeError('expected the last number to end');
  return words;
}
