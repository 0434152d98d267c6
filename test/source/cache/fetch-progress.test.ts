import { expect, test } from 'vitest';
import { FetchProgress } from '../../../server/source/cache/fetch-progress.ts';

test('how far a fetch is, is told at most twice a second, and that it is over', () => {
  let now = 0;
  const told: unknown[] = [];
  const progress = new FetchProgress(
    (event) => told.push(event.type === 'fetching' && event.message),
    () => now,
  );
  progress.end();
  progress.begin('step1 from s3://runs/exp', 10e6);
  for (let tenth = 1; tenth <= 10; tenth++) {
    now += 200;
    progress.add(1e6);
  }
  progress.end();
  progress.end();
  expect(told).toEqual([
    'fetching step1 from s3://runs/exp: 0.0 of 10.0 MB',
    'fetching step1 from s3://runs/exp: 3.0 of 10.0 MB',
    'fetching step1 from s3://runs/exp: 6.0 of 10.0 MB',
    'fetching step1 from s3://runs/exp: 9.0 of 10.0 MB',
    null,
  ]);
});
