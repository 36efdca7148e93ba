import { useQuery } from '@tanstack/react-query';
import { Alert, Tag } from 'antd';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import { decimalText, timeText } from '../parts/format.js';
import { Facts, Panel } from '../parts/page.js';
import { useTexts } from '../texts/index.js';

const SETTLED_COLOURS = {
  none: 'default',
  partial: 'blue',
  full: 'green',
  over: 'gold',
  'other-currency': 'default',
} as const;

/** The four records of a declaration (customs, inspection, settlement, tax), and what the registry says of its parties. */
export function DeclarationRecords({ id }: { id: string }) {
  const { t, text } = useTexts();
  const query = useQuery({
    queryKey: keys.orderRecords(id),
    queryFn: ({ signal }) => api.orderRecords(id, signal),
  });
  if (!query.data) return null;
  const { customs, inspection, settlement, tax, hits } = query.data;
  const customsText = customs.clearedAt
    ? t('four.cleared', { time: timeText(customs.clearedAt) })
    : customs.releasedAt
      ? t('four.released', { time: timeText(customs.releasedAt) })
      : t('four.waiting');
  return (
    <Panel title={t('four.title')}>
      {hits.length > 0 && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={t('registry.hit')}
          description={hits.map((hit) => (
            <div key={`${hit.code} ${hit.text.en}`}>
              {t('four.hit', { name: hit.name, text: text(hit.text), since: hit.since, source: hit.source })}
            </div>
          ))}
        />
      )}
      <Facts
        columns={4}
        items={[
          [t('four.customs'), customsText],
          [
            t('four.inspection'),
            inspection.ordered
              ? t('four.inspected', { time: timeText(inspection.firstAt) })
              : t('four.notInspected'),
          ],
          [
            t('four.settlement'),
            <>
              <Tag color={SETTLED_COLOURS[settlement.state]}>{t(`four.state.${settlement.state}`)}</Tag>
              {settlement.state !== 'none' && settlement.ordered !== null && (
                <span className="num">
                  {t('four.settled', {
                    settled: decimalText(settlement.settled),
                    ordered: decimalText(settlement.ordered),
                    currency: settlement.currency,
                  })}
                </span>
              )}
            </>,
          ],
          [
            t('four.tax'),
            tax.some((one) => one.standing)
              ? tax
                  .filter((one) => one.standing)
                  .map((one) => (
                    <div key={one.id}>
                      {t(`tax.kind.${one.kind}`)} · {t(`tax.status.${one.status}`)} ·{' '}
                      <span className="num">CNY {decimalText(one.cny)}</span>
                    </div>
                  ))
              : t('four.noTax'),
          ],
        ]}
      />
    </Panel>
  );
}
