import { useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { Link, Navigate, useNavigate, useParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys, useRefresh } from '../api/queries.js';
import type { BatchDraft, FilingData } from '../api/types.js';
import { ExplainedButton } from '../parts/action-button.js';
import { Loaded } from '../parts/loaded.js';
import { PageHead } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';
import { DraftPanel } from './filing-draft.js';

/** One draft of a batch: completed here, kept by the gateway, handed in alone or with the others. */
export default function FilingBatchDraftPage() {
  const { id = '', number = '' } = useParams();
  const query = useQuery({
    queryKey: keys.batchDraft(id, Number(number)),
    queryFn: ({ signal }) => api.batchDraft(id, Number(number), signal),
  });
  return (
    <Loaded query={query}>
      {(draft) =>
        draft.filingId ? (
          <Navigate to={`/filings/${draft.filingId}`} replace />
        ) : (
          <DraftForm key={`${id}/${number}`} batchId={id} draft={draft} />
        )
      }
    </Loaded>
  );
}

function DraftForm({ batchId, draft }: { batchId: string; draft: BatchDraft }) {
  const { t, text } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  const refresh = useRefresh();
  const navigate = useNavigate();
  const [data, setData] = useState<FilingData>(draft.data);
  const [touched, setTouched] = useState(false);
  const save = async () => {
    const saved = await api.changeDraft(batchId, draft.number, data);
    client.setQueryData(keys.batchDraft(batchId, draft.number), saved);
    setData(saved.data);
    setTouched(false);
    await refresh('filing-drafts', 'filing-batches');
  };
  const keep = useMutation({ mutationFn: save, onSuccess: () => void message.success(t('batch.saved')) });
  const submit = useMutation({
    mutationFn: async () => {
      if (touched) await save();
      await api.runBatch(batchId, { action: 'submit', drafts: [draft.number] });
      await refresh('filing-drafts', 'filing-batches');
    },
    onSuccess: () => navigate(`/filings/batches/${batchId}`),
  });
  useUnsaved(touched && !submit.isPending);
  const failed = keep.error ?? submit.error;
  return (
    <>
      <PageHead
        title={`${text(draft.title)} · ${t('batch.draft', { number: draft.number })}`}
        sub={
          <>
            <Link to="/filings">{t('filings.title')}</Link> ·{' '}
            <Link to={`/filings/batches/${batchId}`}>{t('batch.title')}</Link>
          </>
        }
      />
      {failed && <ProblemView error={failed} />}
      <DraftPanel
        draft={draft}
        data={data}
        faults={draft.faults}
        tone={draft.state === 'refused' ? 'refused' : 'incomplete'}
        complete={draft.state === 'complete' && !touched}
        onChange={(next) => {
          setData(next);
          setTouched(true);
        }}
        actions={
          <>
            <ExplainedButton
              why={touched ? null : t('needs.change')}
              loading={keep.isPending}
              onClick={() => keep.mutate()}
            >
              {t('batch.save')}
            </ExplainedButton>
            <Button type="primary" loading={submit.isPending} onClick={() => submit.mutate()}>
              {t('filings.submit')}
            </Button>
          </>
        }
      />
    </>
  );
}
