import { request } from './client.js';
import type {
  Certificate,
  CertificateContent,
  CertificateDraft,
  CertificateFilter,
  CertificateRequest,
  CertificateSummary,
  Page,
} from './types.js';

type Signal = AbortSignal | undefined;
const at = encodeURIComponent;
const get = <T>(path: string, query: object, signal?: Signal) =>
  request<T>('GET', path, { query: { ...query }, signal });
const post = <T>(path: string, body: unknown) => request<T>('POST', path, { body });

/** The routes of certificates of origin. */
export const certificateCalls = {
  certificates: (filter: CertificateFilter, cursor: string | undefined, limit: number, signal?: Signal) =>
    get<Page<CertificateSummary>>('/v1/certificates', { ...filter, cursor, limit }, signal),
  certificate: (id: string, signal?: Signal) => get<Certificate>(`/v1/certificates/${at(id)}`, {}, signal),
  draftCertificate: (body: CertificateRequest) => post<CertificateDraft>('/v1/certificates/draft', body),
  draftCertificateAgain: (id: string, body: CertificateContent) =>
    post<CertificateDraft>(`/v1/certificates/${at(id)}/draft`, body),
  applyCertificate: (body: CertificateRequest) => post<{ id: string }>('/v1/certificates', body),
  redoCertificate: (id: string, action: 'change' | 'resubmit', body: CertificateContent) =>
    post<Certificate>(`/v1/certificates/${at(id)}/${action}`, body),
  cancelCertificate: (id: string, reason: string) =>
    post<Certificate>(`/v1/certificates/${at(id)}/cancel`, { reason }),
  resendCertificate: (id: string, reason: string) =>
    post<Certificate>(`/v1/certificates/${at(id)}/resend`, { reason }),
  resendAttachment: (id: string, reason: string) =>
    post<Certificate>(`/v1/attachments/${at(id)}/resend`, { reason }),
};
