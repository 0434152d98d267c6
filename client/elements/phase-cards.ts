/**
 * What the popover of `phasewatch-phases` says of a segment or of a phase change, and the entry of a change in its list.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { PhaseChange } from '../../protocol/phases.ts';
import { intervalText, probabilityText, sentence, signalText, signalWords } from '../view/change-words.ts';
import { standingOf } from '../view/changes.ts';
import { weightText, wholeText } from '../view/number.ts';
import type { PhaseBand } from '../view/phase-bands.ts';
import { roleChangeText } from '../view/roles.ts';
import './phasewatch-copy.ts';

/** A card is read at a glance. */
const LISTED_MAX = 4;
const SIGNALS_IN_ENTRY = 2;

export function segmentCard({ name, segment }: PhaseBand): TemplateResult {
  return html`
    <h3><i class="swatch" data-phase=${name}></i>${name === 'unnamed' ? 'no name' : name}</h3>
    <p>steps ${wholeText(segment.from)} to ${wholeText(segment.to)}</p>
    ${segment.reasons.length === 0 ? nothing : html`<ul>${segment.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}
  `;
}

export function changeCard(change: PhaseChange, run: string): TemplateResult {
  return html`
    <h3>phase change ${intervalText(change)}</h3>
    <p>probability ${probabilityText(change.probability)} · reported at step ${wholeText(change.reportedStep)}, revision ${change.revision}</p>
    <table>
      <tbody>
        ${change.signals.slice(0, LISTED_MAX).map((signal) => {
          const { label, percent, values } = signalWords(signal);
          return html`<tr><th scope="row">${label}</th><td class="percent">${percent}</td><td>${values}</td></tr>`;
        })}
      </tbody>
      ${
        change.edges.length === 0
          ? nothing
          : html`<tbody>
        <tr class="head"><th colspan="3" scope="colgroup">Edges that changed most</th></tr>
        ${change.edges.slice(0, LISTED_MAX).map((edge) => html`<tr><th scope="row">${edge.source} → ${edge.target}</th><td></td><td>${arrow([edge.before, edge.after])}</td></tr>`)}
      </tbody>`
      }
      ${
        change.nodes.length === 0
          ? nothing
          : html`<tbody>
        <tr class="head"><th scope="colgroup">Nodes that changed most</th><td>out-strength</td><td>in-strength</td></tr>
        ${change.nodes.slice(0, LISTED_MAX).map((node) => html`<tr><th scope="row">${node.id}</th><td>${arrow(node.out)}</td><td>${arrow(node.in)}</td></tr>`)}
      </tbody>`
      }
    </table>
    ${change.roles.length === 0 ? nothing : html`<p class="roles">${change.roles.map(roleChangeText).join(' · ')}</p>`}
    <footer><span>click looks at step ${wholeText(change.interval[1])}</span><phasewatch-copy .text=${sentence(change, run)}></phasewatch-copy></footer>
  `;
}

export type EntryOptions = {
  readonly change: PhaseChange;
  readonly run: string;
  readonly isFresh: boolean;
  readonly choose: () => void;
};

export function changeEntry({ change, run, isFresh, choose }: EntryOptions): TemplateResult {
  const standing = standingOf(change);
  const interval = change.interval.map(wholeText).join(' – ');
  const drivers = change.signals.slice(0, SIGNALS_IN_ENTRY).map(signalText).join(', ');
  const reported = {
    standing: `reported at ${wholeText(change.reportedStep)}`,
    retracted: `taken back at ${wholeText(change.reportedStep)}`,
    doubted: `in doubt at ${wholeText(change.reportedStep)}`,
  }[standing];
  return html`<li class="${standing} ${isFresh ? 'fresh' : ''}" data-change=${change.id} data-standing=${standing}>
    <button @click=${choose}>
      <span class="interval">${standing === 'retracted' ? html`<s>${interval}</s>` : interval}</span>
      <span class="probability">p ${probabilityText(change.probability)}</span>
      <span class="drivers">${standing === 'retracted' ? html`<s>${drivers}</s>` : drivers}</span>
      <span class="reported">${reported}</span>
    </button>
    ${standing === 'standing' ? html`<phasewatch-copy .text=${sentence(change, run)}></phasewatch-copy>` : nothing}
  </li>`;
}

function arrow([before, after]: readonly [number, number]): string {
  return before === after ? '–' : `${weightText(before)} → ${weightText(after)}`;
}
