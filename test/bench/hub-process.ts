/** The hub of the benchmark, in a process of its own: models of random bytes, a branch each. */
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { HubServer } from '../support/hub-server.ts';
import { configOf, PYTHIA_14M, PYTHIA_160M, type Shape, shapeOf, tensorNames } from './random-model.ts';

export type HubFile = { readonly url: string; readonly bytes: number };
/** Files of weights by branch. */
export type HubReady = { readonly url: string; readonly files: Readonly<Record<string, HubFile>> };

/** All tensors; `masks` more of 4 MiB each, which nobody needs, lie between the layers. */
function modelOf(shape: Shape, masks: boolean): Buffer {
  const header: Record<string, unknown> = {};
  let at = 0;
  const put = (name: string, dtype: string, dimensions: readonly number[], bytes: number) => {
    header[name] = { dtype, shape: dimensions, data_offsets: [at, at + bytes] };
    at += bytes;
  };
  for (const name of tensorNames(shape)) {
    const dimensions = shapeOf(shape, name);
    put(name, 'F32', dimensions, 4 * dimensions.reduce((product, size) => product * size, 1));
    if (masks && name.endsWith('attention.query_key_value.weight'))
      put(name.replace('query_key_value.weight', 'bias'), 'BOOL', [1, 1, 2_048, 2_048], 2_048 * 2_048);
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, randomBytes(at)]);
}

const hub = await HubServer.start();
const bytes: Record<string, number> = {};
for (const shape of [PYTHIA_14M, PYTHIA_160M])
  for (const masks of [false, true]) {
    const name = masks ? `${shape.name}-masked-step1` : `${shape.name}-step1`;
    const model = modelOf(shape, masks);
    bytes[name] = model.length;
    hub.push(name, { 'config.json': configOf(shape), 'model.safetensors': model });
  }
const { branches } = await (await fetch(`${hub.url}/api/models/someone/model/refs`)).json();
const files: Record<string, HubFile> = {};
for (const { name, targetCommit } of branches) {
  // Hashes are made before anything is measured.
  await (await fetch(`${hub.url}/api/models/someone/model/tree/${targetCommit}`)).json();
  const url = `${hub.url}/someone/model/resolve/${targetCommit}/model.safetensors`;
  files[name] = { url, bytes: bytes[name] };
}
const ready: HubReady = { url: hub.url, files };
process.send?.(ready);
