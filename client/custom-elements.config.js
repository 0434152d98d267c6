/**
 * How `custom-elements.json` is made (https://github.com/webcomponents/custom-elements-manifest): what editors and
 * documentation know of the elements. Attributes and properties come from the code, the rest from the comment of the
 * class: its first sentence, `@fires`, `@csspart`, `@cssprop`, `@slot`.
 */

/** Where the package has a file: it is described as it is imported. */
const packed = (path) => path.replace(/^client\/(.*)\.ts$/, 'dist/client/$1.js');

/** Leaves out what is nobody's business: modules without an element, and what is not public of the others. */
const publicOnly = {
  name: 'phasewatch-public-only',
  packageLinkPhase({ customElementsManifest: manifest }) {
    manifest.modules = manifest.modules.filter(({ declarations }) =>
      declarations.some(({ customElement }) => customElement),
    );
    for (const module of manifest.modules) {
      module.path = packed(module.path);
      module.declarations = module.declarations.filter(({ customElement }) => customElement);
      module.exports = module.exports?.filter(
        ({ declaration, kind }) =>
          kind === 'custom-element-definition' ||
          module.declarations.some(({ name }) => name === declaration.name),
      );
      for (const { declaration } of module.exports ?? [])
        if (declaration.module) declaration.module = packed(declaration.module);
      for (const own of module.declarations) {
        own.members = own.members?.filter(
          ({ privacy, name }) => privacy === undefined && !name.startsWith('#') && !LIFE.has(name),
        );
        if (own.superclass?.module) own.superclass.module = packed(own.superclass.module);
        for (const part of [...(own.members ?? []), ...(own.attributes ?? [])])
          if (part.inheritedFrom?.module) part.inheritedFrom.module = packed(part.inheritedFrom.module);
      }
    }
  },
};

/** What browsers and lit call. */
const LIFE = new Set([
  'styles',
  'connectedCallback',
  'disconnectedCallback',
  'willUpdate',
  'updated',
  'render',
]);

export default {
  globs: ['client/elements/*.ts'],
  outdir: 'dist',
  litelement: true,
  packagejson: false,
  plugins: [publicOnly],
};
