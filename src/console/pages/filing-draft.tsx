import { useState, type ReactNode } from 'react';
import { useMutation } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { api } from '../api/calls.js';
import { ApiError } from '../api/client.js';
import { useRefresh } from '../api/queries.js';
import type { Fault, FilingData, FilingDraft } from '../api/types.js';
import { codeName, currencyText } from '../parts/codes.js';
import { useMoveOn } from '../parts/move-on.js';
import { FaultList } from '../parts/faults.js';
import { decimalText } from '../parts/format.js';
import { Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';
import { FilingForm } from './filing-form.js';
import { CoveredLists } from './filing-tables.js';

/** One draft: its data to complete, what is still missing, the declarations it covers; submitted when it is right. */
export function DraftEditor({ draft }: { draft: FilingDraft }) {
  const { t } = useTexts();
  const moveOn = useMoveOn();
  const refresh = useRefresh();
  const [data, setData] = useState(draft.data as FilingData);
  const [touched, setTouched] = useState(false);
  const submit = useMutation({
    mutationFn: () =>
      api.submitFiling({ messageType: draft.messageType, data, declarationIds: draft.declarationIds }),
    onSuccess: async ({ id }) => {
      await refresh('filings', 'declarations');
      await moveOn(`/filings/${id}`);
    },
  });
  useUnsaved(touched && !submit.isPending && !submit.isSuccess);
  const refused = submit.error instanceof ApiError ? submit.error.faults : [];
  return (
    <>
      {submit.isError && refused.length === 0 && <ProblemView error={submit.error} />}
      <DraftPanel
        draft={draft}
        data={data}
        // Until it is handed in the faults are those of the draft; what was changed since may have mended them.
        faults={submit.isError ? refused : draft.faults}
        tone={submit.isError ? 'refused' : 'incomplete'}
        complete={!touched}
        onChange={(next) => {
          setData(next);
          setTouched(true);
        }}
        actions={
          <Button type="primary" loading={submit.isPending} onClick={() => submit.mutate()}>
            {t('filings.submit')}
          </Button>
        }
      />
    </>
  );
}

interface DraftPanelProps {
  draft: Pick<FilingDraft, 'title' | 'messageType' | 'declarationIds' | 'covered' | 'due' | 'merged'>;
  data: FilingData;
  faults: Fault[];
  /** Whether the faults are those of a draft or of what was handed in. */
  tone: 'incomplete' | 'refused';
  /** Says that nothing is missing when there is no fault. */
  complete: boolean;
  onChange: (data: FilingData) => void;
  actions: ReactNode;
}

/** A draft with its faults, its fields and what it covers. */
export function DraftPanel({ draft, data, faults, tone, complete, onChange, actions }: DraftPanelProps) {
  const { t, text } = useTexts();
  return (
    <Panel
      title={
        <>
          {text(draft.title)} <span className="mono quiet">{draft.messageType.replace('Message', '')}</span>
        </>
      }
      extra={
        <>
          <span className="quiet">
            {t('filings.coversOf', { declarations: draft.declarationIds.length })}
          </span>
          {draft.due && <span className="quiet"> · {t('filings.due', { day: draft.due })}</span>} {actions}
        </>
      }
    >
      {faults.length > 0 ? (
        <Alert
          type={tone === 'refused' ? 'error' : 'warning'}
          role="alert"
          title={t(`filings.${tone}`, { count: faults.length })}
          description={<FaultList faults={faults} />}
        />
      ) : (
        complete && <p className="good">{t('filings.complete')}</p>
      )}
      <FilingForm messageType={draft.messageType} data={data} faults={faults} onChange={onChange} />
      {draft.merged.length > 0 && <Merged merged={draft.merged} />}
      <details>
        <summary>{t('filings.covered', { count: draft.declarationIds.length })}</summary>
        {draft.covered.length < draft.declarationIds.length && (
          <p className="quiet small">{t('filings.coveredFirst', { count: draft.covered.length })}</p>
        )}
        <CoveredLists lists={draft.covered} />
      </details>
    </Panel>
  );
}

/** The goods lines customs will make of the lists of a summary application. */
function Merged({ merged }: Pick<FilingDraft, 'merged'>) {
  const { t, text } = useTexts();
  return (
    <>
      <h3>{t('filings.merged', { count: merged.length })}</h3>
      <table className="plain">
        <thead>
          <tr>
            <th>{t('field.country')}</th>
            <th>{t('filings.goods')}</th>
            <th className="right">{t('filings.lists')}</th>
            <th className="right">{t('filings.qty')}</th>
            <th className="right">{t('field.value')}</th>
          </tr>
        </thead>
        <tbody>
          {merged.map((line) => (
            <tr key={`${line.country}/${line.gcode}/${line.gname}/${line.currency}/${line.unit}`}>
              <td>{text(codeName('country', line.country)) || line.country}</td>
              <td>
                {line.gname} <span className="mono quiet">{line.gcode}</span>
              </td>
              <td className="num right">{line.lists}</td>
              <td className="num right">
                {decimalText(line.qty)} {text(codeName('unit', line.unit))}
              </td>
              <td className="num right">
                {decimalText(line.totalPrice)} {currencyText(line.currency)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
