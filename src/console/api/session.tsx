import { createContext, use } from 'react';
import type { Me, Role } from './types.js';

export type Section =
  | 'home'
  | 'upload'
  | 'declarations'
  | 'refusals'
  | 'inspections'
  | 'certificates'
  | 'filings'
  | 'adviser'
  | 'totals'
  | 'turnover'
  | 'history'
  | 'reports'
  | 'awards'
  | 'policies'
  | 'indicators'
  | 'estimate'
  | 'warehouses'
  | 'stock'
  | 'warehouse-figures'
  | 'settlements'
  | 'tax-records'
  | 'registry'
  | 'tray'
  | 'manage';

/** What those see who declare. */
const WORK: readonly Section[] = [
  'home',
  'declarations',
  'upload',
  'refusals',
  'inspections',
  'certificates',
  'filings',
  'tray',
  'adviser',
];

/** Areas of work in menu order with their pages; each has its name in the texts as `area.…` and `nav.…`. */
const AREAS = [
  { id: 'declare', sections: WORK },
  { id: 'figures', sections: ['totals', 'turnover', 'history', 'reports', 'registry'] },
  { id: 'warehouses', sections: ['warehouses', 'stock', 'warehouse-figures'] },
  { id: 'records', sections: ['settlements', 'tax-records'] },
  { id: 'awards', sections: ['awards', 'estimate', 'policies', 'indicators'] },
  { id: 'manage', sections: ['manage'] },
] as const satisfies readonly { id: string; sections: readonly Section[] }[];
export type Area = (typeof AREAS)[number]['id'];

/** What everybody sees of its own enterprises, the committee of all. */
const LEDGERS: readonly Section[] = [
  'registry',
  'warehouses',
  'stock',
  'warehouse-figures',
  'settlements',
  'tax-records',
];

/** What each role sees; the server refuses the rest by itself. */
const SECTIONS: Record<Role, readonly Section[]> = {
  seller: [...WORK, 'totals', 'turnover', ...LEDGERS, 'estimate', 'policies'],
  broker: [...WORK, 'totals', 'turnover', ...LEDGERS, 'estimate', 'policies'],
  officer: ['totals', 'turnover', 'history', 'reports', ...LEDGERS, 'awards', 'policies', 'indicators'],
  operator: [
    ...WORK,
    'totals',
    'turnover',
    'history',
    'reports',
    ...LEDGERS,
    'awards',
    'policies',
    'indicators',
    'manage',
  ],
};

/** Officers follow a figure to the declarations behind it, without the contents of messages. */
export const mayOpen = (role: Role, section: Section): boolean =>
  SECTIONS[role].includes(section) || (role === 'officer' && section === 'declarations');

/** Officers look; everyone else may resend and record. */
export const mayAct = (role: Role): boolean => role !== 'officer';

/** Which document an unclaimed receipt belongs to is decided by those who see many enterprises. */
export const mayDecideTray = (role: Role): boolean => role === 'broker' || role === 'operator';

/** The areas a role sees, each with the pages of it that the role may open. */
export const areasOf = (role: Role): { id: Area; sections: readonly Section[] }[] =>
  AREAS.map(({ id, sections }) => ({
    id,
    sections: sections.filter((section) => SECTIONS[role].includes(section)),
  })).filter(({ sections }) => sections.length > 0);

/** The first page of a role: what needs a person, for officers the figures. */
export const homeOf = (role: Role): string => (role === 'officer' ? '/totals' : '/home');

export const MeContext = createContext<Me | null>(null);

/** The signed-in identity; only used below the signed-in shell. */
export function useMe(): Me {
  const me = use(MeContext);
  if (!me) throw new Error('useMe needs a signed-in page');
  return me;
}

/** A seller has nobody to choose: only brokers, operators and those with several sellers do. */
export const choosesSeller = (me: Me): boolean => me.role !== 'seller' || me.sellers.length > 1;
