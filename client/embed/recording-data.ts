/**
 * Reads the run that an exported page holds (`protocol/recorded-page.ts`).
 */
import { decodePacked } from '../../protocol/packed.ts';
import { RECORDED_PAGE_VERSION, type RecordedHead } from '../../protocol/recorded-page.ts';
import type { Graph } from '../../protocol/state.ts';
import type { Recording } from '../recorded-run.ts';

/**
 * @param page an exported one, in a window or parsed
 * @throws Error with a sentence where it holds no run
 */
export async function recordingIn(page: Document): Promise<Recording> {
  const block = page.querySelector('script[data-phasewatch-run]');
  if (block === null)
    throw new Error('Expected a page that phasewatch export --html has written, found no run in it.');
  // Written together with its reader, or by another version; what a version says, its blocks hold.
  const head = (await unpacked(block)) as RecordedHead;
  if (head.version !== RECORDED_PAGE_VERSION)
    throw new Error(
      `Expected a recorded page of version ${RECORDED_PAGE_VERSION}, got version ${head.version}: export the run again.`,
    );
  return {
    head,
    graph: async ({ id, branch }) => {
      const name = `[data-phasewatch-graph="${CSS.escape(id)}"][data-phasewatch-branch="${branch ?? ''}"]`;
      const own = page.querySelector(`script${name}`);
      if (own === null) throw new Error('this file was exported without this graph');
      return (await unpacked(own)) as Graph;
    },
  };
}

async function unpacked(block: Element): Promise<unknown> {
  const packed = Uint8Array.from(atob(block.textContent ?? ''), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  return decodePacked(new Uint8Array(await new Response(stream).arrayBuffer()));
}
