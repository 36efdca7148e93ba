import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';

/** Row identity: UUID v7, so that indexes grow at their end. */
export const newId = (): string => v7();

/** A CEB guid: 36 characters, upper case (specification 202205, every message). */
export const newGuid = (): string => randomUUID().toUpperCase();
