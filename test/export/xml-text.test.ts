import { DOMParser } from '@xmldom/xmldom';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xmlIds, xmlLine, xmlText } from '../../server/export/xml-text.ts';
import { anyText, inXml } from './made.ts';

describe('text in XML', () => {
  it('escapes markup, and keeps line ends and tabs from becoming spaces', () => {
    expect(xmlText('a<b> & "c" \'d\'\n\t\r')).toBe(
      'a&lt;b&gt; &amp; &quot;c&quot; &apos;d&apos;&#10;&#9;&#13;',
    );
  });

  it('replaces what XML 1.0 has no way to write', () => {
    expect(xmlText('\0a\x1b\ud800b\ufffe𝔊')).toBe('\uFFFDa\uFFFD\uFFFDb\uFFFD𝔊');
  });

  it('is read back as it was, from attributes and from content', () => {
    fc.assert(
      fc.property(anyText, anyText, (attribute, content) => {
        const read = new DOMParser().parseFromString(xmlLine('e', { a: attribute }, content)).documentElement;
        expect(read.getAttribute('a')).toBe(inXml(attribute));
        expect(read.textContent).toBe(inXml(content));
      }),
      { numRuns: 500 },
    );
  });

  it('gives ids that are different, also where they only differ in what cannot be written', () => {
    expect(xmlIds([{ id: 'L0H0' }, { id: 'a\0' }, { id: 'a\x01' }, { id: '' }])).toEqual([
      'L0H0',
      'a\uFFFD',
      'a\uFFFD#2',
      '#3',
    ]);
    fc.assert(
      fc.property(
        fc.array(fc.record({ id: fc.string({ unit: fc.constantFrom('\0', '\x01', '#1', '#2') }) })),
        (nodes) => {
          expect(new Set(xmlIds(nodes)).size).toBe(nodes.length);
        },
      ),
    );
  });
});
