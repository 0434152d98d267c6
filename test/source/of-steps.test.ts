import { from, Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { ofSteps } from '../../server/source/of-steps.ts';
import type { SourceEvent } from '../../server/source/source-event.ts';

test('only the steps that are wanted come; the source hears that nobody reads the others', () => {
  const ready = (step: number): SourceEvent => {
    const id = `step${step}`;
    return { type: 'ready', checkpoint: { id, step, directory: id, configFile: id, content: id } };
  };
  const failed = (step: number): SourceEvent => ({
    type: 'failed',
    id: `step${step}`,
    step,
    failure: { code: 'corrupt', message: 'it is broken' },
  });
  const events = [ready(1), ready(2), failed(3), failed(4), { type: 'present' } as const];
  const heard: string[] = [];
  const through = new Subject<string>();
  const source = ofSteps(
    (taker) => {
      taker.through.subscribe((id) => heard.push(id));
      return from(events);
    },
    (step) => step % 2 === 0,
  );
  const came: SourceEvent[] = [];
  source({ isDone: () => false, through }).subscribe((event) => came.push(event));
  through.next('step2');
  expect(came).toEqual([ready(2), failed(4), { type: 'present' }]);
  expect(heard).toEqual(['step1', 'step2']);
});
