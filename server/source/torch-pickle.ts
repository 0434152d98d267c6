/**
 * A pickle read as data. A pickle is a program for a machine with a stack, a memo and some seventy opcodes, of which
 * Python's own machine imports and calls whatever the program names. This one knows the opcodes of plain values and
 * tensors, refuses all others by name, and calls nothing: a global is a name (torch-globals.ts), and what a program
 * makes with one that is not known is a placeholder.
 *
 * Protocols 2, as torch.save writes it, to 5. Source: Lib/pickletools.py of CPython.
 *
 * Limits: 32 MiB, and 2^20 opcodes, which bounds everything that a pickle can make: some 20,000 tensors, or 5,000 with
 * Adam's three beside each; in the worst case 300 MB and 3 s. Values refer to each other and are never copied, compared
 * in depth or walked through, so that nesting costs nothing.
 */
import { unreachable } from '../../protocol/unreachable.ts';
import { CheckpointFailure } from '../base/failure.ts';
import { shownName } from '../base/json-value.ts';
import { PickleBytes, PickleEnd } from './pickle-bytes.ts';
import { isKnown, made, reachesSystem, storageFrom } from './torch-globals.ts';
import { plainOpcode, refusedName, type WorkingOpcode, workingOpcode } from './torch-opcodes.ts';
import { inWords, isKind, type Value } from './torch-values.ts';

export const PICKLE_BYTES_MAX = 32 * 2 ** 20;
const OPCODES_MAX = 2 ** 20;
const PROTOCOLS = { first: 2, last: 5 };

export type Unpickled = {
  readonly value: Value;
  /** Globals that are not known, in the order in which they come. */
  readonly strangers: readonly string[];
};

/**
 * @param what the pickle, in a sentence
 * @throws CheckpointFailure `corrupt`, `too-large`, `unsupported-file`
 */
export function unpickled(what: string, bytes: Uint8Array): Unpickled {
  return new PickleMachine(what, bytes).run();
}

class PickleMachine {
  readonly #what: string;
  readonly #bytes: PickleBytes;
  readonly #stack: Value[] = [];
  /** Heights of the stack at each mark that is open. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Value>();
  readonly #strangers = new Set<string>();

  constructor(what: string, bytes: Uint8Array) {
    this.#what = what;
    this.#bytes = new PickleBytes(bytes);
  }

  run(): Unpickled {
    try {
      for (let opcodes = 0; opcodes < OPCODES_MAX; opcodes += 1) {
        const byte = this.#bytes.uint8();
        const plain = plainOpcode(byte);
        if (plain !== undefined) {
          this.#stack.push(this.#bytes.plain(plain));
          continue;
        }
        const opcode = workingOpcode(byte);
        if (opcode === undefined)
          throw this.#refused(`the opcode ${refusedName(byte)} at byte ${this.#bytes.at - 1}`);
        if (opcode === 'STOP') return { value: this.#pop(), strangers: [...this.#strangers] };
        this.#work(opcode);
      }
    } catch (error) {
      if (error instanceof PickleEnd)
        throw this.#corrupt('expected it to go on up to its STOP, it ends before');
      throw error;
    }
    throw new CheckpointFailure(
      'too-large',
      `${this.#what}: expected at most ${OPCODES_MAX.toLocaleString('en-US')} opcodes, found more`,
    );
  }

  #work(opcode: Exclude<WorkingOpcode, 'STOP'>): void {
    switch (opcode) {
      case 'PROTO': {
        const protocol = this.#bytes.uint8();
        if (protocol < PROTOCOLS.first || protocol > PROTOCOLS.last)
          throw this.#refused(`protocol ${protocol}, where 2 to 5 are read`);
        return;
      }
      case 'FRAME':
        this.#bytes.uint64();
        return;
      case 'MARK':
        this.#marks.push(this.#stack.length);
        return;
      case 'POP':
        // Python's own pickles of tuples that hold themselves end a mark this way.
        if (this.#stack.length > this.#fence) this.#stack.pop();
        else this.#popMark();
        return;
      case 'POP_MARK':
        this.#popMark();
        return;
      case 'TUPLE':
        this.#push({ kind: 'tuple', items: this.#popMark() });
        return;
      case 'TUPLE1':
      case 'TUPLE2':
      case 'TUPLE3':
        this.#push({ kind: 'tuple', items: this.#popSome(Number(opcode.at(-1))) });
        return;
      case 'APPEND':
        this.#append([this.#pop()]);
        return;
      case 'APPENDS':
        this.#append(this.#popMark());
        return;
      case 'SETITEM':
        this.#setItems(this.#popSome(2));
        return;
      case 'SETITEMS':
        this.#setItems(this.#popMark());
        return;
      case 'ADDITEMS':
        this.#popMark();
        if (!isKind(this.#top(), 'opaque')) throw this.#misplaced('a set to add to', this.#top());
        return;
      case 'FROZENSET':
        this.#popMark();
        this.#push({ kind: 'opaque', of: 'builtins.frozenset' });
        return;
      case 'GLOBAL':
        this.#global(this.#bytes.line(), this.#bytes.line());
        return;
      case 'STACK_GLOBAL': {
        const [module, name] = this.#popSome(2);
        if (typeof module !== 'string' || typeof name !== 'string')
          throw this.#misplaced('the name of a global', typeof module === 'string' ? name : module);
        this.#global(module, name);
        return;
      }
      case 'REDUCE':
      case 'NEWOBJ': {
        const [callee, args] = this.#popSome(2);
        this.#make(callee, args);
        return;
      }
      case 'NEWOBJ_EX': {
        const [callee, args] = this.#popSome(3);
        this.#make(callee, args);
        return;
      }
      case 'BUILD':
        this.#build(this.#pop());
        return;
      case 'BINPERSID': {
        const storage = storageFrom(this.#pop());
        if (!storage) throw this.#corrupt('expected the persistent id of a storage, found another one');
        this.#push(storage);
        return;
      }
      case 'BINPUT':
        this.#memo.set(this.#bytes.uint8(), this.#top());
        return;
      case 'LONG_BINPUT':
        this.#memo.set(this.#bytes.uint32(), this.#top());
        return;
      case 'MEMOIZE':
        this.#memo.set(this.#memo.size, this.#top());
        return;
      case 'BINGET':
        this.#recall(this.#bytes.uint8());
        return;
      case 'LONG_BINGET':
        this.#recall(this.#bytes.uint32());
        return;
      default:
        unreachable(opcode);
    }
  }

  #global(module: string, attribute: string): void {
    const name = `${module}.${attribute}`;
    if (reachesSystem(name))
      throw this.#refused(`the global ${shownName(name)}, which no checkpoint has a use for`);
    if (!isKnown(name)) this.#strangers.add(name);
    this.#push({ kind: 'global', name });
  }

  #make(callee: Value, args: Value): void {
    if (isKind(callee, 'opaque')) {
      this.#push(callee);
      return;
    }
    if (!isKind(callee, 'global')) throw this.#misplaced('a global', callee);
    if (!isKind(args, 'tuple')) throw this.#misplaced(`the arguments of ${shownName(callee.name)}`, args);
    const value = made(callee.name, args.items);
    if (value === undefined)
      throw this.#corrupt(`expected arguments that ${shownName(callee.name)} takes, found others`);
    this.#push(value);
  }

  /** Attributes of dictionaries and placeholders say nothing about tensors; those of other values might. */
  #build(state: Value): void {
    const target = this.#top();
    if (!isKind(target, 'opaque') && !isKind(target, 'dict'))
      throw this.#corrupt(
        `expected a state for a dictionary or an object, found ${inWords(state)} for ${inWords(target)}`,
      );
  }

  #append(items: readonly Value[]): void {
    const target = this.#top();
    if (isKind(target, 'opaque')) return;
    if (!isKind(target, 'list')) throw this.#misplaced('a list to append to', target);
    for (const item of items) target.items.push(item);
  }

  #setItems(items: readonly Value[]): void {
    const target = this.#top();
    if (items.length % 2 !== 0) throw this.#corrupt('expected keys and values in pairs, found a key alone');
    if (isKind(target, 'opaque')) return;
    if (!isKind(target, 'dict')) throw this.#misplaced('a dictionary to fill', target);
    for (let at = 0; at < items.length; at += 2) target.entries.set(items[at], items[at + 1]);
  }

  #recall(place: number): void {
    const value = this.#memo.get(place);
    if (value === undefined)
      throw this.#corrupt(`expected a value at place ${place} of its memo, found none`);
    this.#push(value);
  }

  #push(value: Value): void {
    this.#stack.push(value);
  }

  #pop(): Value {
    return this.#popSome(1)[0];
  }

  #popSome(count: number): Value[] {
    if (this.#stack.length - count < this.#fence)
      throw this.#corrupt('expected a value on its stack, found none');
    return this.#stack.splice(this.#stack.length - count, count);
  }

  #popMark(): Value[] {
    const height = this.#marks.pop();
    if (height === undefined) throw this.#corrupt('expected a mark on its stack, found none');
    return this.#stack.splice(height);
  }

  #top(): Value {
    const [value] = this.#stack.slice(Math.max(this.#fence, this.#stack.length - 1));
    if (value === undefined) throw this.#corrupt('expected a value on its stack, found none');
    return value;
  }

  /** The height of the stack below which nothing may be taken before the mark is. */
  get #fence(): number {
    return this.#marks.at(-1) ?? 0;
  }

  #misplaced(expected: string, found: Value): CheckpointFailure {
    return this.#corrupt(`expected ${expected}, found ${inWords(found)}`);
  }

  #corrupt(problem: string): CheckpointFailure {
    return new CheckpointFailure('corrupt', `${this.#what}: ${problem}`);
  }

  #refused(found: string): CheckpointFailure {
    return new CheckpointFailure(
      'unsupported-file',
      `${this.#what}: expected only tensors and plain values, found ${found}`,
    );
  }
}
