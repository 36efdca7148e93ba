import type { Clock } from '../base/clock.js';
import type { FamilyMessage } from '../messages/families/family.js';
import type { CheckParts } from './check.js';

/** What certificates are made with; the journey puts it together. */
export interface CertificateContext extends CheckParts {
  clock: Clock;
  /** The message of their attachments. */
  attachment: FamilyMessage;
}
