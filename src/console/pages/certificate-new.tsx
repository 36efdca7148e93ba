import { memo, useCallback, useState } from 'react';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Alert, App, Button, Checkbox, Empty, Input, Select, Skeleton, Table } from 'antd';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys, useRefresh } from '../api/queries.js';
import type { Certificate, CertificateDraft, CertificateRequest, Fault } from '../api/types.js';
import { CertificateFormView } from '../parts/certificate-form.js';
import { DeclarationPick } from '../parts/declaration-pick.js';
import { useMoveOn } from '../parts/move-on.js';
import { FaultList } from '../parts/faults.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView, useFailure } from '../parts/problem.js';
import { useSettled } from '../parts/settled.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';

type Sources = CertificateRequest['sources'];

/** A new application, one that stands in for an issued certificate, or one that is written anew. */
export default function CertificateNewPage() {
  const { id } = useParams();
  const [search] = useSearchParams();
  const of = id ?? search.get('replaces') ?? undefined;
  const before = useQuery({
    queryKey: keys.certificate(of ?? ''),
    queryFn: ({ signal }) => api.certificate(of ?? '', signal),
    enabled: of !== undefined,
    refetchOnWindowFocus: false,
  });
  if (of !== undefined && before.isPending)
    return <Skeleton active paragraph={{ rows: 12 }} className="page-skeleton" />;
  if (before.isError) return <ProblemView error={before.error} onRetry={() => void before.refetch()} />;
  const declaration = search.get('declaration');
  const sources = before.data ? sourcesOf(before.data) : declaration ? [{ declarationId: declaration }] : [];
  return (
    <Application
      key={of ?? declaration ?? ''}
      before={before.data}
      again={id !== undefined}
      successor={search.get('status') === '2' ? '2' : '1'}
      from={sources}
    />
  );
}

const sourcesOf = ({ covers }: Certificate): Sources =>
  [...new Set(covers.map((c) => c.declarationId))].map((declarationId) => ({
    declarationId,
    lines: covers.flatMap((c) => (c.declarationId === declarationId ? [{ gnum: c.gnum, qty: c.qty }] : [])),
  }));

interface ApplicationProps {
  before: Certificate | undefined;
  /** The same application is written anew; else it is a new one. */
  again: boolean;
  successor: '1' | '2';
  from: Sources;
}

function Application({ before, again, successor, from }: ApplicationProps) {
  const { t, text } = useTexts();
  const navigate = useNavigate();
  const moveOn = useMoveOn();
  const { message } = App.useApp();
  const refresh = useRefresh();
  const fail = useFailure();
  const [sources, setSources] = useState(from);
  const [type, setType] = useState(before?.type.code);
  const [typed, setTyped] = useState<Record<string, string>>(() => (before ? givenIn(before) : {}));
  const onType = useCallback(
    (path: string, value: string) => setTyped((now) => ({ ...now, [path]: value })),
    [],
  );
  const [reason, setReason] = useState('');
  const [promise, setPromise] = useState(false);
  const content = { sources, certificate: bagOf(typed), promise };
  const request: CertificateRequest = {
    ...content,
    ...(type ? { type } : {}),
    ...(before && !again
      ? { replaces: { id: before.id, status: successor, reason: reason.trim() || '—' } }
      : {}),
  };
  const asked = useSettled(JSON.stringify(request));
  const draft = useQuery({
    queryKey: keys.certificateDraft({ asked, again: again ? before?.id : undefined }),
    queryFn: () => {
      const one = JSON.parse(asked) as CertificateRequest;
      if (!before || !again) return api.draftCertificate(one);
      const { sources: from, certificate, promise: promised } = one;
      return api.draftCertificateAgain(before.id, { sources: from, certificate, promise: promised });
    },
    enabled: sources.length > 0,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  });
  const send = useMutation({
    mutationFn: async () => {
      if (!before || !again) return (await api.applyCertificate(request)).id;
      const action = before.actions.find((a) => a.action === 'resubmit')?.allowed ? 'resubmit' : 'change';
      return (await api.redoCertificate(before.id, action, content)).id;
    },
    onSuccess: async (id) => {
      void message.success(t('certificates.sent'));
      await refresh('declarations');
      await moveOn(`/certificates/${id}`);
    },
    onError: fail,
  });
  // A certificate is replaced for a reason, which stands on the new one.
  const unreasoned = before !== undefined && !again && reason.trim() === '';
  const leaving = useUnsaved(!send.isPending && !send.isSuccess && Object.keys(typed).length > 0);
  const faults = draft.data?.faults ?? [];
  const open = faults.filter((fault) => fault.severity !== 'notice');
  return (
    <>
      <PageHead
        title={before ? `${t('certificates.title')} ${before.certNo}` : t('certificates.new')}
        sub={<Link to="/certificates">{t('certificates.title')}</Link>}
        actions={
          <>
            <Button onClick={() => leaving(() => void navigate(-1))}>{t('action.cancel')}</Button>
            <Button
              type="primary"
              loading={send.isPending}
              disabled={sources.length === 0 || draft.isFetching || unreasoned}
              onClick={() => send.mutate()}
            >
              {t('certificates.send')}
            </Button>
          </>
        }
      />
      <Panel title={t('certificates.pick')}>
        <p className="quiet">{t('certificates.pickHelp')}</p>
        <div className="filter">
          <DeclarationPick
            value={undefined}
            onChange={(declarationId) => {
              if (declarationId && !sources.some((s) => s.declarationId === declarationId))
                setSources([...sources, { declarationId }]);
            }}
          />
          {draft.data && (
            <Select
              aria-label={t('certificates.type')}
              disabled={again}
              value={draft.data.type.code}
              onChange={setType}
              options={draft.data.types.map((one) => ({ value: one.code, label: text(one.text) }))}
              popupMatchSelectWidth={false}
              style={{ minWidth: 220 }}
            />
          )}
          {draft.data && (
            <span className="quiet">
              {text(draft.data.destination.text)}
              {draft.data.types.some((one) => one.code === draft.data.type.code && !one.seen) &&
                ` · ${t('certificates.seen')}`}
            </span>
          )}
        </div>
        {before && !again && (
          <Input
            aria-label={t('certificates.reason')}
            placeholder={t('certificates.reason')}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Panel>
      {draft.isError && <ProblemView error={draft.error} onRetry={() => void draft.refetch()} />}
      {sources.length > 0 && draft.isPending && (
        <Skeleton active paragraph={{ rows: 12 }} className="page-skeleton" />
      )}
      {sources.length === 0 ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('certificates.start')} />
      ) : (
        draft.data && (
          <>
            <Choices draft={draft.data} sources={sources} onChange={setSources} />
            <Panel>
              <Alert
                type={open.length === 0 ? 'success' : 'warning'}
                showIcon
                role="status"
                title={
                  open.length === 0
                    ? t('certificates.clean')
                    : t('certificates.faults', { count: open.length })
                }
              />
              <Loose faults={faults} />
              <Checkbox checked={promise} onChange={(event) => setPromise(event.target.checked)}>
                {t('certificates.promise')}
              </Checkbox>
            </Panel>
            <CertificateFormView
              form={draft.data.form}
              faults={faults}
              typed={typed}
              onType={onType}
              onRemove={(path) => setTyped((now) => withoutEntry(now, path))}
            />
          </>
        )
      )}
    </>
  );
}

/** Faults that stand at no field of the form. */
function Loose({ faults }: { faults: Fault[] }) {
  const loose = faults.filter(
    (fault) =>
      !/^certificate\.(CertificateHead|CertificateList|ModCertificate|(NonpartyCorpList|OriInvs)\[)/.test(
        fault.path,
      ),
  );
  return loose.length > 0 ? <FaultList faults={loose} /> : null;
}

interface ChoicesProps {
  draft: CertificateDraft;
  sources: Sources;
  onChange: (sources: Sources) => void;
}

/** The goods lines of the chosen declarations, each with how much of it this certificate covers. */
const Choices = memo(function Choices({ draft, sources, onChange }: ChoicesProps) {
  const { t } = useTexts();
  const qtyOf = (declarationId: string, gnum: string): string => {
    const source = sources.find((s) => s.declarationId === declarationId);
    const chosen = source?.lines ?? draft.chosen.filter((c) => c.declarationId === declarationId);
    return chosen.find((line) => line.gnum === gnum)?.qty ?? '';
  };
  const set = (declarationId: string, gnum: string, qty: string) =>
    onChange(
      sources.map((source) => {
        if (source.declarationId !== declarationId) return source;
        const lines = draft.choices
          .filter((c) => c.declarationId === declarationId)
          .map((c) => ({ gnum: c.gnum, qty: c.gnum === gnum ? qty.trim() : qtyOf(declarationId, c.gnum) }));
        return { declarationId, lines: lines.filter((line) => line.qty !== '') };
      }),
    );
  return (
    <Panel title={t('certificates.choices')} flush>
      <Table<CertificateDraft['choices'][number]>
        size="small"
        rowKey={(row) => `${row.declarationId} ${row.gnum}`}
        dataSource={draft.choices}
        pagination={false}
        scroll={{ x: 860 }}
        columns={[
          {
            title: t('field.orderNo'),
            key: 'order',
            render: (_, row) => <span className="mono">{row.orderNo}</span>,
          },
          { title: t('certificates.item'), key: 'name', render: (_, row) => `${row.gnum} ${row.name}` },
          {
            title: t('certificates.declared'),
            key: 'declared',
            align: 'right',
            render: (_, row) => row.declared,
          },
          {
            title: t('certificates.covered'),
            key: 'covered',
            align: 'right',
            render: (_, row) => row.covered,
          },
          { title: t('certificates.left'), key: 'left', align: 'right', render: (_, row) => row.left },
          {
            title: t('certificates.qty'),
            key: 'qty',
            width: 150,
            render: (_, row) => (
              <Input
                aria-label={`${t('certificates.qty')} ${row.orderNo} ${row.gnum}`}
                value={qtyOf(row.declarationId, row.gnum)}
                onChange={(event) => set(row.declarationId, row.gnum, event.target.value)}
              />
            ),
          },
        ]}
      />
    </Panel>
  );
});

/** What a person had given for an application, by path. */
function givenIn({ form }: Certificate): Record<string, string> {
  const fields = form.sections.flatMap((section) => [
    ...section.cells.flatMap((cell) => cell.fields),
    ...(section.list?.entries ?? []).flatMap((entry) => [
      ...entry.cells.flatMap((cell) => cell.fields),
      ...entry.more,
    ]),
  ]);
  return Object.fromEntries(
    fields.flatMap((field) =>
      field.origin === 'given' && field.edit && field.name !== 'CertNo'
        ? [[field.edit.path, field.value]]
        : [],
    ),
  );
}

/** What was typed without one entry of a list; those after it move up. */
function withoutEntry(typed: Record<string, string>, entry: string): Record<string, string> {
  const [, list = '', gone = ''] = /^(.*)\[(\d+)\]$/.exec(entry) ?? [];
  return Object.fromEntries(
    Object.entries(typed).flatMap(([path, value]) => {
      const at = path.startsWith(`${list}[`) ? Number.parseInt(path.slice(list.length + 1), 10) : NaN;
      if (at === Number(gone)) return [];
      const moved = at > Number(gone) ? `${list}[${at - 1}]${path.slice(path.indexOf(']') + 1)}` : path;
      return [[moved, value]];
    }),
  );
}

/** `{"certificate.CertificateList[0].GoodsDesc": "…"}` as the nested data the API takes. */
function bagOf(typed: Record<string, string>): Record<string, unknown> {
  const bag: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(typed)) {
    const [, node = '', index, name = ''] = /^certificate\.(\w+)(?:\[(\d+)\])?\.(\w+)$/.exec(path) ?? [];
    if (name === '') continue;
    if (index === undefined) bag[node] = { ...(bag[node] as object | undefined), [name]: value };
    else {
      const list = Array.isArray(bag[node]) ? [...(bag[node] as unknown[])] : [];
      while (list.length <= Number(index)) list.push({});
      list[Number(index)] = { ...(list[Number(index)] as object), [name]: value };
      bag[node] = list;
    }
  }
  return bag;
}
