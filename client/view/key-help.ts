/**
 * The keys in words, place by place, as the help lists them; loaded with it.
 */
export type KeyHelp = { readonly keys: readonly string[]; readonly words: string };
export type KeyHelpGroup = { readonly title: string; readonly keys: readonly KeyHelp[] };

export const KEY_HELP: readonly KeyHelpGroup[] = [
  {
    title: 'Anywhere',
    keys: [
      { keys: ['←', '→'], words: 'the checkpoint before, the one after' },
      { keys: ['Space'], words: 'play, pause' },
      { keys: ['L'], words: 'follow the run again' },
      { keys: ['1', '2', '3', '4'], words: 'graph, matrix, roles, changes' },
      { keys: ['T'], words: 'colours: as the system says, light, dark' },
      { keys: ['?'], words: 'this list' },
    ],
  },
  {
    title: 'On the strip of checkpoints',
    keys: [
      { keys: ['←', '→'], words: 'one checkpoint' },
      { keys: ['Page ↑', 'Page ↓'], words: 'ten checkpoints' },
      { keys: ['Home', 'End'], words: 'the first, the last' },
    ],
  },
  {
    title: 'In the list of checkpoints',
    keys: [
      { keys: ['↑', '↓'], words: 'newer, older' },
      { keys: ['→', '←'], words: 'unfold and fold what was left behind' },
      { keys: ['Shift + click'], words: 'compare with it' },
    ],
  },
  {
    title: 'In the graph',
    keys: [{ keys: ['←', '↑', '→', '↓'], words: 'from node to node' }],
  },
];
