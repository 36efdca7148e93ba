import { Tooltip } from 'antd';
import type { DeclarationSummary, Delivery, Verdict } from '../api/types.js';
import { useTexts } from '../texts/index.js';
import { deliveryLooks, documentKinds, verdictLooks, type Look, type Tone } from './states.js';

/** A state as a word with its colour; the word always stands, colour alone says nothing. */
export function StateTag({ look }: { look: Look }) {
  const { text } = useTexts();
  return (
    <span className={`state tone-${look.tone}`}>
      <i aria-hidden="true" />
      {text(look.text)}
    </span>
  );
}

/** Whether a code tells the kind of a receipt (`ret:1`, `response:0`) by the gateway's own prefix: its number alone says nothing. */
export const isReceiptKind = (status: string): boolean => /^[a-z]+:/.test(status);

/**
 * The code of a receipt as its sender wrote it: what the gateway puts behind it to tell codes apart is left out. The kind of a
 * receipt is said by its words alone, which stand beside it.
 */
export const StatusCode = ({ status: { status } }: { status: { status: string } }) =>
  isReceiptKind(status) ? null : <span className="code-mark num">{status.replace(/\+$/, '')}</span>;

export const DeliveryTag = ({ value }: { value: Delivery }) => <StateTag look={deliveryLooks[value]} />;
export const VerdictTag = ({ value }: { value: Verdict }) => <StateTag look={verdictLooks[value]} />;

/** What one badge shows: the verdict as soon as there is one, the delivery before (and when delivery went wrong). */
function badgeTone(delivery: Delivery, verdict: Verdict): Tone {
  if (verdict !== 'none') return verdictLooks[verdict].tone;
  return deliveryLooks[delivery].tone;
}

/** Four small squares, one per document: 订 收 运 清. Missing ones are shown empty so that columns line up. */
export function DocumentBadges({ documents }: { documents: DeclarationSummary['documents'] }) {
  const { text } = useTexts();
  return (
    <span className="badges">
      {documentKinds.map((kind) => {
        const document = documents.find((one) => kind.messageTypes.includes(one.messageType));
        const label = document
          ? `${text(kind.name)}：${text(deliveryLooks[document.delivery].text)} · ${text(verdictLooks[document.verdict].text)}`
          : `${text(kind.name)}：—`;
        const tone = document ? badgeTone(document.delivery, document.verdict) : 'none';
        return (
          <Tooltip key={kind.name.en} title={label} mouseEnterDelay={0.2}>
            <span className={`badge tone-${tone}`} role="img" aria-label={label}>
              {text(kind.mark)}
            </span>
          </Tooltip>
        );
      })}
    </span>
  );
}
