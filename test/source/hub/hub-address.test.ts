import { expect, test } from 'vitest';
import { hubAddressFrom, isHubAddress } from '../../../server/source/hub/hub-address.ts';

const parts = (word: string) => {
  const address = hubAddressFrom(word);
  return address && [address.repo, address.revision, address.folder];
};

test('an address names a repository, and a revision or a folder of it', () => {
  expect(parts('hf://EleutherAI/pythia-14m-deduped')).toEqual(['EleutherAI/pythia-14m-deduped', null, '']);
  expect(parts('hf://a/b/')).toEqual(['a/b', null, '']);
  expect(parts('hf://a/b@main')).toEqual(['a/b', 'main', '']);
  expect(parts('hf://a/b@feature%2Fx/runs/1')).toEqual(['a/b', 'feature/x', 'runs/1']);
  expect(parts('hf://a/b/checkpoints')).toEqual(['a/b', null, 'checkpoints']);
});

for (const word of ['hf://', 'hf://datasets/a/b', 'hf://a/b/../c', 'hf://a b/c', 'hf:a/b', 'https://a/b'])
  test(`"${word}" is none`, () => expect(hubAddressFrom(word)).toBeNull());

test('what begins like one is no directory', () => {
  expect(['hf://a/b', 'HF://a', 'hf:a', 'a/hf', '/hf:'].map(isHubAddress)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
