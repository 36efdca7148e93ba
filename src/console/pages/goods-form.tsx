import { useMemo, useState } from 'react';
import { PrinterOutlined } from '@ant-design/icons';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { App, Button, Input, Segmented, Skeleton } from 'antd';
import { Link, useParams, useSearchParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { withQuery } from '../api/client.js';
import { keys, useRefresh } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { ActionAnswer, Declaration, DeclarationActions, GoodsForm, GoodsForms } from '../api/types.js';
import { ExplainedButton } from '../parts/action-button.js';
import { FaultList } from '../parts/faults.js';
import {
  changesOf,
  faultsOf,
  fieldsShown,
  isLacking,
  noEdits,
  type FormEdits,
} from '../parts/goods-form-fields.js';
import { MadeFileButton } from '../parts/made-file.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { useSettled } from '../parts/settled.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';
import { GoodsFormSheet } from './goods-form-sheet.js';

/** A goods declaration (报关单) or inspection application as its paper: read, completed, saved, printed. */
export default function GoodsFormPage() {
  const { id = '' } = useParams();
  const { t } = useTexts();
  const acts = mayAct(useMe().role);
  const one = useQuery({
    queryKey: keys.declaration(id),
    queryFn: ({ signal }) => api.declaration(id, signal),
  });
  const forms = useQuery({
    queryKey: keys.goodsForms(id),
    queryFn: ({ signal }) => api.goodsForms(id, signal),
  });
  const actions = useQuery({
    queryKey: keys.actions(id),
    queryFn: ({ signal }) => api.actions(id, signal),
    enabled: acts,
  });
  const failed = [one, forms, actions].find((query) => query.isError);
  if (failed?.error) return <ProblemView error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!one.data || !forms.data || (acts && !actions.data))
    return <Skeleton active paragraph={{ rows: 14 }} className="page-skeleton" />;
  if (forms.data.forms.length === 0)
    return (
      <Panel>
        <p>{t('goodsForm.none')}</p>
        <Link to={`/declarations/${id}`}>{one.data.orderNo}</Link>
      </Panel>
    );
  return <FormsView one={one.data} forms={forms.data} actions={actions.data} />;
}

interface FormsViewProps {
  one: Declaration;
  forms: GoodsForms;
  actions: DeclarationActions | undefined;
}

function FormsView({ one, forms, actions }: FormsViewProps) {
  const { t, text } = useTexts();
  const [search, setSearch] = useSearchParams();
  const asked = search.get('message') ?? 'DecMessage';
  const form = forms.forms.find(({ messageType }) => messageType === asked) ?? forms.forms[0];
  if (!form) return null;
  const of = one.documents.find((document) => document.id === form.documentId);
  return (
    <>
      <PageHead
        title={t('goodsForm.title')}
        sub={
          <>
            <Link to={`/declarations/${one.id}`}>{one.orderNo}</Link> · {one.seller.name}
            {of?.waitingFor && <> · {text(of.waitingFor.text)}</>}
          </>
        }
        actions={
          <>
            {forms.forms.length > 1 && (
              <Segmented
                aria-label={t('goodsForm.which')}
                value={form.messageType}
                onChange={(message) => setSearch({ message }, { replace: true })}
                options={forms.forms.map(({ messageType, documentId }) => ({
                  value: messageType,
                  label: text(one.documents.find(({ id }) => id === documentId)?.title),
                }))}
              />
            )}
            <MadeFileButton
              path={withQuery(`/v1/declarations/${one.id}/form.pdf`, { message: form.messageType })}
            >
              {t('goodsForm.pdf')}
            </MadeFileButton>
            <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
              {t('action.print')}
            </Button>
          </>
        }
      />
      <FormEditor
        key={`${form.documentId}-${forms.revision}`}
        one={one}
        form={form}
        revision={forms.revision}
        actions={actions}
      />
    </>
  );
}

interface FormEditorProps {
  one: Declaration;
  form: GoodsForm;
  revision: number;
  actions: DeclarationActions | undefined;
}

function FormEditor({ one, form, revision, actions }: FormEditorProps) {
  const { t, text } = useTexts();
  const { message } = App.useApp();
  const refresh = useRefresh();
  const [edits, setEdits] = useState<FormEdits>(noEdits);
  const [reason, setReason] = useState(() => t('goodsForm.reason'));
  const resubmit = actions?.actions.find(({ action }) => action === 'resubmit')?.allowed ?? false;
  const change = actions?.documents
    .find(({ id }) => id === form.documentId)
    ?.actions.find(({ action }) => action === 'change');
  const editable = actions !== undefined && (resubmit || (change?.allowed ?? false));
  const changes = useMemo(() => changesOf(form, edits), [form, edits]);
  const settled = useSettled(changes);
  const changed = Object.keys(changes).length > 0;
  const preview = useQuery({
    queryKey: keys.preview(one.id, settled, resubmit),
    queryFn: ({ signal }) => api.previewCorrection(one.id, settled, resubmit, signal),
    enabled: editable && Object.keys(settled).length > 0,
    placeholderData: keepPreviousData,
  });
  const shown = fieldsShown(form, edits);
  const missing = shown.filter((field) => isLacking(field, 'draft', edits)).length;
  const open = shown.filter((field) => isLacking(field, 'declare', edits)).length;
  const save = useMutation({
    mutationFn: () =>
      (resubmit ? api.resubmit : api.correct)(one.id, { changes, reason: reason.trim(), revision }),
    onSuccess: async () => {
      // Said when the saved form stands there: it starts anew, and what was typed before that would be lost.
      await refresh('declarations');
      void message.success(missing > 0 ? t('goodsForm.saved', { count: missing }) : t('goodsForm.sent'));
    },
  });
  useUnsaved(changed && !save.isSuccess);
  const faults = changed ? (preview.data?.faults ?? []) : [];
  const elsewhere = faults.filter((fault) => !shown.some((field) => faultsOf(field, [fault]).length > 0));
  const settledNow = settled === changes && !preview.isPlaceholderData;
  return (
    <>
      {actions !== undefined && !editable && <ReadOnly change={change} />}
      <p className="no-print">
        <b className={missing > 0 ? 'needed' : ''}>
          {missing > 0 ? t('goodsForm.lacking', { count: missing }) : t('goodsForm.whole')}
        </b>{' '}
        {open > 0 && <span className="quiet">{t('goodsForm.open2', { count: open })}</span>}
      </p>
      {elsewhere.length > 0 && (
        <Panel title={t('goodsForm.elsewhere')}>
          <FaultList faults={elsewhere} />
        </Panel>
      )}
      <GoodsFormSheet form={form} edits={edits} faults={faults} editable={editable} onEdit={setEdits} />
      {editable && (
        <div className="sheet-foot no-print">
          {save.isError && <ProblemView error={save.error} />}
          <Input
            aria-label={t('goodsForm.reasonLabel')}
            placeholder={t('goodsForm.reasonLabel')}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <ExplainedButton
            type="primary"
            loading={save.isPending}
            why={
              !changed
                ? t('needs.change')
                : reason.trim() === ''
                  ? t('needs.reason')
                  : !settledNow || preview.data?.ok !== true
                    ? t('needs.checks')
                    : null
            }
            onClick={() => save.mutate()}
          >
            {t(resubmit ? 'goodsForm.resubmit' : missing > 0 ? 'goodsForm.save' : 'goodsForm.send')}
          </ExplainedButton>
          {changed && <span className="quiet small">{text(preview.data?.notices[0]?.message)}</span>}
        </div>
      )}
    </>
  );
}

function ReadOnly({ change }: { change: ActionAnswer | undefined }) {
  const { t, text } = useTexts();
  if (!change?.reason) return null;
  return (
    <p className="no-print quiet">
      {t('goodsForm.readOnly')} {text(change.reason.message)}（{change.reason.code}）{text(change.reason.fix)}
    </p>
  );
}
