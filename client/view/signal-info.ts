/**
 * What the detector's signals are called: most are metrics of the catalogue, a logarithm of one is shown as the metric
 * itself, and a few are made of several.
 */
import {
  CHURN_METRICS,
  COMPARISON_METRICS,
  LEVEL_METRICS,
  type MetricInfo,
  TASK_MEASURES,
} from '../../protocol/metrics.ts';

const METRICS: ReadonlyMap<string, MetricInfo> = new Map(
  [...TASK_MEASURES, ...LEVEL_METRICS, ...COMPARISON_METRICS, ...CHURN_METRICS].map((metric) => [
    metric.id,
    metric,
  ]),
);

export type SignalInfo = {
  readonly label: string;
  readonly unit: string;
  /** Changes are told in proportion: a pure number that has no upper bound. */
  readonly isProportional: boolean;
  readonly isLogarithm: boolean;
};

const LOGARITHM = 'log_';
const MADE_OF_SEVERAL: Readonly<Record<string, string>> = {
  churn_above_floor: 'Churn above its floor',
  role_turnover: 'Role turnover',
};

export function signalInfo(id: string): SignalInfo {
  const isLogarithm = id.startsWith(LOGARITHM);
  const metric = METRICS.get(
    isLogarithm ? id.slice(LOGARITHM.length) : id === 'loss' ? 'loss_second_half' : id,
  );
  if (metric === undefined)
    return {
      label: MADE_OF_SEVERAL[id] ?? id.replaceAll('_', ' '),
      unit: '',
      isProportional: false,
      isLogarithm: false,
    };
  return {
    label: metric.label,
    unit: metric.unit,
    isProportional: metric.unit === '' && metric.range[0] === 0 && metric.range[1] === null,
    isLogarithm,
  };
}

/** A label inside a sentence: names of people stay as they are. */
export function inSentence(label: string): string {
  return label.startsWith('Gini') ? label : label.charAt(0).toLowerCase() + label.slice(1);
}
