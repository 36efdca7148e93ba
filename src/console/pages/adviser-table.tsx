import { CheckCircleFilled } from '@ant-design/icons';
import { Collapse } from 'antd';
import type { ReactNode } from 'react';
import type { RegimeAdvice } from '../api/types.js';
import { FaultList } from '../parts/faults.js';
import { decimalText } from '../parts/format.js';
import { labelAt } from '../parts/order-fields.js';
import { Panel } from '../parts/page.js';
import { partyTexts } from '../parts/states.js';
import { useTexts, type TextKey } from '../texts/index.js';

type Row = [label: TextKey, cell: (one: RegimeAdvice) => ReactNode];

/** One column for each regime and statistics flag; the recommended one stands out. */
export function AdviceTable({ advice: given }: { advice: RegimeAdvice[] }) {
  const { t, text } = useTexts();
  const advice = [...given].sort((a, b) => standing(a) - standing(b));
  const rows: Row[] = [
    ['adviser.verdict', (one) => <Verdict one={one} />],
    ['adviser.changes', (one) => <NeededChanges one={one} />],
    ['adviser.faults', (one) => <Faults one={one} />],
    ['adviser.documents', (one) => <Documents one={one} />],
    ['adviser.limits', (one) => <Limits one={one} />],
    ['adviser.counts', (one) => text(one.counts.text)],
    ['adviser.declares', (one) => text(one.declares)],
    [
      'adviser.notes',
      (one) => (
        <ul className="advice-list">
          {one.notes.map((note) => (
            <li key={note.zh}>{text(note)}</li>
          ))}
        </ul>
      ),
    ],
  ];
  return (
    <Panel flush>
      <div className="advice-scroll">
        <table className="plain advice" style={{ '--regimes': advice.length } as React.CSSProperties}>
          <thead>
            <tr>
              <th scope="col">{t('field.regime')}</th>
              {advice.map((one) => (
                <th key={idOf(one)} scope="col" className={one.recommended ? 'recommended' : ''}>
                  <span className="advice-regime num">
                    {one.regime}
                    {one.statisticsFlag && ` · ${one.statisticsFlag}`}
                  </span>
                  <span>{text(one.title)}</span>
                  {one.current && <span className="advice-current">{t('adviser.current')}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([label, cell]) => (
              <tr key={label}>
                <th scope="row">{t(label)}</th>
                {advice.map((one) => (
                  <td key={idOf(one)} className={one.recommended ? 'recommended' : ''}>
                    {cell(one)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** The recommended one first, then the one in use, then those with fewer faults. */
const standing = (one: RegimeAdvice): number => {
  if (one.recommended) return -2;
  return one.current ? -1 : one.faults.length;
};

const idOf = (one: RegimeAdvice): string => `${one.regime}-${one.ieFlag}-${one.statisticsFlag ?? ''}`;

function Verdict({ one }: { one: RegimeAdvice }) {
  const { t, text } = useTexts();
  return (
    <>
      {one.recommended && (
        <div className="good">
          <CheckCircleFilled aria-hidden="true" /> <b>{t('adviser.recommended')}</b>
        </div>
      )}
      {one.form === 'goods-declaration' && <div className="bad">{t('adviser.goodsDeclaration')}</div>}
      <div>{text(one.why)}</div>
    </>
  );
}

function NeededChanges({ one }: { one: RegimeAdvice }) {
  const { t, text } = useTexts();
  if (one.changes.length === 0) return <span className="quiet">{t('adviser.noChanges')}</span>;
  return (
    <ul className="changes">
      {one.changes.map((change) => (
        <li key={change.path} title={change.path}>
          <span className="quiet">{text(labelAt(change.path))}</span>{' '}
          <del>{change.from ?? t('change.empty')}</del> → <ins>{change.to ?? t('change.empty')}</ins>
        </li>
      ))}
    </ul>
  );
}

function Documents({ one }: { one: RegimeAdvice }) {
  const { text } = useTexts();
  return (
    <ol className="advice-list">
      {one.documents.map((document) => (
        <li key={document.message}>
          <b>{text(document.title)}</b>{' '}
          <span className="mono quiet">{document.message.replace('Message', '')}</span>
          <div className="small">{text(document.by)}</div>
          {document.parties[0] && (
            <div className="small quiet" title={document.parties[0].code}>
              {text(partyTexts[document.parties[0].role])} {document.parties[0].name}
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}

function Limits({ one }: { one: RegimeAdvice }) {
  const { t, text } = useTexts();
  if (one.limits.length === 0) return <span className="quiet">{t('adviser.noLimits')}</span>;
  return (
    <ul className="advice-list">
      {one.limits.map((limit) => (
        <li key={limit.id} title={limit.source}>
          {text(limit.text)}
          <div className={`num small ${limit.within === false ? 'bad' : limit.within ? 'good' : 'quiet'}`}>
            {limit.amountCny ? decimalText(limit.amountCny) : '—'} / {decimalText(limit.maxCny)} CNY{' '}
            {limit.within === null
              ? t('adviser.unknownAmount')
              : t(limit.within ? 'adviser.within' : 'adviser.above')}
            {limit.per === 'buyer-year' && ` · ${t('adviser.perYear')}`}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Faults({ one }: { one: RegimeAdvice }) {
  const { t } = useTexts();
  if (one.faults.length === 0) return <span className="good">{t('correct.noFaults')}</span>;
  return (
    <Collapse
      size="small"
      ghost
      items={[
        {
          key: 'faults',
          label: <span className="bad">{t('adviser.faultCount', { count: one.faults.length })}</span>,
          children: <FaultList faults={one.faults} />,
        },
      ]}
    />
  );
}
