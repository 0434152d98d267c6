/**
 * What a pointer or the keyboard does to the picture of `phasewatch-graph`: points at a node or an edge, moves from node to
 * node, pins one.
 */
import type { ComponentNode } from '../../protocol/graph.ts';
import type { Layout } from '../view/layout.ts';
import { nearestEdge } from '../view/nearest-edge.ts';
import type { DrawnEdge } from '../view/picture.ts';
import { nodeBeside } from './graph-nodes.ts';
import type { Target } from './graph-tip.ts';

export type PointerScene = {
  readonly nodes: readonly ComponentNode[];
  readonly layout: Layout;
  /** Those that can be pointed at. */
  readonly edges: readonly DrawnEdge[];
  readonly target: Target;
};

export type PointerActions = {
  /** What there is to point at, null for nothing. */
  readonly scene: () => PointerScene | null;
  readonly point: (target: Target) => void;
  /** The keyboard has come to a node. */
  readonly stop: (node: number) => void;
  /** Pins a node, or unpins it where it is pinned. */
  readonly toggle: (node: number) => void;
  readonly unpin: () => void;
  readonly root: () => ParentNode;
};

const NOTHING: Target = { kind: 'nothing' };

export class GraphPointer {
  readonly #actions: PointerActions;

  constructor(actions: PointerActions) {
    this.#actions = actions;
  }

  readonly clicked = (event: Event) => {
    const node = nodeIn(event.target);
    if (node !== null) this.#actions.toggle(node);
  };

  readonly moved = (event: PointerEvent) => {
    const scene = this.#actions.scene();
    if (scene === null) return;
    const { layout, edges, target } = scene;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    const node = nodeIn(event.target);
    if (node !== null) {
      // Another target would light the same node anew.
      if (target.kind === 'node' && target.node === node) return;
      const { x, y } = layout.places[node] ?? at;
      this.#actions.point({ kind: 'node', node, x, y });
      return;
    }
    const edge = nearestEdge(edges, at.x, at.y);
    if (edge !== null) this.#actions.point({ kind: 'edge', edge, ...at });
    else if (target.kind !== 'nothing') this.left();
  };

  readonly left = () => this.#actions.point(NOTHING);

  readonly focused = (event: FocusEvent) => {
    const node = nodeIn(event.target);
    const place = node === null ? undefined : this.#actions.scene()?.layout.places[node];
    // A click focuses too, but the pointer has said already where it is.
    if (node === null || place === undefined || (event.target as Element).matches(':not(:focus-visible)'))
      return;
    this.#actions.stop(node);
    this.#actions.point({ kind: 'node', node, x: place.x, y: place.y });
  };

  readonly keyPressed = (event: KeyboardEvent) => {
    const node = nodeIn(event.target);
    const scene = this.#actions.scene();
    if (node === null || scene === null) return;
    if (event.key === 'Enter' || event.key === ' ') this.#actions.toggle(node);
    else if (event.key === 'Escape') this.#actions.unpin();
    else if (!event.key.startsWith('Arrow')) return;
    event.preventDefault();
    event.stopPropagation();
    const next = nodeBeside(scene.nodes, scene.layout, node, event.key);
    if (next !== null) this.#actions.root().querySelector<SVGElement>(`[data-node="${next}"]`)?.focus();
  };
}

function nodeIn(target: EventTarget | null): number | null {
  const shape = target instanceof Element ? target.closest('[data-node]') : null;
  return shape === null ? null : Number(shape.getAttribute('data-node'));
}
