/**
 * The opcodes of pickles by their bytes, with the names that Lib/pickletools.py of CPython gives them: those that
 * values and tensors take in protocols 2 to 5, and those that are refused by name.
 */

/** Opcodes that push a value that follows them, or is the same always. */
const PLAIN = {
  78: 'NONE',
  136: 'NEWTRUE',
  137: 'NEWFALSE',
  74: 'BININT',
  75: 'BININT1',
  77: 'BININT2',
  138: 'LONG1',
  139: 'LONG4',
  71: 'BINFLOAT',
  88: 'BINUNICODE',
  140: 'SHORT_BINUNICODE',
  141: 'BINUNICODE8',
  84: 'BINSTRING',
  85: 'SHORT_BINSTRING',
  66: 'BINBYTES',
  67: 'SHORT_BINBYTES',
  142: 'BINBYTES8',
  150: 'BYTEARRAY8',
  41: 'EMPTY_TUPLE',
  93: 'EMPTY_LIST',
  125: 'EMPTY_DICT',
  143: 'EMPTY_SET',
} as const;

/** Opcodes that work on what was pushed. */
const WORKING = {
  128: 'PROTO',
  149: 'FRAME',
  46: 'STOP',
  40: 'MARK',
  48: 'POP',
  49: 'POP_MARK',
  116: 'TUPLE',
  133: 'TUPLE1',
  134: 'TUPLE2',
  135: 'TUPLE3',
  97: 'APPEND',
  101: 'APPENDS',
  115: 'SETITEM',
  117: 'SETITEMS',
  144: 'ADDITEMS',
  145: 'FROZENSET',
  99: 'GLOBAL',
  147: 'STACK_GLOBAL',
  82: 'REDUCE',
  98: 'BUILD',
  129: 'NEWOBJ',
  146: 'NEWOBJ_EX',
  81: 'BINPERSID',
  113: 'BINPUT',
  114: 'LONG_BINPUT',
  148: 'MEMOIZE',
  104: 'BINGET',
  106: 'LONG_BINGET',
} as const;

const REFUSED: Readonly<Record<number, string>> = {
  50: 'DUP',
  70: 'FLOAT',
  73: 'INT',
  76: 'LONG',
  80: 'PERSID',
  83: 'STRING',
  86: 'UNICODE',
  100: 'DICT',
  103: 'GET',
  105: 'INST',
  108: 'LIST',
  111: 'OBJ',
  112: 'PUT',
  130: 'EXT1',
  131: 'EXT2',
  132: 'EXT4',
  151: 'NEXT_BUFFER',
  152: 'READONLY_BUFFER',
};

export type PlainOpcode = (typeof PLAIN)[keyof typeof PLAIN];
export type WorkingOpcode = (typeof WORKING)[keyof typeof WORKING];

const plain: Readonly<Record<number, PlainOpcode>> = PLAIN;
const working: Readonly<Record<number, WorkingOpcode>> = WORKING;

export function plainOpcode(byte: number): PlainOpcode | undefined {
  return plain[byte];
}

export function workingOpcode(byte: number): WorkingOpcode | undefined {
  return working[byte];
}

/** The name of an opcode that is refused, or its byte where it has none. */
export function refusedName(byte: number): string {
  return REFUSED[byte] ?? `0x${byte.toString(16).padStart(2, '0')}`;
}
