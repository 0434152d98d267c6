/**
 * Files as torch.save writes them, from values that a test gives: a zip archive of stored records and a pickle of
 * protocol 2. Written after the formats' own descriptions, so that it can stand beside real files of PyTorch
 * (test/fixtures/torch) where a test needs more of them, larger or broken ones.
 */

const STORAGES = {
  F32: 'FloatStorage',
  F16: 'HalfStorage',
  BF16: 'BFloat16Storage',
  F64: 'DoubleStorage',
  I64: 'LongStorage',
  U8: 'ByteStorage',
  BOOL: 'BoolStorage',
};
const ITEM_BYTES = { F32: 4, F16: 2, BF16: 2, F64: 8, I64: 8, U8: 1, BOOL: 1 };

export type SavedTensor = {
  readonly dtype: keyof typeof STORAGES;
  readonly shape: readonly number[];
  /** Of its whole storage; tensors with the same array share one. */
  readonly bytes: Uint8Array;
  readonly strides?: readonly number[];
  readonly offset?: number;
};
/** `global(argument, …)`, by whatever name. */
export type SavedCall = { readonly call: string; readonly args: readonly Saved[] };
export type Saved =
  | null
  | boolean
  | number
  | string
  | Map<string, Saved>
  | readonly Saved[]
  | SavedTensor
  | SavedCall;

export type ArchiveOptions = {
  readonly archive?: string;
  readonly byteOrder?: string | null;
  /** Sizes and places in their 64-bit forms, as in files of more than 4 GiB. */
  readonly wide?: boolean;
  /** Further records, and others in the place of those that belong there. */
  readonly records?: Readonly<Record<string, Uint8Array | string>>;
};

/** Bytes of a file that holds `value`. */
export function torchBytes(value: Saved, options: ArchiveOptions = {}): Buffer {
  const storages: Uint8Array[] = [];
  const pickle = pickleOf(value, storages);
  return archiveBytes(pickle, storages, options);
}

/** Bytes of a file with this pickle, which may be anything. */
export function archiveBytes(
  pickle: Uint8Array,
  storages: readonly Uint8Array[] = [],
  { archive = 'archive', byteOrder = 'little', wide = false, records = {} }: ArchiveOptions = {},
): Buffer {
  const own: Record<string, Uint8Array | string> = { 'data.pkl': pickle };
  if (byteOrder !== null) own.byteorder = byteOrder;
  storages.forEach((bytes, key) => {
    own[`data/${key}`] = bytes;
  });
  const all = Object.entries({ ...own, version: '3\n', ...records });
  return zipBytes(
    all.map(([name, bytes]) => [`${archive}/${name}`, Buffer.from(bytes)] as const),
    wide,
  );
}

/** A zip archive of stored records, each aligned to 64 bytes by padding in its extra field. */
function zipBytes(records: readonly (readonly [name: string, bytes: Buffer])[], wide: boolean): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const put = (...buffers: Buffer[]) => {
    for (const buffer of buffers) at += buffer.length;
    parts.push(...buffers);
  };
  for (const [name, bytes] of records) {
    const begin = at;
    const label = Buffer.from(name);
    const padding = 64 - ((begin + 30 + label.length + 4) % 64);
    const extra = Buffer.concat([u16(0x4246), u16(padding), Buffer.alloc(padding, 'Z')]);
    put(
      u32(0x04034b50),
      u16(0, 0x0808, 0),
      u32(0, 0, 0, 0),
      u16(label.length, extra.length),
      label,
      extra,
      bytes,
    );
    put(u32(0x08074b50, 0, bytes.length, bytes.length));
    const wideExtra = wide
      ? Buffer.concat([u16(1, 24), u64(bytes.length, bytes.length, begin)])
      : Buffer.alloc(0);
    const [size, place] = wide ? [0xffffffff, 0xffffffff] : [bytes.length, begin];
    directory.push(
      u32(0x02014b50),
      u16(0, 0, 0x0808, 0),
      u32(0, 0, size, size),
      u16(label.length, wideExtra.length, 0, 0, 0),
      u32(0, place),
      label,
      wideExtra,
    );
  }
  const begin = at;
  put(...directory);
  const bytes = at - begin;
  const end = at;
  if (wide) {
    put(u32(0x06064b50), u64(44), u16(0, 0), u32(0, 0), u64(records.length, records.length, bytes, begin));
    put(u32(0x07064b50, 0), u64(end), u32(1));
  }
  const [count, size, place] = wide ? [0xffff, 0xffffffff, 0xffffffff] : [records.length, bytes, begin];
  put(u32(0x06054b50), u16(0, 0, count, count), u32(size, place), u16(0));
  return Buffer.concat(parts);
}

/** A pickle of protocol 2; the storages of its tensors are added to `storages`. */
export function pickleOf(value: Saved, storages: Uint8Array[] = []): Buffer {
  const parts: Buffer[] = [Buffer.of(0x80, 2)];
  const put = (...codes: (string | Buffer)[]) => {
    for (const code of codes) parts.push(Buffer.from(code as Buffer));
  };
  const text = (string: string) => put('X', u32(Buffer.byteLength(string)), string);
  const integer = (number: number) => put('J', Buffer.from(Int32Array.of(number).buffer));
  const global = (name: string) => {
    const dot = name.lastIndexOf('.');
    put(`c${name.slice(0, dot)}\n${name.slice(dot + 1)}\n`);
  };
  const tuple = (items: readonly Saved[]) => {
    put('(');
    for (const item of items) save(item);
    put('t');
  };
  const tensor = ({ dtype, shape, bytes, strides = rowByRow(shape), offset = 0 }: SavedTensor) => {
    if (!storages.includes(bytes)) storages.push(bytes);
    global('torch._utils._rebuild_tensor_v2');
    put('((');
    text('storage');
    global(`torch.${STORAGES[dtype]}`);
    text(`${storages.indexOf(bytes)}`);
    text('cpu');
    integer(bytes.length / ITEM_BYTES[dtype]);
    put('tQ');
    integer(offset);
    tuple(shape);
    tuple(strides);
    put(Buffer.of(0x89));
    save({ call: 'collections.OrderedDict', args: [] });
    put('tR');
  };
  const save = (item: Saved): void => {
    if (item === null) put('N');
    else if (typeof item === 'boolean') put(Buffer.of(item ? 0x88 : 0x89));
    else if (typeof item === 'number') integer(item);
    else if (typeof item === 'string') text(item);
    else if (item instanceof Map) {
      put('}(');
      for (const [key, entry] of item) {
        text(key);
        save(entry);
      }
      put('u');
    } else if ('call' in item) {
      global(item.call);
      tuple(item.args);
      put('R');
    } else if ('dtype' in item) tensor(item);
    else tuple(item);
  };
  save(value);
  put('.');
  return Buffer.concat(parts);
}

function rowByRow(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
}

function u16(...numbers: readonly number[]): Buffer {
  return Buffer.from(Uint16Array.from(numbers).buffer);
}

function u32(...numbers: readonly number[]): Buffer {
  return Buffer.from(Uint32Array.from(numbers).buffer);
}

function u64(...numbers: readonly number[]): Buffer {
  return Buffer.from(BigUint64Array.from(numbers.map(BigInt)).buffer);
}
