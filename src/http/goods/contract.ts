import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';
import { goodsDataSchema } from '../../goods/item.js';
import { textSchema } from '../../terms/text.js';

const valuesSchema = z.record(z.string(), z.string());

export const goodsItemSchema = z
  .object({
    sku: z.string(),
    values: valuesSchema,
    elements: valuesSchema,
    version: z.int(),
    changedBy: z.string(),
    changedAt: z.iso.datetime(),
  })
  .meta({ id: 'GoodsItem' });

export const goodsVersionSchema = goodsItemSchema
  .omit({ sku: true })
  .extend({ removed: z.boolean() })
  .meta({ id: 'GoodsVersion' });

export const goodsFieldsSchema = z
  .object({
    fields: z.array(
      z.object({
        key: z.string(),
        name: textSchema,
        format: z.string(),
        codes: z.string().nullable(),
        example: z.string(),
      }),
    ),
  })
  .meta({ id: 'GoodsFields' });

export const newGoodsSchema = z
  .strictObject({
    seller: z.uuid().optional(),
    items: z
      .array(goodsDataSchema.extend({ sku: z.string().trim().min(1).max(100) }))
      .min(1)
      .max(1000),
  })
  .meta({ id: 'NewGoods' });

export const goodsChangeSchema = z
  .object({
    added: z.int(),
    changed: z.int(),
    same: z.int(),
    /** Rows that were not taken, with the reason. */
    faults: z.array(faultSchema),
    /** Columns of the file that are no field of the goods master. */
    unread: z.array(z.string()),
  })
  .meta({ id: 'GoodsChange' });
