/**
 * What can happen in a scenario. Each action has a name, a number of cards in the deck from which a scenario draws, and
 * a condition that follows from earlier actions alone.
 */
import process from 'node:process';
import { passed, untilNone } from './broken.ts';
import type { Dice } from './dice.ts';
import { ask } from './process.ts';
import type { Training } from './training.ts';
import type { Viewer } from './viewer.ts';
import { SETTLE_MILLIS, type World } from './world.ts';

export type Action = {
  readonly name: string;
  readonly cards: number;
  isPossible(world: World): boolean;
  run(world: World, dice: Dice): Promise<void> | void;
};

const TRAININGS_MAX = 3;
const VIEWERS_MAX = 8;
const VIEWERS_MIN = 3;
const BURST = 6;
/** Of the wide model: some 50 kB of log each, so that 24 are more than 1 MiB. */
const USING_UP = 24;
/** A retry comes 5 s after the last one, with the next result. */
const KEPT_MILLIS_MAX = 20_000;
const PAUSES = [SETTLE_MILLIS / 3, 2 * SETTLE_MILLIS] as const;

const always = () => true;
const isUp = ({ server }: World) => server !== null;
const isHealthy = (world: World) => isUp(world) && world.disk === 'none';

/** On one of the trainings for which it is possible. */
function training(
  name: string,
  cards: number,
  isPossible: (training: Training) => boolean,
  run: (training: Training, dice: Dice) => Promise<void> | void,
): Action {
  return {
    name,
    cards,
    isPossible: ({ trainings }) => trainings.some(isPossible),
    run: ({ trainings }, dice) => run(dice.of(trainings.filter(isPossible)), dice),
  };
}

function viewer(
  name: string,
  cards: number,
  isPossible: (viewer: Viewer, world: World) => boolean,
  run: (viewer: Viewer, world: World, dice: Dice) => void,
): Action {
  const those = (world: World) => [...world.viewers].filter((each) => isPossible(each, world));
  return {
    name,
    cards,
    isPossible: (world) => those(world).length > 0,
    run: (world, dice) => run(dice.of(those(world)), world, dice),
  };
}

const hasSome = ({ checkpoints }: Training) => checkpoints.length > 0;
const hasWhole = ({ whole }: Training) => whole.length > 0;

const TRAINING: readonly Action[] = [
  training('a checkpoint arrives', 5, always, (one, dice) => void one.arrive(dice)),
  training('a checkpoint arrives late', 2, hasSome, (one, dice) => void one.arriveLate(dice)),
  training('a checkpoint arrives in pieces', 2, always, (one, dice) => one.arriveInPieces(dice, PAUSES)),
  training('a checkpoint arrives broken', 2, always, (one, dice) => one.arriveBroken(dice)),
  training('a checkpoint is cut short', 1, hasWhole, (one, dice) => one.break(dice)),
  training(
    'a checkpoint is mended',
    2,
    ({ broken }) => broken.length > 0,
    (one, dice) => one.mend(dice),
  ),
  training('a checkpoint comes twice', 2, hasWhole, (one, dice) => one.repeat(dice)),
  training(
    'a checkpoint is removed',
    1,
    ({ checkpoints }) => checkpoints.length > 2,
    (one, dice) => one.remove(dice),
  ),
  training(
    'the training is rewound',
    2,
    ({ whole }) => whole.length > 2,
    (one, dice) => one.rewind(dice),
  ),
  training('checkpoints arrive at once', 1, always, (one, dice) => {
    for (let count = 0; count < BURST; count += 1) one.arrive(dice);
  }),
  {
    name: 'a checkpoint is written again in the midst of its analysis',
    cards: 2,
    isPossible: isUp,
    async run(world, dice) {
      const one = dice.of(world.trainings);
      const id = one.arrive(dice);
      await world.logged('event=checkpoint-started', `run=${one.name} `, `checkpoint=${id} `);
      await passed(dice.below(30));
      await one.rewriteLast(dice, dice.below(SETTLE_MILLIS));
    },
  },
  {
    name: 'a run appears',
    cards: 2,
    // A run that is found on a full disk has no log until the server is started again.
    isPossible: ({ trainings, disk }) => trainings.length < TRAININGS_MAX && disk === 'none',
    run: (world, dice) => {
      world.train(world.trainings.length === 1 ? 'wide' : 'narrow').arrive(dice);
    },
  },
];

const VIEWERS: readonly Action[] = [
  {
    name: 'a viewer joins',
    cards: 2,
    isPossible: ({ viewers }) => viewers.size < VIEWERS_MAX,
    run: (world, dice) => {
      const run = dice.chance(0.3) ? null : dice.of(world.trainings).name;
      world.join(dice.of(['json', 'binary']), run);
    },
  },
  viewer(
    'a viewer stalls',
    3,
    ({ isStalled }) => !isStalled,
    (one) => one.stall(),
  ),
  viewer(
    'a viewer reads again',
    2,
    ({ isStalled }) => isStalled,
    (one) => one.read(),
  ),
  viewer('a viewer vanishes', 3, always, (one) => one.vanish()),
  viewer(
    'a viewer leaves',
    1,
    (_, { viewers }) => viewers.size > VIEWERS_MIN,
    (one, world) => world.leave(one),
  ),
  viewer('a viewer turns to another run', 2, always, (one, { trainings }, dice) =>
    one.watch(dice.of(trainings).name),
  ),
  viewer('a viewer does not wait', 1, always, (one) => one.store.retryNow()),
];

const SERVER: readonly Action[] = [
  {
    name: 'the server is killed',
    cards: 2,
    isPossible: isUp,
    run: (world) => world.end('SIGKILL'),
  },
  {
    name: 'the server is killed in the midst of an analysis',
    cards: 2,
    isPossible: isUp,
    async run(world, dice) {
      await arrival(world, dice, 'checkpoint-started');
      await passed(dice.below(40));
      await world.end('SIGKILL');
    },
  },
  {
    name: 'the server is killed as an analysis ends',
    cards: 1,
    isPossible: isUp,
    async run(world, dice) {
      await arrival(world, dice, 'checkpoint-done');
      await passed(dice.below(5));
      await world.end('SIGKILL');
    },
  },
  {
    name: 'the server is killed as it starts',
    cards: 1,
    isPossible: (world) => !isUp(world),
    async run(world, dice) {
      await world.start();
      await passed(dice.below(400));
      await world.end('SIGKILL');
    },
  },
  { name: 'the server is stopped', cards: 1, isPossible: isUp, run: (world) => world.end('SIGINT') },
  {
    name: 'the server is started',
    cards: 8,
    isPossible: (world) => !isUp(world),
    run: (world) => world.start(),
  },
  {
    name: 'the engine is killed',
    cards: 1,
    isPossible: (world) => isUp(world) && process.platform === 'linux',
    run: (world) => {
      if (world.server?.killEngine()) world.count('engines killed');
    },
  },
  {
    name: 'the engine is killed in the midst of an analysis',
    cards: 1,
    isPossible: (world) => isUp(world) && process.platform === 'linux',
    async run(world, dice) {
      await arrival(world, dice, 'checkpoint-started');
      await passed(dice.below(40));
      if (world.server?.killEngine()) world.count('engines killed');
    },
  },
];

const DISK: readonly Action[] = [
  {
    name: 'the disk fills',
    cards: 1,
    isPossible: (world) => isHealthy(world) && process.platform === 'linux',
    async run(world, dice) {
      await served(world);
      world.fillDisk(world.hasTmpfs && dice.chance(0.6) ? 'file system full' : 'files may not grow');
      dice.of(world.trainings).arrive(dice);
      await keeps(world, false);
    },
  },
  {
    name: 'the disk has room again',
    cards: 2,
    isPossible: (world) => isUp(world) && world.disk !== 'none' && world.disk !== 'quota',
    async run(world) {
      world.freeDisk();
      if (world.isWithoutLogs) {
        await world.end('SIGINT');
        await world.start();
      }
      await keeps(world, true);
      world.count('disks healed');
    },
  },
  {
    name: 'the quota is used up',
    cards: 1,
    isPossible: isHealthy,
    async run(world, dice) {
      await world.end('SIGKILL');
      world.fillDisk('quota');
      await world.start();
      const wide = world.trainings.find(({ kind }) => kind === 'wide') ?? world.train('wide');
      for (let count = 0; count < USING_UP; count += 1) wide.arrive(dice);
      await keeps(world, false);
    },
  },
  {
    name: 'the quota is raised',
    cards: 1,
    isPossible: (world) => isUp(world) && world.disk === 'quota',
    async run(world) {
      await world.end('SIGKILL');
      world.freeDisk();
      await world.start();
      await keeps(world, true);
      world.count('disks healed');
    },
  },
];

export const ACTIONS: readonly Action[] = [...TRAINING, ...VIEWERS, ...SERVER, ...DISK];

/** Waits until every run has been found, and so has its log. */
async function served(world: World): Promise<void> {
  await untilNone('every run is found', KEPT_MILLIS_MAX, async () => {
    const { body } = await ask(world.port, '/api/runs', KEPT_MILLIS_MAX);
    const missing = world.trainings.find(({ name }) => !body.includes(`"id":"${name}"`));
    return missing === undefined ? null : `${missing.name} is not among ${body}`;
  });
}

/** A checkpoint arrives, and its analysis comes so far. */
async function arrival(world: World, dice: Dice, event: string): Promise<void> {
  const one = dice.of(world.trainings);
  const id = hasSome(one) && dice.chance(0.3) ? one.arriveLate(dice) : one.arrive(dice);
  await world.logged(`event=${event}`, `run=${one.name} `, `checkpoint=${id} `);
}

/** Waits until all results are kept, or until some are not. */
export async function keeps(world: World, all: boolean): Promise<void> {
  await untilNone(all ? 'all results are kept' : 'some results are not kept', KEPT_MILLIS_MAX, async () => {
    if (!world.server) return 'there is no server';
    const { body } = await ask(world.port, '/metrics', KEPT_MILLIS_MAX);
    const kept = [...body.matchAll(/^phasewatch_kept\{.*\} ([01])$/gm)].map(([, value]) => value === '1');
    const isSo = kept.length > 0 && (all ? kept.every(Boolean) : kept.some((value) => !value));
    return isSo ? null : `kept: ${kept.join(', ')}`;
  });
}
