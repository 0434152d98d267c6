/**
 * A widget in a notebook: a module as anywidget loads it (https://anywidget.dev/en/afm/), one file, whether Jupyter takes
 * it by its address or keeps its text.
 *
 * | trait | |
 * |---|---|
 * | `widget` | `chart`, `graph`, … |
 * | `src` | address of a server; without it the one that this file came from |
 * | `run`, `token` | which run (else the first one); what the server asks for |
 * | `options` | attributes of the element, as a dictionary |
 * | `at` | id of the checkpoint looked at, empty for the live one; it is told what is chosen and can be set |
 * | `recording` | text of a page that `phasewatch export --html` wrote: shown instead of a server's data, and kept by the notebook |
 *
 * All but `widget` may be missing. Each view looks on its own; all of one server share its connection.
 */
import { Feed } from '../feed/feed.ts';
import { type Found, feedAt } from '../feed/sources.ts';
import { RecordedSource } from '../recorded-run.ts';
import { setHomeServer } from '../servers.ts';
import { define, PREFIX, TAGS } from './modules.ts';
import { recordingIn } from './recording-data.ts';

/** What anywidget hands over of a model. */
export type Model = {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
};

export type View = { readonly model: Model; readonly el: HTMLElement };

/** What makes another widget, or another source of its data. */
const MAKING = ['widget', 'src', 'run', 'token', 'recording'] as const;

// From a text that the notebook keeps there is no way home.
if (/^https?:/.test(import.meta.url)) setHomeServer(import.meta.url);

export default { render };

/** Shows a model; what this returns takes it away again. */
async function render({ model, el }: View): Promise<() => void> {
  let leave = () => {};
  let isOver = false;
  let latest = 0;
  const make = async () => {
    const own = ++latest;
    const made = await madeOf(model);
    if (isOver || own !== latest) return made.leave();
    leave();
    leave = made.leave;
    el.replaceChildren(made.element);
  };
  const remake = () => void make();
  for (const name of MAKING) model.on(`change:${name}`, remake);
  await make();
  return () => {
    isOver = true;
    for (const name of MAKING) model.off(`change:${name}`, remake);
    leave();
    el.replaceChildren();
  };
}

type Made = { readonly element: HTMLElement; leave(): void };

async function madeOf(model: Model): Promise<Made> {
  const tag = `${PREFIX}${textOf(model, 'widget') ?? 'chart'}`;
  if (!TAGS.includes(tag)) {
    const known = TAGS.map((name) => name.slice(PREFIX.length)).join(', ');
    return said(`widget: expected one of ${known}; got "${tag.slice(PREFIX.length)}"`);
  }
  const [found] = await Promise.all([feedOf(model), define([tag])]);
  if (found.feed === null) return said(found.reason);
  const { feed } = found;
  const element = Object.assign(document.createElement(tag), { feed });
  const dress = () => {
    const options = model.get('options');
    for (const [name, value] of Object.entries(typeof options === 'object' ? (options ?? {}) : {}))
      if (value === null || value === false) element.removeAttribute(name);
      else element.setAttribute(name, value === true ? '' : String(value));
  };
  dress();
  const leave = linked(model, feed);
  model.on('change:options', dress);
  return {
    element,
    leave: () => {
      model.off('change:options', dress);
      leave();
    },
  };
}

/** Both ways: the checkpoint that a person chose, and the trait `at`. */
function linked(model: Model, feed: Feed): () => void {
  const take = () => {
    const at = textOf(model, 'at');
    if (at === (feed.chosen?.id ?? null)) return;
    feed.choose(at === null ? null : { id: at, branch: null });
  };
  // Before the run is known a choice is kept, and one that it has not ends then.
  const tell = () => {
    const at = feed.chosen?.id ?? '';
    if (feed.state === null || at === (textOf(model, 'at') ?? '')) return;
    model.set('at', at);
    model.save_changes();
  };
  take();
  model.on('change:at', take);
  const leave = feed.subscribe(tell);
  return () => {
    model.off('change:at', take);
    leave();
  };
}

async function feedOf(model: Model): Promise<Found> {
  const recorded = textOf(model, 'recording');
  const [src, run, token] = ['src', 'run', 'token'].map((name) => textOf(model, name));
  if (recorded === null) return feedAt({ src, run, token, isShared: false });
  try {
    const recording = await recordingIn(new DOMParser().parseFromString(recorded, 'text/html'));
    return { feed: new Feed({ source: new RecordedSource(recording), run: null }) };
  } catch (error) {
    return { feed: null, reason: error instanceof Error ? error.message : String(error) };
  }
}

function said(sentence: string): Made {
  const element = document.createElement('p');
  element.setAttribute('role', 'alert');
  element.textContent = sentence;
  return { element, leave: () => {} };
}

/** Traits of text are empty where they say nothing. */
function textOf(model: Model, name: string): string | null {
  const value = model.get(name);
  return typeof value === 'string' && value !== '' ? value : null;
}
