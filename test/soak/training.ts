/**
 * A training that writes checkpoints into a directory, well or badly, and what of it is expected to lie there. What it
 * writes in place is cut short first, as most trainers do.
 */
import { mkdirSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { passed } from './broken.ts';
import { type Contents, type Kind, VARIANTS } from './contents.ts';
import type { Dice } from './dice.ts';

const STEP = 100;
const MODEL = 'model.safetensors';

export type Written = {
  readonly id: string;
  readonly step: number;
  readonly variant: number;
  readonly isWhole: boolean;
};

export class Training {
  readonly name: string;
  readonly kind: Kind;
  readonly directory: string;
  readonly #contents: Contents;
  readonly #written = new Map<string, Written>();
  #nextStep = 0;

  constructor(directory: string, name: string, kind: Kind, contents: Contents) {
    this.name = name;
    this.kind = kind;
    this.directory = join(directory, name);
    this.#contents = contents;
    mkdirSync(this.directory, { recursive: true });
  }

  get checkpoints(): readonly Written[] {
    return [...this.#written.values()].sort((a, b) => a.step - b.step);
  }

  get whole(): readonly Written[] {
    return this.checkpoints.filter(({ isWhole }) => isWhole);
  }

  get broken(): readonly Written[] {
    return this.checkpoints.filter(({ isWhole }) => !isWhole);
  }

  directoryOf({ id }: { readonly id: string }): string {
    return join(this.directory, id);
  }

  /** The next step, at once. @returns its id */
  arrive(dice: Dice): string {
    return this.#put(this.#takeStep(), dice.below(VARIANTS));
  }

  /** A step between two others. */
  arriveLate(dice: Dice): string {
    const { step } = dice.of(this.checkpoints);
    return this.#put(step + 1 + dice.below(STEP - 1), dice.below(VARIANTS));
  }

  /** File by file and half by half, waiting in between. */
  async arriveInPieces(dice: Dice, pauses: readonly number[]): Promise<void> {
    const step = this.#takeStep();
    const variant = dice.below(VARIANTS);
    const directory = this.directoryOf({ id: idOf(step) });
    const model = this.#contents.model(this.kind, variant);
    mkdirSync(directory, { recursive: true });
    // Whatever it was before, it is broken until it is whole.
    this.#know(step, variant, false);
    writeFileSync(join(directory, 'config.json'), this.#contents.config(this.kind));
    for (const share of [1 / 3, 2 / 3, 1]) {
      await passed(dice.of(pauses));
      writeFileSync(join(directory, MODEL), model.subarray(0, Math.floor(share * model.length)));
    }
    this.#know(step, variant, true);
  }

  arriveBroken(dice: Dice): void {
    const step = this.#takeStep();
    this.#put(step, dice.below(VARIANTS));
    this.#cut(this.#get(idOf(step)), dice);
  }

  /** One that was whole is cut short. */
  break(dice: Dice): void {
    this.#cut(dice.of(this.whole), dice);
  }

  mend(dice: Dice): void {
    const { step, variant } = dice.of(this.broken);
    this.#put(step, variant);
  }

  /** Twice: the same bytes written again, or only touched. */
  repeat(dice: Dice): void {
    const { step, variant, id } = dice.of(this.whole);
    if (dice.chance(0.5)) this.#put(step, variant);
    else utimesSync(join(this.directory, id, MODEL), new Date(), new Date());
  }

  /** The newest one, in place and in two pieces, with the same bytes or with others. */
  async rewriteLast(dice: Dice, pauseMillis: number): Promise<void> {
    const { step, variant, id } = this.#get(idOf(this.#nextStep - STEP));
    const written = dice.chance(0.7) ? variant : otherThan(variant, dice);
    const model = this.#contents.model(this.kind, written);
    writeFileSync(join(this.directory, id, MODEL), model.subarray(0, dice.below(model.length)));
    await passed(pauseMillis);
    this.#put(step, written);
  }

  /** Training begins again at an earlier step; what it wrote later lies there until it is written again, or is removed. */
  rewind(dice: Dice): void {
    const { step, variant } = dice.of(this.whole.slice(0, -1));
    if (dice.chance(0.5)) for (const later of this.checkpoints) if (later.step > step) this.#remove(later);
    this.#replace(step, otherThan(variant, dice));
    this.#nextStep = step + STEP - (step % STEP);
  }

  remove(dice: Dice): void {
    this.#remove(dice.of(this.checkpoints));
  }

  #takeStep(): number {
    const step = this.#nextStep;
    this.#nextStep += STEP;
    return step;
  }

  /** @returns its id */
  #put(step: number, variant: number): string {
    const id = idOf(step);
    const directory = this.directoryOf({ id });
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'config.json'), this.#contents.config(this.kind));
    writeFileSync(join(directory, MODEL), this.#contents.model(this.kind, variant));
    this.#know(step, variant, true);
    return id;
  }

  /** As careful trainers do: beside, and renamed when it is whole. */
  #replace(step: number, variant: number): void {
    const directory = this.directoryOf({ id: idOf(step) });
    const beside = `${directory}.tmp`;
    mkdirSync(beside, { recursive: true });
    writeFileSync(join(beside, 'config.json'), this.#contents.config(this.kind));
    writeFileSync(join(beside, MODEL), this.#contents.model(this.kind, variant));
    rmSync(directory, { recursive: true, force: true });
    renameSync(beside, directory);
    this.#know(step, variant, true);
  }

  #cut({ id, step, variant }: Written, dice: Dice): void {
    const { length } = this.#contents.model(this.kind, variant);
    truncateSync(join(this.directory, id, MODEL), dice.below(length));
    this.#know(step, variant, false);
  }

  #remove({ id }: Written): void {
    rmSync(join(this.directory, id), { recursive: true, force: true });
    this.#written.delete(id);
  }

  #get(id: string): Written {
    const written = this.#written.get(id);
    if (!written) throw new Error(`${id} has not been written`);
    return written;
  }

  #know(step: number, variant: number, isWhole: boolean): void {
    const id = idOf(step);
    this.#written.set(id, { id, step, variant, isWhole });
  }
}

function otherThan(variant: number, dice: Dice): number {
  return (variant + 1 + dice.below(VARIANTS - 1)) % VARIANTS;
}

function idOf(step: number): string {
  return `checkpoint-${step}`;
}
