/**
 * The k strongest of M edges, strongest first; equal weights in edge order. O(M log k) and k numbers of memory, by
 * a heap whose root is the weakest edge kept: 540,144 weights need no sort of all of them.
 */
export function strongest(weights: readonly number[], k: number): number[] {
  const heap: number[] = [];
  /** Whether edge a gives way to edge b. */
  const weaker = (a: number, b: number) => weights[a] < weights[b] || (weights[a] === weights[b] && a > b);

  for (let edge = 0; edge < weights.length && k > 0; edge += 1) {
    if (heap.length < k) {
      heap.push(edge);
      rise(heap, heap.length - 1, weaker);
    } else if (weaker(heap[0], edge)) {
      heap[0] = edge;
      sink(heap, weaker);
    }
  }
  return heap.sort((a, b) => weights[b] - weights[a] || a - b);
}

function rise(heap: number[], start: number, weaker: (a: number, b: number) => boolean): void {
  let index = start;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!weaker(heap[index], heap[parent])) return;
    swap(heap, index, parent);
    index = parent;
  }
}

function sink(heap: number[], weaker: (a: number, b: number) => boolean): void {
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const right = left + 1;
    let weakest = index;
    if (left < heap.length && weaker(heap[left], heap[weakest])) weakest = left;
    if (right < heap.length && weaker(heap[right], heap[weakest])) weakest = right;
    if (weakest === index) return;
    swap(heap, index, weakest);
    index = weakest;
  }
}

function swap(heap: number[], a: number, b: number): void {
  const held = heap[a];
  heap[a] = heap[b];
  heap[b] = held;
}
