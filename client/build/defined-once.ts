/**
 * For scripts that run in pages of others: elements that are there already are left alone (`embed/define-once.ts`).
 */
import { fileURLToPath } from 'node:url';

export const DEFINED_ONCE = [
  {
    find: /^@lit\/reactive-element\/decorators\/custom-element\.js$/,
    replacement: fileURLToPath(new URL('../embed/define-once.ts', import.meta.url)),
  },
];
