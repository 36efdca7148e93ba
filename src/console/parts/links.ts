/** The console's page for an API path of declarations: the same filter, in the address. */
export function pageOfApi(path: string): string {
  const [, query = ''] = path.split('?');
  return `/declarations?${query}`;
}

/** The filter that an API path carries. */
export const filterOfApi = (path: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(path.split('?')[1] ?? ''));
