import { ApiError, CONSOLE_HEADER, errorFrom, withQuery } from './client.js';
import type { GoodsChange, Import, ImportPreview, SheetPreview } from './types.js';

/** What the server takes by file name; anything else is refused here already, before a byte travels. */
export const UPLOAD_FORMATS = ['.xlsx', '.csv', '.ndjson', '.jsonl', '.json'] as const;

export const isUploadable = (fileName: string): boolean =>
  UPLOAD_FORMATS.some((ending) => fileName.toLowerCase().endsWith(ending));

/**
 * Sends one file as the raw body of a request. XMLHttpRequest because fetch tells nothing about bytes sent.
 * @param onSent bytes sent so far and in all
 * @throws ApiError like `request`; DOMException AbortError when the signal fires
 */
export function sendFile<T>(
  path: string,
  file: File,
  onSent: (sent: number, total: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', path);
    for (const [name, value] of Object.entries(CONSOLE_HEADER)) xhr.setRequestHeader(name, value);
    xhr.setRequestHeader('Content-Type', 'application/octet-stream');
    xhr.setRequestHeader('Accept', 'application/json');
    xhr.upload.onprogress = (event) => onSent(event.loaded, event.total);
    xhr.onerror = () => reject(new ApiError(0, {}));
    xhr.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    xhr.onload = () => {
      if (xhr.status < 200 || xhr.status >= 300) return reject(errorFrom(xhr.status, xhr.responseText));
      try {
        resolve(JSON.parse(xhr.responseText) as T);
      } catch {
        reject(new ApiError(xhr.status, {}));
      }
    };
    signal?.addEventListener('abort', () => xhr.abort(), { once: true });
    if (signal?.aborted) return reject(new DOMException('cancelled', 'AbortError'));
    xhr.send(file);
  });
}

/**
 * Sends one file as an import of orders; throws as `sendFile`.
 * @param seller tenant id of the one seller of the file; undefined when each order names its own
 */
export const uploadFile = (
  file: File,
  { seller, profile }: { seller: string | undefined; profile?: string | undefined },
  onSent: (sent: number, total: number) => void,
  signal: AbortSignal,
): Promise<Import> =>
  sendFile(withQuery('/v1/imports', { fileName: file.name, seller, profile }), file, onSent, signal);

/** How the columns of a table would be read. */
export const previewSheet = (sheet: string, file: File): Promise<SheetPreview> =>
  sendBytes(withQuery('/v1/sheets/preview', { sheet, fileName: file.name }), file);

/** A preview needs the beginning of a table; a workbook can only be sent as a whole. */
const PREVIEW_BYTES = 1 << 20;
/** Larger workbooks are imported without being looked at first. */
const PREVIEW_WORKBOOK_BYTES = 20 << 20;

/** Throws as `sendFile`. */
async function sendBytes<T>(path: string, body: Blob, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { ...CONSOLE_HEADER, Accept: 'application/json', 'Content-Type': 'application/octet-stream' },
    credentials: 'same-origin',
    body,
    signal: signal ?? null,
  }).catch((cause: unknown) => {
    throw signal?.aborted ? cause : new ApiError(0, {});
  });
  if (!response.ok) throw errorFrom(response.status, await response.text().catch(() => ''));
  return (await response.json()) as T;
}

/** How a table of orders would be read; null for files that need no look (JSON) or are too large for one. */
export async function previewFile(
  file: File,
  seller: string | undefined,
  signal?: AbortSignal,
): Promise<ImportPreview | null> {
  const name = file.name.toLowerCase();
  const workbook = name.endsWith('.xlsx');
  if (!workbook && !name.endsWith('.csv')) return null;
  if (workbook && file.size > PREVIEW_WORKBOOK_BYTES) return null;
  const bytes = workbook ? file : file.slice(0, PREVIEW_BYTES);
  return sendBytes(withQuery('/v1/imports/preview', { fileName: file.name, seller }), bytes, signal);
}

/** Sends a goods file; rows that are wrong come back as faults. */
export const uploadGoods = (file: File, seller: string | undefined): Promise<GoodsChange> =>
  sendBytes(withQuery('/v1/goods/import', { fileName: file.name, seller }), file);

/** Sends turnover as platforms report it (CSV). */
export const uploadTurnover = (file: File): Promise<{ added: number; rows: number }> =>
  sendBytes('/v1/figures/turnover/import', file);

/** Sends a file of evidence for an item of a round's checklist. */
export const uploadEvidence = (
  path: string,
  file: File,
  of: { enterprise: string; item: string },
): Promise<{ id: string; sha256: string }> =>
  sendBytes(withQuery(path, { ...of, fileName: file.name }), file);
