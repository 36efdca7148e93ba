import http from 'node:http';
import https from 'node:https';
import axios from 'axios';
import { z } from 'zod';
import { FaultError } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';
import type { PaymentDataPort } from '../../src/paymentData/upload.js';
import { counterpart, type AddressRule } from './address.js';

const answerSchema = z.looseObject({
  code: z.union([z.string(), z.number()]).transform(String).pipe(z.string().max(20)),
  message: z.string().max(4000).default(''),
});

export interface Customs179Options extends AddressRule {
  /** The folder of the service; `realTimeDataUpload` is put behind it. */
  baseUrl: string;
  timeoutMs: number;
}

/**
 * Uploads raw payment data as one form field. Throws P01/P02/P05 for an address it may not or cannot use; an upload rejects
 * with P09 when there is no answer and P10 when it cannot be understood.
 */
export function createCustoms179(options: Customs179Options): PaymentDataPort {
  const { url: base, lookup } = counterpart(options.baseUrl, options);
  const agents = { httpAgent: new http.Agent({ lookup }), httpsAgent: new https.Agent({ lookup }) };
  const url = `${base.href.replace(/\/$/, '')}/realTimeDataUpload`;
  return {
    async upload(payExInfoStr, signal) {
      const response = await axios
        .post<string>(url, new URLSearchParams({ payExInfoStr }).toString(), {
          ...agents,
          headers: { 'Content-Type': 'application/x-www-form-urlencoded;charset=UTF-8' },
          timeout: options.timeoutMs,
          signal,
          proxy: false,
          maxRedirects: 0,
          maxContentLength: 1024 * 1024,
          responseType: 'text',
          transformResponse: (body: unknown) => body,
          validateStatus: () => true,
        })
        .catch((error: unknown) => {
          const detail = axios.isAxiosError(error) ? (error.code ?? error.message) : String(error);
          throw new FaultError([makeFault('P09', '', { detail })], 502);
        });
      if (response.status !== 200)
        throw new FaultError([makeFault('P09', '', { detail: `HTTP ${response.status}` })], 502);
      let body: unknown;
      try {
        body = JSON.parse(response.data);
      } catch {
        body = undefined;
      }
      const parsed = answerSchema.safeParse(body);
      if (!parsed.success) throw new FaultError([makeFault('P10', '')], 502);
      return { code: parsed.data.code, message: parsed.data.message.replaceAll('\0', '') };
    },
  };
}
