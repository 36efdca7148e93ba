import { createContext, use } from 'react';
import type { Me, Role } from './types.js';

export type Section =
  'upload' | 'declarations' | 'refusals' | 'filings' | 'adviser' | 'totals' | 'tray' | 'manage';

const WORK: readonly Section[] = [
  'upload',
  'declarations',
  'refusals',
  'filings',
  'adviser',
  'totals',
  'tray',
];

/** What each role sees, in menu order; the server refuses the rest by itself. */
const SECTIONS: Record<Role, readonly Section[]> = {
  seller: WORK,
  broker: WORK,
  officer: ['totals'],
  operator: [...WORK, 'manage'],
};

/** Officers follow a figure to the declarations behind it, without the contents of messages. */
export const mayOpen = (role: Role, section: Section): boolean =>
  SECTIONS[role].includes(section) || (role === 'officer' && section === 'declarations');

/** Officers look; everyone else may resend and record. */
export const mayAct = (role: Role): boolean => role !== 'officer';

/** Which document an unclaimed receipt belongs to is decided by those who see many enterprises. */
export const mayDecideTray = (role: Role): boolean => role === 'broker' || role === 'operator';

export const sectionsOf = (role: Role): readonly Section[] => SECTIONS[role];

/** The first page of a role: sellers start with their work, officers with the figures. */
export const homeOf = (role: Role): string => (role === 'officer' ? '/totals' : '/declarations');

export const MeContext = createContext<Me | null>(null);

/** The signed-in identity; only used below the signed-in shell. */
export function useMe(): Me {
  const me = use(MeContext);
  if (!me) throw new Error('useMe needs a signed-in page');
  return me;
}

/** A seller has nobody to choose: only brokers, operators and those with several sellers do. */
export const choosesSeller = (me: Me): boolean => me.role !== 'seller' || me.sellers.length > 1;
