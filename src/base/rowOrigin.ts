const ROW = ' row';
/** The origin of a file that is one row of a table of receipts, of this message type. */
export const rowOrigin = (messageType: string): string => `${messageType}${ROW}`;

/** The message type of a row of receipts; undefined for a file of another origin. */
export const messageTypeOfRow = (origin: string): string | undefined =>
  origin.endsWith(ROW) ? origin.slice(0, -ROW.length) : undefined;
