import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { DatePicker, Form, Input, Select } from 'antd';
import dayjs from 'dayjs';
import { Link, useSearchParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { useRefresh } from '../api/queries.js';
import { choosesSeller, useMe } from '../api/session.js';
import type { DraftRequest } from '../api/types.js';
import { ExplainedButton } from '../parts/action-button.js';
import { DeclarationPick } from '../parts/declaration-pick.js';
import { FieldInput } from '../parts/field-input.js';
import {
  filingFields,
  filingKind,
  filingKinds,
  filingLabel,
  type FilingKind,
} from '../parts/filing-kinds.js';
import { monthBefore } from '../parts/format.js';
import { useMoveOn } from '../parts/move-on.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { SellerSelect } from '../parts/seller-select.js';
import { useTexts } from '../texts/index.js';
import { DraftEditor } from './filing-draft.js';
import { FilingPick } from './filing-pick.js';

/** What is filed and what from; a link may begin with any of it in the address. */
type Source = Partial<
  Record<'messageType' | 'billNo' | 'month' | 'seller' | 'declaration' | 'filing', string>
>;

const MONTH = 'YYYY-MM';
const FIRST = 'CEB607Message';

/** Chooses what to file and what from; the gateway drafts it, a person completes it and submits. */
export default function NewFilingPage() {
  const { t, text } = useTexts();
  const [search] = useSearchParams();
  const [source, setSource] = useState<Source>(() => Object.fromEntries(search));
  const kind = filingKind(source.messageType ?? FIRST) ?? filingKinds[0];
  const [inputs, setInputs] = useState<Record<string, string>>({});
  const draft = useMutation({ mutationFn: (request: DraftRequest) => api.draftFilings(request) });
  const moveOn = useMoveOn();
  const refresh = useRefresh();
  // A month makes hundreds of drafts: the gateway makes and keeps them, a page shows how far it is.
  const batch = useMutation({
    mutationFn: (request: DraftRequest) => api.createBatch(request),
    onSuccess: async ({ id }) => {
      await refresh('filing-batches');
      await moveOn(`/filings/batches/${id}`);
    },
  });
  if (!kind) return null;
  const made = kind.covers === 'month' ? batch : draft;
  const from = sourceOf(kind, source);
  const labels = filingFields(kind.message).head;
  const set = (change: Source) => {
    draft.reset();
    setSource((before) => ({ ...before, ...change }));
  };

  return (
    <>
      <PageHead
        title={t('filings.new')}
        sub={
          <>
            <Link to="/filings">{t('filings.title')}</Link> · {t('filings.newSub')}
          </>
        }
      />
      <Panel>
        <Form layout="vertical" component="div" className="filing-source" requiredMark={false}>
          <Form.Item label={t('filings.type')} htmlFor="filing-type">
            <Select
              id="filing-type"
              value={kind.message}
              onChange={(messageType: string) => {
                setInputs({});
                set({ messageType, declaration: '', filing: '' });
              }}
              options={filingKinds
                .filter(({ reverses }) => !reverses)
                .map((one) => ({
                  value: one.message,
                  label: `${text(one.title)} ${one.message.replace('Message', '')}`,
                }))}
              style={{ width: 320 }}
            />
          </Form.Item>
          <SourceFields kind={kind} source={source} set={set} />
          {kind.inputs.map((name) => {
            const field = labels.find((one) => one.name === name);
            const label = text(filingLabel(field ?? { name, zh: name }));
            return (
              <Form.Item key={name} label={label} htmlFor={`filing-${name}`}>
                <FieldInput
                  id={`filing-${name}`}
                  label={label}
                  codes={field?.codes}
                  value={inputs[name] ?? ''}
                  placeholder={name.endsWith('Time') ? 'yyyyMMddHHmmss' : ''}
                  onChange={(value) => setInputs({ ...inputs, [name]: value })}
                />
              </Form.Item>
            );
          })}
          <Form.Item label=" ">
            <ExplainedButton
              type="primary"
              why={from ? null : t('needs.source')}
              loading={made.isPending}
              onClick={() =>
                from && made.mutate({ messageType: kind.message, from: { ...from, input: filled(inputs) } })
              }
            >
              {t('filings.draft')}
            </ExplainedButton>
          </Form.Item>
        </Form>
        <p className="quiet small">{t('filings.reversalsElsewhere')}</p>
      </Panel>
      {made.isError && <ProblemView error={made.error} />}
      {draft.data && draft.data.drafts.length > 1 && (
        <p className="quiet">{t('filings.several', { count: draft.data.drafts.length })}</p>
      )}
      {draft.data?.drafts.map((one, index) => (
        <DraftEditor key={`${draft.submittedAt}-${index}`} draft={one} />
      ))}
    </>
  );
}

const filled = (inputs: Record<string, string>) =>
  Object.fromEntries(Object.entries(inputs).filter(([, value]) => value.trim() !== ''));

/** What the draft is made from, undefined while that is not said yet. */
function sourceOf(kind: FilingKind, source: Source): DraftRequest['from'] | undefined {
  switch (kind.covers) {
    case 'bill':
      return source.billNo ? { billNo: source.billNo } : undefined;
    case 'month':
      return { month: source.month || monthBefore(), seller: source.seller || undefined };
    case 'list':
      return source.declaration ? { declarationIds: [source.declaration] } : undefined;
    case 'filing':
      return source.filing ? { filingId: source.filing } : undefined;
  }
}

interface SourceFieldsProps {
  kind: FilingKind;
  source: Source;
  set: (change: Source) => void;
}

function SourceFields({ kind, source, set }: SourceFieldsProps) {
  const { t } = useTexts();
  const me = useMe();
  switch (kind.covers) {
    case 'bill':
      return (
        <Form.Item label={t('return.billNo')} htmlFor="filing-bill">
          <Input
            id="filing-bill"
            value={source.billNo ?? ''}
            onChange={(event) => set({ billNo: event.target.value.trim() })}
            style={{ width: 240 }}
          />
        </Form.Item>
      );
    case 'month':
      return (
        <>
          <Form.Item label={t('filings.month')} htmlFor="filing-month">
            <DatePicker
              id="filing-month"
              picker="month"
              allowClear={false}
              value={dayjs(source.month || monthBefore())}
              onChange={(month) => set({ month: month?.format(MONTH) ?? '' })}
            />
          </Form.Item>
          {choosesSeller(me) && (
            <Form.Item label={t('field.seller')} htmlFor="filing-seller">
              <SellerSelect
                id="filing-seller"
                by="code"
                allowAll
                value={source.seller || undefined}
                onChange={(seller) => set({ seller: seller ?? '' })}
                width={260}
              />
            </Form.Item>
          )}
        </>
      );
    case 'list':
      return (
        <Form.Item label={t('field.declaration')} htmlFor="filing-declaration">
          <DeclarationPick
            id="filing-declaration"
            value={source.declaration || undefined}
            onChange={(declaration) => set({ declaration: declaration ?? '' })}
          />
        </Form.Item>
      );
    case 'filing':
      return (
        <Form.Item label={t('filings.of')} htmlFor="filing-of">
          <FilingPick
            id="filing-of"
            messageType={kind.of ?? ''}
            value={source.filing || undefined}
            onChange={(filing) => set({ filing })}
          />
        </Form.Item>
      );
  }
}
