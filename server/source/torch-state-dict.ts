/**
 * Which of the values that torch.save wrote are the model's tensors, and what they are called.
 *
 * Where: a dictionary from names to tensors, either all there is or under `state_dict` (Lightning), `model_state_dict`,
 * `model` (nanoGPT, fairseq) or `module` (DeepSpeed), the first of these that holds tensors. What lies beside it
 * (optimizers, callbacks, hyper-parameters) is left alone. Of what lies in it only `_extra_state` may be something that
 * is not known: everything else there might have been a weight.
 *
 * Names: wrappers put their own word before the model's names (`module.` of DataParallel, `_orig_mod.` of compile,
 * `model.` of whoever calls it so). Whatever stands before the one token embedding, as transformers calls it, is such
 * a wrapper's, and is taken off every name that has it. With no embedding or with two, names stay as they are.
 */
import { basename } from 'node:path';
import { CheckpointFailure } from '../base/failure.ts';
import { shownName } from '../base/json-value.ts';
import { type Dict, inWords, isKind, type Tensor, type Value } from './torch-values.ts';

const PLACES = ['state_dict', 'model_state_dict', 'model', 'module'];
/** The token embedding in each of the families, with and without the head's own prefix. */
const EMBEDDING =
  /^(.*?)(?:(?:transformer\.)?wte|(?:gpt_neox\.)?embed_in|(?:model\.)?embed_tokens)\.weight$/s;
/** What wraps a part of a model, anywhere in a name. */
const WITHIN = /(?<=^|\.)(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\./g;

/** @throws CheckpointFailure `unsupported-file` */
export function stateDictIn(file: string, value: Value): ReadonlyMap<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [key, item] of dictionaryIn(file, value).entries) {
    if (typeof key !== 'string') continue;
    if (isKind(item, 'tensor')) tensors.set(key, item);
    else if ((isKind(item, 'opaque') || isKind(item, 'global')) && !key.endsWith('_extra_state'))
      throw refused(file, `only tensors in the state dict, found ${inWords(item)} as ${shownName(key)}`);
  }
  return tensors;
}

/** The same tensors by the names that they have in the model itself. */
export function unwrapped<T>(tensors: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const plain = new Map(Array.from(tensors, ([name, tensor]) => [name.replace(WITHIN, ''), tensor]));
  const wrappers = new Set<string>();
  for (const name of plain.keys()) {
    const wrapper = EMBEDDING.exec(name)?.[1];
    if (wrapper !== undefined) wrappers.add(wrapper);
  }
  const [wrapper] = wrappers;
  if (wrappers.size !== 1 || wrapper === '') return plain;
  const names = new Map<string, T>();
  for (const [name, tensor] of plain) if (!name.startsWith(wrapper)) names.set(name, tensor);
  for (const [name, tensor] of plain)
    if (name.startsWith(wrapper)) names.set(name.slice(wrapper.length), tensor);
  return names;
}

function dictionaryIn(file: string, value: Value): Dict {
  if (!isKind(value, 'dict')) throw refused(file, `a dictionary of tensors, found ${inWords(value)}`);
  const places = PLACES.map((place) => value.entries.get(place));
  for (const found of [...places, value]) if (isKind(found, 'dict') && holdsTensors(found)) return found;
  // A whole model under one of the names says more than the names.
  const whole = places.find((found) => isKind(found, 'opaque'));
  const keys = [...value.entries.keys()]
    .slice(0, 5)
    .map((key) => (typeof key === 'string' ? shownName(key) : inWords(key)));
  throw refused(
    file,
    `a dictionary of tensors, or one under ${PLACES.join(', ')}, found ` +
      (whole !== undefined ? inWords(whole) : keys.length > 0 ? `one of ${keys.join(', ')}` : 'an empty one'),
  );
}

function holdsTensors({ entries }: Dict): boolean {
  for (const item of entries.values()) if (isKind(item, 'tensor')) return true;
  return false;
}

function refused(file: string, expectedAndFound: string): CheckpointFailure {
  return new CheckpointFailure(
    'unsupported-file',
    `${basename(file)}: expected ${expectedAndFound}; save the tensors alone, with torch.save(model.state_dict(), path)`,
  );
}
