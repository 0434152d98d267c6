/**
 * How roles are told apart without their colours: a spreader's cells are plain, a gatherer's are striped, a gatekeeper's
 * dotted. Patterns are of the SVG that they stand in.
 */
import { type SVGTemplateResult, svg } from 'lit';
import type { Role } from '../view/roles.ts';

/** The fills that `roleFill` names, for the `defs` of an SVG. */
export function rolePatterns(): SVGTemplateResult {
  return svg`<defs>
    <pattern id="role-gatherer" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect data-role="gatherer" width="5" height="5" /><rect class="mark" width="1.4" height="5" />
    </pattern>
    <pattern id="role-gatekeeper" width="5" height="5" patternUnits="userSpaceOnUse">
      <rect data-role="gatekeeper" width="5" height="5" /><circle class="mark" cx="2.5" cy="2.5" r="1.1" />
    </pattern>
  </defs>`;
}

/** The pattern of a role, null where its colour is all. */
export function roleFill(role: Role): string | null {
  return role === 'spreader' ? null : `url(#role-${role})`;
}

/** For a legend. */
export function roleSwatch(role: Role): SVGTemplateResult {
  return svg`<rect class="role" data-role=${role} .style=${fillOf(role)} width="12" height="12" rx="3" />`;
}

/** Colours come from rules, which a style of its own outdoes. */
export function fillOf(role: Role): string {
  const fill = roleFill(role);
  return fill === null ? '' : `fill:${fill}`;
}
