import { z } from 'zod';

/** The type of a message or receipt of any family: the name of its root, for example `CEB603Message` or `DecMessage`. */
export const messageTypeSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{2,59}$/);
