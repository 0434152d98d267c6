/** What there is to see while there is nothing to see, or something went wrong. */
import type { Page } from 'playwright-core';
import { painted, type Shot } from './shot.ts';
import type { Scheme } from './studio.ts';

/** Until the head of the page says that the connection stands so. */
const connection = (page: Page, phase: string) =>
  page.locator(`phasewatch-status[data-connection="${phase}"]`).waitFor();

const failedRow = (page: Page, count: number) =>
  page
    .getByTestId('failures')
    .filter({ hasText: `${count} failed` })
    .waitFor();

const STATES: readonly Shot[] = [
  waiting('missing-directory', 'light'),
  waiting('missing-directory', 'dark'),
  waiting('empty-directory', 'light'),
  waiting('empty-directory', 'dark'),
  waiting('empty-directory', 'light', 360),
  {
    name: 'connecting',
    async take(studio, places) {
      const { url } = await places.main();
      const page = await studio.open({ url: 'about:blank' });
      // A server that takes the connection and says nothing.
      await page.routeWebSocket(/stream/, () => {});
      await page.goto(url);
      await connection(page, 'connecting');
      await studio.take(page);
    },
  },
  {
    name: 'reconnecting',
    async take(studio, places) {
      const server = await places.mortal();
      const page = await studio.open({ url: server.url, mayComplain: true });
      await painted(page);
      await server.stop();
      await connection(page, 'reconnecting');
      await studio.take(page);
    },
  },
  {
    name: 'token-wanted',
    async take(studio, places) {
      const { url } = await places.guarded();
      const page = await studio.open({ url: url.split('#')[0], mayComplain: true });
      await page.getByTestId('notice').first().waitFor();
      await studio.take(page);
    },
  },
  {
    name: 'failed-checkpoint',
    async take(studio, places) {
      const { url } = await places.failing();
      const page = await studio.open({ url: `${url}#at=checkpoint-512` });
      await failedRow(page, 1);
      await studio.take(page);
    },
  },
  {
    name: 'failed-among-done',
    async take(studio, places) {
      const { url } = await places.failing();
      const page = await studio.open({ url });
      await failedRow(page, 1);
      await painted(page, 'checkpoint-4000');
      await studio.take(page);
    },
  },
  allFailed('light', 1440),
  allFailed('dark', 1440),
  allFailed('light', 360),
  {
    name: 'training-ended',
    async take(studio, places) {
      const { url } = await places.ended();
      const page = await studio.open({ url });
      await painted(page);
      await studio.take(page);
    },
  },
  recorded('light'),
  recorded('dark'),
];

export const stateShots: readonly Shot[] = STATES.map((shot) => ({ ...shot, name: `state-${shot.name}` }));

function waiting(state: 'missing-directory' | 'empty-directory', scheme: Scheme, width = 1440): Shot {
  return {
    name: `${state}-${scheme}${width < 400 ? '-phone' : ''}`,
    async take(studio, places) {
      const { url } = await (state === 'missing-directory' ? places.missing() : places.empty());
      const page = await studio.open({ url, scheme, width });
      await connection(page, 'live');
      await studio.take(page);
    },
  };
}

function allFailed(scheme: Scheme, width: number): Shot {
  return {
    name: `all-failed-${scheme}${width < 400 ? '-phone' : ''}`,
    async take(studio, places) {
      const { url } = await places.lost();
      const page = await studio.open({ url, scheme, width });
      await failedRow(page, 3);
      await studio.take(page);
    },
  };
}

function recorded(scheme: Scheme): Shot {
  return {
    name: `recorded-${scheme}`,
    async take(studio, places) {
      const page = await studio.open({ url: await places.recorded(), scheme });
      await connection(page, 'recorded');
      await painted(page);
      await studio.take(page);
    },
  };
}
