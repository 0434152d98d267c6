/**
 * What the cells of a matrix show: weights, or changes against another graph, and the top of their scale.
 */
import type { Graph } from '../../protocol/state.ts';
import { changeTop, scaleTop } from './edge-scale.ts';

export type MatrixPicture = {
  readonly graph: Graph;
  /** Null where weights are shown. */
  readonly before: Graph | null;
  /** By edge, a prefix of all while they are computed. */
  readonly values: readonly number[];
  /** The scale goes from 0, or from −top, to here. */
  readonly top: number;
  /** Whether there are values beyond it. */
  readonly isCut: boolean;
  readonly isActive: (edge: number) => boolean;
};

export type PictureOptions = Pick<MatrixPicture, 'graph' | 'before'> & { readonly activityThreshold: number };

export function matrixPicture({ graph, before, activityThreshold }: PictureOptions): MatrixPicture {
  const values =
    before === null
      ? graph.weights
      : graph.weights.map((weight, edge) => weight - (before.weights[edge] ?? 0));
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const top = before === null ? scaleTop(largest) : changeTop(largest);
  const isActive = (edge: number) => graph.weights[edge] > activityThreshold;
  return { graph, before, values, top, isCut: largest > top, isActive };
}
