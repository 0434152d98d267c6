/**
 * The roles a node can hold, in the order in which they are listed and drawn.
 */
import type { Roles } from '../../protocol/state.ts';

export type Role = 'spreader' | 'gatherer' | 'gatekeeper';

export const ROLES: readonly Role[] = ['spreader', 'gatherer', 'gatekeeper'];

export const ROLE_EXPLANATIONS: Readonly<Record<Role, string>> = {
  spreader: 'Above the 95th percentile of out-strength: ablating it changes the others most',
  gatherer: 'Above the 95th percentile of in-strength: it changes most when others are ablated',
  gatekeeper: 'Above the 95th percentile of betweenness: the shortest paths pass through it',
};

export function holdersOf(role: Role, roles: Roles): readonly string[] {
  return roles[`${role}s` as const];
}

export function rolesOf(node: string, roles: Roles | null): Role[] {
  return roles === null ? [] : ROLES.filter((role) => holdersOf(role, roles).includes(node));
}

export type RoleChange = {
  readonly role: string;
  readonly node: string;
  readonly change: 'gained' | 'lost';
};

/** From one checkpoint to another; role by role, new holders first. */
export function roleChanges(before: Roles | null, after: Roles | null): RoleChange[] {
  if (before === null || after === null) return [];
  return ROLES.flatMap((role) => {
    const [old, fresh] = [holdersOf(role, before), holdersOf(role, after)];
    return [
      ...fresh
        .filter((node) => !old.includes(node))
        .map((node) => ({ role, node, change: 'gained' as const })),
      ...old.filter((node) => !fresh.includes(node)).map((node) => ({ role, node, change: 'lost' as const })),
    ];
  });
}

/** `role` may be the name of the list it is held in, as evidence has it. */
export function roleChangeText({ role, node, change }: RoleChange): string {
  const name = role.replace(/s$/, '');
  return change === 'gained' ? `${node} became a ${name}` : `${node} is no longer a ${name}`;
}
