/** The run that all benchmarks have. By itself, so that a process that only serves or views it loads nothing else. */
import type { RunInfo } from '../../protocol/state.ts';

export const RUN: RunInfo = { id: 'bench', name: 'bench', source: '/runs/bench', analysis: null };
