/**
 * Layers of a graph under way fade in over 0.35 s as they arrive; a graph that was complete when it came does not, and
 * nothing does where the person asked for reduced motion.
 */
const FADE_MILLIS = 350;

export class Fade {
  #checkpoint: string | null = null;
  #layersDone = 0;
  /** When each layer arrived, by the clock of animation frames. */
  #since: number[] = [];

  follow(checkpoint: string, layersDone: number, partial: boolean, now: number): void {
    if (checkpoint !== this.#checkpoint) {
      this.#checkpoint = checkpoint;
      this.#since = [];
      this.#layersDone = partial ? 0 : layersDone;
    }
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches)
      for (let layer = this.#layersDone; layer < layersDone; layer += 1) this.#since[layer] = now;
    this.#layersDone = layersDone;
  }

  opacity(layer: number, now: number): number {
    const since = this.#since[layer];
    if (since === undefined) return 1;
    const share = Math.max(0, Math.min(1, (now - since) / FADE_MILLIS));
    return share * (2 - share);
  }

  fading(now: number): boolean {
    return this.#since.some((since) => now - since < FADE_MILLIS);
  }
}
