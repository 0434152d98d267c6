/**
 * A build step that leaves out of uPlot what no chart here uses: bars, steps and splines, dates, its legend and its mouse
 * (`../elements/plot-gestures.ts` has the pointers). 22.0 kB become 16.4 kB, gzip. What is left out is named, and a uPlot
 * that does not have it is an error of the build, not a chart that fails.
 */
const TOP_LEVEL = [
  'fmtDate',
  'tzDate',
  'timeAxisVals',
  'timeAxisStamps',
  'timeAxisVal',
  'timeSeriesVal',
  'timeSeriesStamp',
];
const OF_A_PLOT = [
  'mouseDown',
  'mouseUp',
  'mouseMove',
  'mouseLeave',
  'dblClick',
  'cacheMouse',
  'delSeries',
  'initLegendRow',
  'setLegend',
  'syncLegend',
  'setLegendValues',
];
const STATICS =
  /^\s*(?:uPlot\.(?:join|fmtDate|tzDate|addGap|clipGaps|rangeNum|rangeLog|rangeAsinh|orient|pxRatio|sync|assign|fmtNum)\b|\(paths\.(?:bars|spline|stepped)\b).*$/gm;

export function leanUplot() {
  return {
    name: 'lean-uplot',
    transform(code: string, id: string): string | null {
      if (!id.includes('uPlot.esm')) return null;
      const cut = [...TOP_LEVEL.map((name) => ['', name]), ...OF_A_PLOT.map((name) => ['\t', name])];
      const rest = cut.reduce((left, [indent, name]) => emptied(left, indent, name, ''), code);
      return emptied(rest, '', 'genTimeStuffs', ' return [null, null, () => null]; ').replace(STATICS, '');
    },
  };
}

/** The function stays, and does nothing. */
function emptied(code: string, indent: string, name: string, body: string): string {
  const found = new RegExp(`^${indent}function ${name}\\([\\s\\S]*?^${indent}\\}$`, 'm');
  if (!found.test(code))
    throw new Error(`expected a function ${name} in uPlot, found none: see client/build/lean-uplot.ts`);
  return code.replace(found, `${indent}function ${name}() {${body}}`);
}
