/**
 * The globals that a pickle of tensors needs, and what each of them makes of its arguments here. A global is a name in
 * the file that Python would import and call; here it is looked up in this table, and nowhere else.
 *
 * A name that is not in it gives a placeholder, which stands for itself and everything made with it; whoever needs a
 * tensor there refuses the file by that name. Those that reach the system are refused wherever they stand: no
 * checkpoint has a use for them.
 * Source: torch/_utils.py and torch/_weights_only_unpickler.py of PyTorch 2.14.
 */
import { isKind, type Opaque, type Storage, type Tensor, type Value } from './torch-values.ts';

/** Axes of a tensor; torch itself allows 64. */
const AXES_MAX = 64;

const STORAGES: Readonly<Record<string, string>> = {
  'torch.FloatStorage': 'F32',
  'torch.DoubleStorage': 'F64',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
  'torch.ComplexFloatStorage': 'C64',
  'torch.ComplexDoubleStorage': 'C128',
  'torch.UntypedStorage': 'U8',
  'torch.storage.UntypedStorage': 'U8',
};

const DTYPES: Readonly<Record<string, string>> = {
  'torch.float32': 'F32',
  'torch.float64': 'F64',
  'torch.float16': 'F16',
  'torch.bfloat16': 'BF16',
  'torch.int64': 'I64',
  'torch.int32': 'I32',
  'torch.int16': 'I16',
  'torch.int8': 'I8',
  'torch.uint64': 'U64',
  'torch.uint32': 'U32',
  'torch.uint16': 'U16',
  'torch.uint8': 'U8',
  'torch.bool': 'BOOL',
  'torch.complex64': 'C64',
  'torch.complex128': 'C128',
  'torch.float8_e4m3fn': 'F8_E4M3',
  'torch.float8_e5m2': 'F8_E5M2',
};

const PLAIN_TENSORS = ['torch.Tensor', 'torch.nn.parameter.Parameter'];
const FROM_TYPE = 'torch._tensor._rebuild_from_type_v2';

/** What a global makes of its arguments; undefined where they are not the ones it takes. */
type Maker = (args: readonly Value[]) => Value | undefined;

const MAKERS: Readonly<Record<string, Maker>> = {
  'collections.OrderedDict': (args) => (args.length === 0 ? { kind: 'dict', entries: new Map() } : undefined),
  'torch.Size': ([sizes]) => (isKind(sizes, 'tuple') ? sizes : undefined),
  'torch.device': () => ({ kind: 'opaque', of: 'torch.device' }),
  'torch.serialization._get_layout': () => ({ kind: 'opaque', of: 'torch.layout' }),
  'torch._utils._rebuild_tensor': (args) => tensorFrom(args),
  'torch._utils._rebuild_tensor_v2': (args) => marked(tensorFrom(args), args[6]),
  'torch._utils._rebuild_tensor_v3': (args) => marked(tensorFrom(args, args[6]), args[7]),
  'torch._utils._rebuild_parameter': ([data]) => data,
  'torch._utils._rebuild_parameter_with_state': ([data]) => data,
  'torch.nn.parameter.Parameter': ([data]) => data,
  // A tensor or a parameter that somebody gave attributes of their own.
  [FROM_TYPE]: ([maker, type, args]) => {
    if (!isKind(maker, 'global') || !isKind(type, 'global') || !isKind(args, 'tuple')) return undefined;
    if (!PLAIN_TENSORS.includes(type.name)) return { kind: 'opaque', of: type.name };
    return maker.name === FROM_TYPE ? undefined : made(maker.name, args.items);
  },
};

const KNOWN = new Set([
  ...Object.keys(STORAGES),
  ...Object.keys(DTYPES),
  ...Object.keys(MAKERS),
  'torch.Tensor',
]);

/** What torch blocks too, what starts programs, and the functions of Python that run code or open files. */
const SYSTEM =
  /^(?:(?:sys|os|posix|nt|subprocess|importlib|runpy|ctypes|socket|shutil|pty|commands)(?:\.|$)|(?:builtins|__builtin__)\.(?:eval|exec|execfile|compile|open|file|input|__import__|breakpoint)$)/;

/** Whether a name is none that belongs into a checkpoint. */
export function reachesSystem(name: string): boolean {
  return SYSTEM.test(name);
}

export function isKnown(name: string): boolean {
  return KNOWN.has(name);
}

/** What a global makes of its arguments, a placeholder of one that is not known; undefined where they do not fit. */
export function made(name: string, args: readonly Value[]): Value | undefined {
  if (!isKnown(name)) return { kind: 'opaque', of: name };
  return Object.hasOwn(MAKERS, name) ? MAKERS[name](args) : undefined;
}

/** What torch.save writes in the place of a storage: ('storage', type, key, location, items); undefined for all else. */
export function storageFrom(id: Value): Storage | Opaque | undefined {
  if (!isKind(id, 'tuple') || id.items.length !== 5) return undefined;
  const [word, type, key, , items] = id.items;
  if (word !== 'storage' || typeof key !== 'string' || !isKind(type, 'global') || !isSize(items))
    return undefined;
  const dtype = lookedUp(STORAGES, type);
  return dtype === undefined ? { kind: 'opaque', of: type.name } : { kind: 'storage', key, dtype, items };
}

function tensorFrom(
  [storage, offset, sizes, steps]: readonly Value[],
  type?: Value,
): Tensor | Opaque | undefined {
  if (isKind(storage, 'opaque')) return storage;
  const [shape, strides] = [axes(sizes), axes(steps)];
  if (!isKind(storage, 'storage') || !isSize(offset) || !shape || !strides) return undefined;
  if (shape.length !== strides.length) return undefined;
  const dtype = type === undefined ? storage.dtype : lookedUp(DTYPES, type);
  if (dtype === undefined) return isKind(type, 'global') ? { kind: 'opaque', of: type.name } : undefined;
  return { kind: 'tensor', storage, dtype, offset, shape, strides };
}

/** Of a tensor whose numbers are to be conjugated or negated when they are read, a placeholder. */
function marked(tensor: Value | undefined, marks: Value | undefined): Value | undefined {
  const isMarked = isKind(marks, 'dict') && marks.entries.size > 0;
  return isMarked ? { kind: 'opaque', of: 'torch.Tensor with a bit for conjugation or negation' } : tensor;
}

function axes(value: Value | undefined): readonly number[] | undefined {
  if (!isKind(value, 'tuple') || value.items.length > AXES_MAX) return undefined;
  return value.items.every(isSize) ? value.items : undefined;
}

function isSize(value: Value | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function lookedUp(table: Readonly<Record<string, string>>, value: Value): string | undefined {
  return isKind(value, 'global') && Object.hasOwn(table, value.name) ? table[value.name] : undefined;
}
