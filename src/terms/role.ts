import { z } from 'zod';

/** Who somebody is to the gateway: 卖家 seller, 报关企业 broker, 商务委 officer, the operator of the gateway. */
export const roleSchema = z.enum(['seller', 'broker', 'officer', 'operator']).meta({ id: 'Role' });
export type Role = z.output<typeof roleSchema>;
