/**
 * The keys of the dashboard: what each does; `key-help.ts` says it to people. One that is meant for a field, or for a
 * control that has the focus, is left to it (`elements/key-target.ts`).
 */
import { VIEWS, type View } from './view-address.ts';

export type KeyAction =
  | { readonly kind: 'step'; readonly by: number }
  | { readonly kind: 'play' }
  | { readonly kind: 'live' }
  | { readonly kind: 'theme' }
  | { readonly kind: 'help' }
  | { readonly kind: 'view'; readonly view: View };

/** What of an event says what is meant. */
export type KeyPress = {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
};

/** Null where the key means nothing here. */
export function actionOf({ key, ctrlKey, metaKey, altKey }: KeyPress): KeyAction | null {
  if (ctrlKey || metaKey || altKey) return null;
  const view = VIEWS[Number(key) - 1];
  if (view !== undefined && /^\d$/.test(key)) return { kind: 'view', view };
  switch (key) {
    case 'ArrowLeft':
      return { kind: 'step', by: -1 };
    case 'ArrowRight':
      return { kind: 'step', by: 1 };
    case ' ':
      return { kind: 'play' };
    case 'l':
    case 'L':
      return { kind: 'live' };
    case 't':
    case 'T':
      return { kind: 'theme' };
    case '?':
      return { kind: 'help' };
    default:
      return null;
  }
}
