import { useQueries } from '@tanstack/react-query';
import { PrinterOutlined } from '@ant-design/icons';
import { Button, Spin } from 'antd';
import { useSearchParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { Declaration } from '../api/types.js';
import { codeName, currencyText } from '../parts/codes.js';
import { dateText, decimalText } from '../parts/format.js';
import { MOST_FORMS } from '../parts/list-limits.js';
import { fieldAt } from '../parts/order-fields.js';
import { PageHead } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { useTexts, type TextKey, type Texts } from '../texts/index.js';

/** Lists (清单) as customs' form: head, goods and the places of the seals, each on a sheet of its own. */
export default function ListFormsPage() {
  const { t } = useTexts();
  const [search] = useSearchParams();
  const ids = [...new Set((search.get('ids') ?? '').split(',').filter(Boolean))].slice(0, MOST_FORMS);
  const lists = useQueries({
    queries: ids.map((id) => ({
      queryKey: keys.declaration(id),
      queryFn: ({ signal }: { signal: AbortSignal }) => api.declaration(id, signal),
      staleTime: Infinity,
    })),
  });
  const failed = lists.find((one) => one.isError);
  const loaded = lists.flatMap((one) => one.data ?? []);
  const ready = loaded.length === ids.length;
  return (
    <>
      <div className="no-print">
        <PageHead
          title={t('forms.title')}
          sub={t('forms.sub', { count: ids.length })}
          actions={
            <Button
              type="primary"
              icon={<PrinterOutlined />}
              loading={!ready && !failed}
              onClick={() => window.print()}
            >
              {t('action.print')}
            </Button>
          }
        />
      </div>
      {failed && <ProblemView error={failed.error} onRetry={() => void failed.refetch()} />}
      {!ready && !failed && <Spin />}
      {ready && loaded.map((one) => <ListForm key={one.id} one={one} />)}
    </>
  );
}

/** Fields of the head in the order of the form; three stand in one row. */
const HEAD = [
  'list.customsCode',
  'list.portCode',
  'list.ieDate',
  'orderNo',
  'platform.name',
  'platform.code',
  'seller.name',
  'seller.code',
  'producer.name',
  'declarant.name',
  'declarant.code',
  'waybill.name',
  'waybill.logisticsNo',
  'list.billNo',
  'list.totalPackageNo',
  'list.trafMode',
  'list.trafName',
  'list.voyageNo',
  'regime',
  'list.country',
  'list.pod',
  'list.loctNo',
  'list.licenseNo',
  'list.wrapType',
  'list.packNo',
  'list.grossWeight',
  'list.netWeight',
  'list.freight',
  'list.insuredFee',
  'list.statisticsFlag',
] as const;

/** What the list takes from the waybill where it says nothing of its own, as its message does. */
const FROM_WAYBILL = new Set(['packNo', 'grossWeight', 'freight', 'insuredFee']);

function valueAt(one: Declaration, path: string): string {
  const own = textAt(one, path);
  const leaf = path.replace(/^list\./, '');
  return own === '' && FROM_WAYBILL.has(leaf) ? textAt(one, `waybill.${leaf}`) : own;
}

function textAt(one: Declaration, path: string): string {
  let here: unknown = one.order;
  for (const step of path.split('.'))
    here = typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[step] : undefined;
  return typeof here === 'string' ? here : '';
}

function shown(one: Declaration, path: string, { text }: Pick<Texts, 'text'>): string {
  const value = valueAt(one, path);
  const name = codeName(path === 'regime' ? 'regime' : fieldAt(path)?.codes, value);
  return name ? `${text(name)}（${value}）` : value;
}

/** What the import list calls otherwise than the export list. */
const IMPORT_LABELS: Partial<Record<string, TextKey>> = {
  'list.portCode': 'forms.importPort',
  'list.ieDate': 'forms.importDay',
  'list.country': 'forms.departure',
};

function ListForm({ one }: { one: Declaration }) {
  const texts = useTexts();
  const { t, text } = texts;
  const imported = one.order.ieFlag === 'I';
  const labelOf = (path: string) => {
    const other = imported ? IMPORT_LABELS[path] : undefined;
    return other ? t(other) : text(fieldAt(path)?.header) || path;
  };
  const own: [string, string | null][] = [
    [t('field.preNo'), one.preNo],
    [t('field.invtNo'), one.invtNo],
    [t('field.copNo'), one.copNo],
  ];
  return (
    <article className="list-form">
      <h2>{t(imported ? 'forms.import' : 'forms.export')}</h2>
      <table className="form-head">
        <tbody>
          <tr>
            {own.map(([label, value]) => (
              <Cell key={label} label={label} value={value ?? ''} />
            ))}
          </tr>
          {Array.from({ length: Math.ceil(HEAD.length / 3) }, (_, row) => (
            <tr key={row}>
              {HEAD.slice(row * 3, row * 3 + 3).map((path) => (
                <Cell key={path} label={labelOf(path)} value={shown(one, path, texts)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <table className="form-goods">
        <thead>
          <tr>
            <th>{t('forms.no')}</th>
            <th>{t('forms.code')}</th>
            <th>{t('forms.goods')}</th>
            <th>{t('forms.quantity')}</th>
            <th>{t('forms.statutory')}</th>
            <th>{t('forms.country')}</th>
            <th className="right">{t('forms.price')}</th>
            <th className="right">{t('forms.total')}</th>
            <th>{t('forms.currency')}</th>
          </tr>
        </thead>
        <tbody>
          {one.order.lines.map((line, index) => (
            <tr key={index}>
              <td className="num">{line.gnum ?? index + 1}</td>
              <td className="num">{line.gcode}</td>
              <td>
                {line.gname}
                {line.gmodel && <div className="small">{line.gmodel}</div>}
              </td>
              <td className="num">{amount(line.qty, line.unit, texts)}</td>
              <td className="num">
                {amount(line.qty1, line.unit1, texts)}
                {line.qty2 && <div>{amount(line.qty2, line.unit2, texts)}</div>}
              </td>
              <td>{text(codeName('country', line.country ?? one.order.list.country))}</td>
              <td className="num right">{decimalText(line.price ?? '')}</td>
              <td className="num right">{decimalText(line.totalPrice ?? '')}</td>
              <td>{currencyText(line.currency ?? one.order.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table className="form-seals">
        <tbody>
          <tr>
            <td>
              {t('forms.statement')}
              <div className="seal">{t('forms.declarantSeal')}</div>
            </td>
            <td>
              {t('forms.customsNotes')}
              <div className="seal">{t('forms.customsSeal')}</div>
            </td>
          </tr>
        </tbody>
      </table>
      <p className="small">{t('forms.printed', { day: dateText(new Date().toISOString()) })}</p>
    </article>
  );
}

const amount = (
  value: string | undefined,
  unit: string | undefined,
  { text }: Pick<Texts, 'text'>,
): string => (value ? `${decimalText(value)} ${text(codeName('unit', unit))}` : '');

function Cell({ label, value }: { label: string; value: string }) {
  return (
    <td>
      <span className="form-label">{label}</span>
      <span className="form-value">{value}</span>
    </td>
  );
}
