import type { TableColumnsType } from 'antd';
import { Link } from 'react-router-dom';
import type { DeclarationSummary } from '../api/types.js';
import { currencyText } from '../parts/codes.js';
import { CopyButton } from '../parts/copy.js';
import { agoText, amountText, timeText } from '../parts/format.js';
import { isFinished, stageLooks } from '../parts/stages.js';
import {
  DeliveryTag,
  DocumentBadges,
  isReceiptKind,
  StateTag,
  StatusCode,
  VerdictTag,
} from '../parts/status.js';
import type { Language, Texts } from '../texts/index.js';

/**
 * Columns that are left out until somebody chooses them: the stage says nearly the same. With the seller's name, or in the
 * longer words of English, the table would be wider than a page of 1280 pixels: the age says nearly the same as the time.
 */
export const hiddenAtFirst = (withSeller: boolean, language: Language): readonly string[] => [
  ...['delivery', 'verdict', 'status', 'copNo', 'created'],
  ...(withSeller || language === 'en' ? ['time'] : []),
];

/** Columns by which the server sorts, with its name for them. */
export const SORTED: Record<string, 'order' | 'value' | 'changed' | 'created'> = {
  orderNo: 'order',
  value: 'value',
  age: 'changed',
  time: 'changed',
  created: 'created',
};

/** Every column of the declarations table; the seller stands only where there are several. */
export function declarationColumns(
  { t, text, language }: Texts,
  withSeller: boolean,
): TableColumnsType<DeclarationSummary> {
  const statusTitle = (status: DeclarationSummary['status']) =>
    status
      ? [isReceiptKind(status.status) ? '' : status.status, text(status.text)].join(' ').trim()
      : undefined;
  const columns: TableColumnsType<DeclarationSummary> = [
    {
      title: t('field.orderNo'),
      key: 'orderNo',
      width: 182,
      render: (_, one) => (
        <span className="copyable">
          <Link to={`/declarations/${one.id}`} data-row className="mono" title={one.orderNo}>
            {one.orderNo}
          </Link>
          <CopyButton value={one.orderNo} what={t('field.orderNo')} />
        </span>
      ),
    },
    {
      title: t('field.stage'),
      key: 'stage',
      width: language === 'zh' ? 132 : 176,
      className: 'stage',
      render: (_, one) => (
        <span title={statusTitle(one.status)}>
          <StateTag look={stageLooks[one.stage]} />
          {one.status && <StatusCode status={one.status} />}
        </span>
      ),
    },
    {
      title: t('field.cause'),
      key: 'cause',
      width: 144,
      ellipsis: true,
      render: (_, { cause }) =>
        cause ? (
          <span title={[text(cause.text), text(cause.remedy)].filter(Boolean).join('\n')}>
            <span className="quiet">{text(cause.document)}</span> {text(cause.text)}
          </span>
        ) : (
          <span className="quiet">—</span>
        ),
    },
    {
      // How long it has stood as it stands.
      title: t('field.age'),
      key: 'age',
      width: language === 'zh' ? 84 : 104,
      className: 'num',
      render: (_, one) =>
        isFinished(one.stage) ? (
          <span className="quiet">—</span>
        ) : (
          agoText(one.statusTime ?? one.createdAt, language)
        ),
    },
    {
      title: t('field.documents'),
      key: 'documents',
      width: 104,
      render: (_, one) => <DocumentBadges documents={one.documents} />,
    },
    {
      title: t('field.delivery'),
      key: 'delivery',
      width: language === 'zh' ? 108 : 146,
      render: (_, one) => <DeliveryTag value={one.delivery} />,
    },
    {
      title: t('field.verdict'),
      key: 'verdict',
      width: language === 'zh' ? 164 : 184,
      render: (_, one) => (
        <span className="verdict" title={statusTitle(one.status)}>
          <VerdictTag value={one.verdict} />
          {one.status && <StatusCode status={one.status} />}
        </span>
      ),
    },
    {
      title: t('field.lastReceipt'),
      key: 'status',
      ellipsis: true,
      width: 180,
      render: (_, one) => (one.status ? text(one.status.text) : <span className="quiet">—</span>),
    },
    {
      title: t('field.listNo'),
      key: 'invtNo',
      width: 172,
      render: (_, one) => {
        const value = one.invtNo ?? one.preNo;
        if (!value) return <span className="quiet">—</span>;
        const what = t(one.invtNo ? 'field.invtNo' : 'field.preNo');
        return (
          <span className="copyable" title={what}>
            <span className={`mono ${one.invtNo ? '' : 'quiet'}`}>{value}</span>
            <CopyButton value={value} what={what} />
          </span>
        );
      },
    },
    {
      title: t('field.copNo'),
      key: 'copNo',
      width: 190,
      className: 'mono',
      render: (_, one) => one.copNo,
    },
    {
      title: t('field.seller'),
      key: 'seller',
      width: 132,
      ellipsis: true,
      render: (_, one) => <span title={`${one.seller.name} ${one.seller.code}`}>{one.seller.name}</span>,
    },
    {
      title: t('field.route'),
      key: 'route',
      width: language === 'zh' ? 110 : 150,
      ellipsis: true,
      render: (_, one) => (
        <span title={`${one.regime} ${text(one.country.text)}`}>
          <span className="num">{one.regime}</span> {text(one.country.text)}
        </span>
      ),
    },
    {
      title: t('field.value'),
      key: 'value',
      width: 122,
      align: 'right',
      className: 'num',
      render: (_, one) => (
        <>
          {amountText(one.value.amount)} <span className="quiet">{currencyText(one.value.currency)}</span>
        </>
      ),
    },
    {
      title: t('field.createdAt'),
      key: 'created',
      width: 98,
      className: 'num',
      render: (_, one) => <time title={timeText(one.createdAt)}>{timeText(one.createdAt).slice(5, 16)}</time>,
    },
    {
      title: t('field.statusTime'),
      key: 'time',
      width: 98,
      className: 'num',
      render: (_, one) => {
        const time = timeText(one.statusTime ?? one.createdAt);
        return <time title={time}>{time.slice(5, 16)}</time>;
      },
    },
  ];
  return withSeller ? columns : columns.filter((column) => column.key !== 'seller');
}
