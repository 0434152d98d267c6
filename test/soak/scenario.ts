/**
 * One scenario: a world, actions drawn by a seed, then rest and judgement. Equal seeds draw equal actions; how they
 * meet with what the server is doing is the machine's matter, which is the point of repeating them.
 */
import { ACTIONS, type Action } from './actions.ts';
import { Broken, passed } from './broken.ts';
import { Dice } from './dice.ts';
import { judge } from './judgement.ts';
import { Probe } from './probe.ts';
import { World } from './world.ts';

/** Between two actions, at most. */
const PAUSE_MILLIS_MAX = 150;
const VIEWERS_FIRST = 4;

export type ScenarioOptions = {
  readonly seed: number;
  readonly actions: number;
  /** Receives each action as it begins. */
  readonly tell?: (line: string) => void;
};

export type Report = {
  readonly seed: number;
  readonly millis: number;
  /** By name of the action, and of what came of them. */
  readonly counts: ReadonlyMap<string, number>;
  readonly broken: Broken | null;
  /** Of the server, where something broke. */
  readonly tail: string;
};

export async function runScenario({ seed, actions, tell = () => {} }: ScenarioOptions): Promise<Report> {
  const begun = performance.now();
  const world = new World();
  let probe: Probe | null = null;
  let tail = '';
  try {
    const dice = new Dice(seed);
    await world.open(dice);
    probe = new Probe(world);
    await act(world, dice, actions, tell);
    tell('rest');
    await judge(world);
  } catch (error) {
    world.noteBroken(error instanceof Broken ? error : new Broken('the scenario itself', wordsOf(error)));
  } finally {
    await probe?.stop();
    tail = world.server?.tail() ?? '';
    if (probe) countProbe(world, probe);
    await world.close();
  }
  return { seed, millis: performance.now() - begun, counts: world.counts, broken: world.broken, tail };
}

async function act(world: World, dice: Dice, count: number, tell: (line: string) => void): Promise<void> {
  for (let index = 0; index < VIEWERS_FIRST; index += 1)
    world.join(index % 2 === 0 ? 'json' : 'binary', index < 2 ? null : 'run-1');
  let deck: Action[] = [];
  for (let index = 0; index < count; index += 1) {
    if (deck.length === 0) deck = ACTIONS.flatMap((action) => new Array<Action>(action.cards).fill(action));
    // Where no card that is left can be played, a new deck is opened beside it.
    if (!deck.some((action) => action.isPossible(world))) deck = [...deck, ...ACTIONS];
    const action = dice.of(deck.filter((card) => card.isPossible(world)));
    deck.splice(deck.indexOf(action), 1);
    tell(action.name);
    world.count(action.name);
    await action.run(world, dice);
    await passed(dice.below(PAUSE_MILLIS_MAX));
    world.check();
  }
}

function countProbe({ counts }: World, probe: Probe): void {
  counts.set('looks at the server', probe.looks);
  counts.set('slowest answer, ms', Math.round(probe.slowestMillis));
  counts.set('most memory, MiB', Math.round(probe.memoryMib));
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
