import { ApiError, CONSOLE_HEADER, errorFrom, withQuery } from './client.js';
import type { Import } from './types.js';

/** What the server takes by file name; anything else is refused here already, before a byte travels. */
export const UPLOAD_FORMATS = ['.xlsx', '.csv', '.ndjson', '.jsonl', '.json'] as const;

export const isUploadable = (fileName: string): boolean =>
  UPLOAD_FORMATS.some((ending) => fileName.toLowerCase().endsWith(ending));

/**
 * Sends one file as the raw body of an import. XMLHttpRequest because fetch tells nothing about bytes sent.
 * @param seller tenant id of the one seller of the file; undefined when each order names its own
 * @param onSent bytes sent so far and in all
 * @throws ApiError like `request`; DOMException AbortError when the signal fires
 */
export function uploadFile(
  file: File,
  seller: string | undefined,
  onSent: (sent: number, total: number) => void,
  signal: AbortSignal,
): Promise<Import> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', withQuery('/v1/imports', { fileName: file.name, seller }));
    for (const [name, value] of Object.entries(CONSOLE_HEADER)) xhr.setRequestHeader(name, value);
    xhr.setRequestHeader('Content-Type', 'application/octet-stream');
    xhr.setRequestHeader('Accept', 'application/json');
    xhr.upload.onprogress = (event) => onSent(event.loaded, event.total);
    xhr.onerror = () => reject(new ApiError(0, {}));
    xhr.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    xhr.onload = () => {
      if (xhr.status < 200 || xhr.status >= 300) return reject(errorFrom(xhr.status, xhr.responseText));
      try {
        resolve(JSON.parse(xhr.responseText) as Import);
      } catch {
        reject(new ApiError(xhr.status, {}));
      }
    };
    signal.addEventListener('abort', () => xhr.abort(), { once: true });
    if (signal.aborted) return reject(new DOMException('cancelled', 'AbortError'));
    xhr.send(file);
  });
}
