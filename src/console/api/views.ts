/** How this browser shows lists: columns left out, filters kept by name, and the list one came from. No data of declarations. */
const HIDDEN = 'gateway-hidden-columns';
const VIEWS = 'gateway-views';
const LIST = 'gateway-list';

export interface SavedView {
  name: string;
  /** Query of the address. */
  search: string;
}

export interface RememberedList {
  search: string;
  ids: string[];
}

function read(storage: Storage, name: string): unknown {
  try {
    return JSON.parse(storage.getItem(name) ?? 'null');
  } catch {
    // Storage may be switched off by policy, or hold what another version wrote.
    return null;
  }
}

function write(storage: Storage, name: string, value: unknown): void {
  try {
    storage.setItem(name, JSON.stringify(value));
  } catch {
    // See read().
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isView = (value: unknown): value is SavedView =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'search' in value &&
  isText(value.name) &&
  isText(value.search);

/** Keys of columns that are left out; null when nobody chose yet. */
export function hiddenColumns(): string[] | null {
  const value = read(localStorage, HIDDEN);
  return Array.isArray(value) ? value.filter(isText) : null;
}
export const rememberHiddenColumns = (keys: readonly string[]): void => write(localStorage, HIDDEN, keys);

export function savedViews(): SavedView[] {
  const value = read(localStorage, VIEWS);
  return Array.isArray(value) ? value.filter(isView) : [];
}
export const rememberViews = (views: readonly SavedView[]): void => write(localStorage, VIEWS, views);

/** The page of the list one came from, in this tab. */
export function rememberedList(): RememberedList | null {
  const value = read(sessionStorage, LIST);
  if (typeof value !== 'object' || value === null || !('search' in value) || !('ids' in value)) return null;
  const { search, ids } = value;
  return isText(search) && Array.isArray(ids) ? { search, ids: ids.filter(isText) } : null;
}
export const rememberList = (list: RememberedList): void => write(sessionStorage, LIST, list);
