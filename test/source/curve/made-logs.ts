/** What a log says, put together from its readings: `[step, name, value]` in order. */
import type { CurveFile } from '../../../server/source/curve/curve-file.ts';
import type { LogEntry } from '../../../server/source/source-event.ts';

export type Point = readonly [step: number, name: string, value: number];

export function pointsOf(entries: readonly LogEntry[]): Point[] {
  return entries.flatMap(({ step, values }) =>
    Object.entries(values).map(([name, value]): Point => [step, name, value]),
  );
}

/** All that there is to read now. */
export async function readAll(
  file: CurveFile,
): Promise<{ readonly points: Point[]; readonly notFinite: number }> {
  const points: Point[] = [];
  let notFinite = 0;
  for (;;) {
    const reading = await file.read();
    points.push(...pointsOf(reading.entries));
    notFinite += reading.notFinite;
    if (!reading.hasMore) return { points, notFinite };
  }
}
