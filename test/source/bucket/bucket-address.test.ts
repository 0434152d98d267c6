import { expect, test } from 'vitest';
import { bucketAddressFrom, isBucketAddress } from '../../../server/source/bucket/bucket-address.ts';

test.each([
  ['s3://runs', { bucket: 'runs', prefix: '', text: 's3://runs' }],
  ['s3://runs/', { bucket: 'runs', prefix: '', text: 's3://runs' }],
  ['s3://runs/a/b', { bucket: 'runs', prefix: 'a/b/', text: 's3://runs/a/b' }],
  ['S3://runs/a b/', { bucket: 'runs', prefix: 'a b/', text: 's3://runs/a b' }],
  ['s3://', null],
  ['s3:///a', null],
  ['s3://a bucket/x', null],
])('%s names a bucket and a prefix, or nothing', (word, address) => {
  expect(isBucketAddress(word)).toBe(true);
  expect(bucketAddressFrom(word)).toEqual(address);
});

test.each(['runs/s3', './s3:/x', 'hf://a/b'])('%s is no address of a bucket', (word) => {
  expect(isBucketAddress(word)).toBe(false);
});
