import { FileSearchOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { Link } from 'react-router-dom';
import type { Declaration, SummaryResult, TaxBill } from '../api/types.js';
import type { BytesOf } from '../parts/bytes.js';
import { decimalText, timeText } from '../parts/format.js';
import { Panel } from '../parts/page.js';
import { DeliveryTag, VerdictTag } from '../parts/status.js';
import { useTexts } from '../texts/index.js';

type Show = (of: BytesOf) => void;

/** What goes with a declaration besides its documents: filings, tax bills, summary results. Empty ones are left out. */
export function DeclarationExtras({ one, onShow }: { one: Declaration; onShow: Show }) {
  return (
    <>
      {one.filings.length > 0 && <Filings one={one} />}
      {one.taxBills.length > 0 && <TaxBills bills={one.taxBills} onShow={onShow} />}
      {one.summaryResults.length > 0 && <SummaryResults results={one.summaryResults} onShow={onShow} />}
    </>
  );
}

function Filings({ one }: { one: Declaration }) {
  const { t, text } = useTexts();
  return (
    <Panel title={t('nav.filings')} flush>
      <table className="plain">
        <tbody>
          {one.filings.map((filing) => (
            <tr key={filing.id}>
              <td>
                <Link to={`/filings/${filing.id}`}>{text(filing.title)}</Link>{' '}
                <span className="mono quiet">{filing.messageType.replace('Message', '')}</span>
              </td>
              <td className="mono">{filing.number}</td>
              <td>
                <DeliveryTag value={filing.delivery} /> <VerdictTag value={filing.verdict} />
              </td>
              <td className="num">{timeText(filing.createdAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function BytesButton({
  path,
  title,
  name,
  onShow,
}: {
  path: string | null;
  title: string;
  name: string;
  onShow: Show;
}) {
  const { t } = useTexts();
  if (!path) return null;
  return (
    <Button
      size="small"
      type="link"
      className="no-print"
      icon={<FileSearchOutlined />}
      onClick={() => onShow({ path, title, sha256: null, fileName: `${name}.xml` })}
    >
      {t('bytes.show')}
    </Button>
  );
}

const TAXES = ['customsTax', 'valueAddedTax', 'consumptionTax'] as const;

function TaxBills({ bills, onShow }: { bills: TaxBill[]; onShow: Show }) {
  const { t, text } = useTexts();
  const amount = (taxes: TaxBill['taxes'], name: (typeof TAXES)[number]) =>
    taxes ? decimalText(taxes[name]) : '—';
  return (
    <Panel title={t('tax.title')} flush>
      {bills.map((bill) => (
        <section key={bill.taxNo} className="tax-bill">
          <p>
            <span className="mono">{bill.taxNo}</span> · {text(bill.status.text)} ({bill.status.code}) ·{' '}
            <span className="num">{timeText(bill.time)}</span>{' '}
            <BytesButton path={bill.bytes} title={t('tax.title')} name={bill.taxNo} onShow={onShow} />
          </p>
          <table className="plain">
            <thead>
              <tr>
                <th />
                {TAXES.map((name) => (
                  <th key={name} className="right">
                    {t(`tax.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {(['taxes', 'estimated', 'difference'] as const).map((row) => (
                <tr key={row}>
                  <td>{t(`tax.${row}`)}</td>
                  {TAXES.map((name) => (
                    <td key={name} className="num right">
                      {amount(bill[row], name)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ))}
    </Panel>
  );
}

/** Customs declarations that lists were merged into (CEB792). */
export function SummaryResults({ results, onShow }: { results: SummaryResult[]; onShow: Show }) {
  const { t } = useTexts();
  return (
    <Panel title={t('summary.title')} flush>
      <table className="plain">
        <thead>
          <tr>
            <th>{t('summary.sumNo')}</th>
            <th>{t('summary.entryId')}</th>
            <th>{t('summary.decState')}</th>
            <th className="right">{t('summary.weights')}</th>
            <th>{t('summary.opTime')}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {results.map((result) => (
            <tr key={`${result.sumNo}/${result.declSeqNo}`}>
              <td className="mono">
                {result.sumNo} #{result.declSeqNo}
              </td>
              <td className="mono">{result.entryId ?? result.decPreNo ?? result.decTmpNo ?? '—'}</td>
              <td>{t('summary.decState.unnamed', { code: result.decState })}</td>
              <td className="num right">
                {[result.grossWeight, result.netWeight].map((w) => (w ? decimalText(w) : '—')).join(' / ')}
              </td>
              <td className="num">{timeText(result.opTime)}</td>
              <td>
                <BytesButton
                  path={result.bytes}
                  title={t('summary.title')}
                  name={result.sumNo}
                  onShow={onShow}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
