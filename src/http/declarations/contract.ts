import { z } from 'zod';

export const noteSchema = z.strictObject({ note: z.string().trim().max(500).default('') });
