import { useRef, useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button, Empty, Input, Skeleton } from 'antd';
import { useSearchParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { Order, RegimeAdvice } from '../api/types.js';
import { ExplainedButton } from '../parts/action-button.js';
import { DeclarationPick } from '../parts/declaration-pick.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';
import { AdviceTable } from './adviser-table.js';

/** What it would mean to declare one order under each regime; the order is a declaration's or comes as JSON. */
export default function AdviserPage() {
  const { t } = useTexts();
  const [search, setSearch] = useSearchParams();
  const picked = search.get('declaration') ?? undefined;
  const [pasted, setPasted] = useState('');
  const [unreadable, setUnreadable] = useState(false);
  const file = useRef<HTMLInputElement>(null);

  const ofPicked = useQuery({
    queryKey: keys.advice(picked ?? ''),
    queryFn: ({ signal }) => api.advise({ declarationId: picked ?? '' }, signal),
    enabled: picked !== undefined,
  });
  const ofPasted = useMutation({ mutationFn: (own: Order) => api.advise({ order: own }) });

  useUnsaved(pasted.trim() !== '' && !ofPasted.isSuccess);
  const compare = () => {
    const own = orderIn(pasted);
    setUnreadable(own === undefined);
    setSearch({}, { replace: true });
    ofPasted.reset();
    if (own) ofPasted.mutate(own);
  };
  const pick = (id: string | undefined) => {
    ofPasted.reset();
    setUnreadable(false);
    setSearch(id ? { declaration: id } : {}, { replace: true });
  };
  const advice = picked ? ofPicked.data : ofPasted.data;
  const error = picked ? ofPicked.error : ofPasted.error;
  const busy = picked ? ofPicked.isPending : ofPasted.isPending;

  return (
    <>
      <PageHead title={t('adviser.title')} sub={t('adviser.sub')} />
      {advice && <Recommended advice={advice} />}
      <Panel className="no-print">
        <div className="adviser-source">
          <div>
            <label htmlFor="adviser-declaration">{t('adviser.pick')}</label>
            <DeclarationPick id="adviser-declaration" value={picked} onChange={pick} />
          </div>
          <div className="adviser-json">
            <label htmlFor="adviser-order">{t('adviser.paste')}</label>
            <Input.TextArea
              id="adviser-order"
              className="mono"
              rows={4}
              value={pasted}
              onChange={(event) => setPasted(event.target.value)}
              placeholder='{"regime": "9610", "orderNo": "…", "platform": {…}, "lines": […]}'
            />
            <div className="adviser-buttons">
              <ExplainedButton
                type="primary"
                why={pasted.trim() === '' ? t('needs.text') : null}
                loading={ofPasted.isPending}
                onClick={compare}
              >
                {t('adviser.compare')}
              </ExplainedButton>
              <Button onClick={() => file.current?.click()}>{t('adviser.file')}</Button>
              <input
                ref={file}
                type="file"
                hidden
                accept=".json"
                aria-label={t('adviser.file')}
                onChange={(event) => {
                  const [chosen] = event.target.files ?? [];
                  event.target.value = '';
                  void chosen?.text().then(setPasted);
                }}
              />
            </div>
          </div>
        </div>
        {unreadable && <Alert type="warning" showIcon role="alert" title={t('adviser.unreadable')} />}
      </Panel>
      {error ? (
        <ProblemView error={error} />
      ) : advice ? (
        <AdviceTable advice={advice} />
      ) : busy ? (
        <Skeleton active paragraph={{ rows: 8 }} className="page-skeleton" />
      ) : (
        <Panel>
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('adviser.none')} />
        </Panel>
      )}
    </>
  );
}

/** The first order of a pasted JSON: an order, an array of orders or `{orders: […]}`. */
function orderIn(json: string): Order | undefined {
  try {
    const value: unknown = JSON.parse(json);
    const many = typeof value === 'object' && value !== null && 'orders' in value ? value.orders : value;
    const one: unknown = Array.isArray(many) ? many[0] : many;
    // Its contents are the gateway's to judge, fault by fault.
    return typeof one === 'object' && one !== null ? (one as Order) : undefined;
  } catch {
    return undefined;
  }
}

/** The answer in one line before everything else: on a phone the table stands far below. */
function Recommended({ advice }: { advice: RegimeAdvice[] }) {
  const { t, text } = useTexts();
  const best = advice.find((one) => one.recommended);
  return (
    <Alert
      className="adviser-answer"
      type={best ? 'success' : 'warning'}
      showIcon
      role="status"
      title={
        best
          ? `${t('adviser.recommended')} ${best.regime} ${text(best.title)}${best.current ? ` · ${t('adviser.current')}` : ''}`
          : t('adviser.noneFits')
      }
      description={best && text(best.why)}
    />
  );
}
