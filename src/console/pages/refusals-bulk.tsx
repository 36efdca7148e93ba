import { useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button, Checkbox, Form, Input, Modal, Select, Skeleton } from 'antd';
import { api } from '../api/calls.js';
import { useRefresh } from '../api/queries.js';
import type { BulkResult, Changes, DeclarationSummary, RefusalGroup } from '../api/types.js';
import { ExplainedButton } from '../parts/action-button.js';
import { FieldInput } from '../parts/field-input.js';
import { filterOfApi } from '../parts/links.js';
import { commonFields, fieldAt } from '../parts/order-fields.js';
import { ProblemView } from '../parts/problem.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts, type Texts } from '../texts/index.js';
import { BulkPreview, BulkVerdicts, type PreviewRow } from './refusals-bulk-tables.js';

const LIMIT = 200;
/** A preview asks the gateway once per declaration; a few show whether the correction is right. */
const PREVIEWED = 10;

interface BulkModalProps {
  of: BulkOf;
  onClose: () => void;
}

/** What is declared again: all of one refusal code, or rows a person chose. */
export interface BulkOf {
  key: string;
  title: string;
  help: string;
  /** Customs should be asked first. */
  call: boolean;
  /** Order paths the coach points at; the first is offered when a correction is needed. */
  fields: readonly string[];
  corrects: boolean;
  code?: string;
  messageType?: string;
  load: (signal: AbortSignal) => Promise<{ items: DeclarationSummary[]; next: string | null }>;
}

/** All declarations of one refusal code. */
export const ofGroup = (group: RefusalGroup, { t, text }: Pick<Texts, 't' | 'text'>): BulkOf => ({
  key: group.declarations,
  title: t('bulk.title', { code: group.code, title: text(group.coach.title) }),
  help: text(group.coach.remedy),
  call: group.coach.action === 'call',
  fields: group.coach.fields,
  corrects: group.coach.action === 'correct',
  code: group.code,
  messageType: group.messageType,
  load: (signal) => api.declarations(filterOfApi(group.declarations), undefined, LIMIT, signal),
});

/** Rows chosen in a list. */
export const ofRows = (rows: DeclarationSummary[], { t }: Pick<Texts, 't'>): BulkOf => ({
  key: rows.map(({ id }) => id).join(),
  title: t('bulk.ofSelection', { count: rows.length }),
  help: t('bulk.selectionHelp'),
  call: false,
  fields: [],
  corrects: false,
  load: () => Promise.resolve({ items: rows, next: null }),
});

/** Declares again what one code refused, with one changed field or as it is; a verdict for every declaration. */
export function BulkModal({ of, onClose }: BulkModalProps) {
  const { t, text } = useTexts();
  const refresh = useRefresh();
  const fields = commonFields();
  const suggested = of.fields.filter((path) => fields.some((field) => field.path === path));
  const [path, setPath] = useState(of.corrects ? suggested[0] : undefined);
  const [value, setValue] = useState('');
  const [empties, setEmpties] = useState(false);
  const [reason, setReason] = useState('');
  const [chosen, setChosen] = useState<string[] | null>(null);
  const given = value.trim();
  // An empty box is no order to empty the field of all declarations: that has to be said.
  const unsaid = path !== undefined && given === '' && !empties;
  const changes: Changes = path ? { [path]: given === '' ? null : given } : {};

  const page = useQuery({
    queryKey: ['declarations', 'bulk', of.key],
    queryFn: ({ signal }) => of.load(signal),
    // The selection stays what was shown when the dialog opened.
    staleTime: Infinity,
  });
  const items = page.data?.items ?? [];
  const ids = chosen ?? items.map((one) => one.id);

  const preview = useMutation({
    mutationFn: async (): Promise<PreviewRow[]> => {
      const rows: PreviewRow[] = [];
      for (const one of items.filter(({ id }) => ids.includes(id)).slice(0, PREVIEWED))
        rows.push({ one, preview: await api.previewCorrection(one.id, changes, true) });
      return rows;
    },
  });
  const submit = useMutation({
    mutationFn: (): Promise<BulkResult> =>
      api.correctMany({
        code: of.code,
        messageType: of.messageType,
        declarationIds: ids,
        changes,
        reason: reason.trim(),
      }),
    onSuccess: () => refresh('declarations'),
  });
  const touch = () => {
    preview.reset();
    submit.reset();
  };
  const field = path ? fieldAt(path) : undefined;

  const leave = useUnsaved(!submit.data && (given !== '' || reason.trim() !== ''));
  const missing = ids.length === 0 ? t('needs.rows') : unsaid ? t('needs.field') : null;
  return (
    <Modal
      open
      width={920}
      title={of.title}
      onCancel={() => leave(onClose)}
      footer={
        submit.data ? (
          <Button type="primary" onClick={onClose}>
            {t('action.close')}
          </Button>
        ) : (
          <>
            <Button onClick={() => leave(onClose)}>{t('action.cancel')}</Button>
            <ExplainedButton onClick={() => preview.mutate()} loading={preview.isPending} why={missing}>
              {t('bulk.preview')}
            </ExplainedButton>
            <ExplainedButton
              type="primary"
              loading={submit.isPending}
              why={missing ?? (reason.trim() === '' ? t('needs.reason') : null)}
              onClick={() => submit.mutate()}
            >
              {t('bulk.submit', { count: ids.length })}
            </ExplainedButton>
          </>
        )
      }
    >
      {submit.data ? (
        <BulkVerdicts result={submit.data} />
      ) : (
        <>
          <p className="quiet">{of.help}</p>
          {of.call && <Alert type="warning" showIcon title={t('bulk.callFirst')} />}
          <Form layout="vertical" component="div" className="bulk-form" requiredMark={false}>
            <Form.Item label={t('bulk.field')} htmlFor="bulk-field">
              <Select
                id="bulk-field"
                allowClear
                value={path}
                placeholder={t('bulk.asItIs')}
                onChange={(next: string | undefined) => {
                  setPath(next);
                  setValue('');
                  setEmpties(false);
                  touch();
                }}
                showSearch={{ optionFilterProp: 'search' }}
                options={[
                  ...fields.filter((f) => suggested.includes(f.path)),
                  ...fields.filter((f) => !suggested.includes(f.path)),
                ].map((f) => ({
                  value: f.path,
                  label: `${text(f.header)}${suggested.includes(f.path) ? t('bulk.suggested') : ''}`,
                  search: `${f.header.zh} ${f.header.en} ${f.path}`,
                }))}
              />
            </Form.Item>
            <Form.Item label={t('bulk.value')} htmlFor="bulk-value" extra={field && text(field.help)}>
              <FieldInput
                id="bulk-value"
                label={t('bulk.value')}
                codes={field?.codes}
                value={value}
                disabled={!path || empties}
                onChange={(next) => {
                  setValue(next);
                  touch();
                }}
              />
              <Checkbox
                checked={empties}
                disabled={!path || given !== ''}
                onChange={(event) => {
                  setEmpties(event.target.checked);
                  touch();
                }}
              >
                {t('bulk.empties')}
              </Checkbox>
            </Form.Item>
            <Form.Item label={t('bulk.reason')} htmlFor="bulk-reason">
              <Input
                id="bulk-reason"
                maxLength={500}
                value={reason}
                placeholder={t('bulk.reasonHelp')}
                onChange={(event) => setReason(event.target.value)}
              />
            </Form.Item>
          </Form>
          {page.isError ? (
            <ProblemView error={page.error} onRetry={() => void page.refetch()} />
          ) : page.isPending ? (
            <Skeleton active />
          ) : (
            <Chosen items={items} ids={ids} more={page.data.next !== null} onChange={setChosen} />
          )}
          {preview.isError && <ProblemView error={preview.error} />}
          {submit.isError && <ProblemView error={submit.error} />}
          {preview.data && <BulkPreview rows={preview.data} of={ids.length} />}
        </>
      )}
    </Modal>
  );
}

interface ChosenProps {
  items: DeclarationSummary[];
  ids: string[];
  more: boolean;
  onChange: (ids: string[]) => void;
}

function Chosen({ items, ids, more, onChange }: ChosenProps) {
  const { t } = useTexts();
  return (
    <Form.Item
      layout="vertical"
      label={t('bulk.declarations', { count: ids.length })}
      htmlFor="bulk-declarations"
      extra={more ? t('bulk.more', { limit: LIMIT }) : undefined}
    >
      <Select
        id="bulk-declarations"
        mode="multiple"
        value={ids}
        onChange={onChange}
        maxTagCount={6}
        allowClear
        optionFilterProp="label"
        options={items.map((one) => ({ value: one.id, label: one.orderNo }))}
      />
    </Form.Item>
  );
}
