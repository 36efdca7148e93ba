import { useMemo, useState } from 'react';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Button, Collapse, Drawer, Input } from 'antd';
import { api } from '../api/calls.js';
import { keys, useRefresh } from '../api/queries.js';
import type { Changes, Declaration, Fault } from '../api/types.js';
import { ExplainedButton } from '../parts/action-button.js';
import { FieldNames } from '../parts/coach.js';
import { timeText } from '../parts/format.js';
import { editableGroups, type EditableGroup } from '../parts/order-fields.js';
import { ProblemView } from '../parts/problem.js';
import { useSettled } from '../parts/settled.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';
import { FieldEditor } from './declaration-correct-field.js';
import { PreviewPane } from './declaration-correct-preview.js';

interface CorrectDrawerProps {
  one: Declaration;
  /** Revision of the order shown here; somebody else's later one is not overwritten. */
  revision: number;
  /** Also declares again what was refused, failed or deleted. */
  resubmit: boolean;
  onClose: () => void;
  onDone: () => void;
}

/** The order to correct at the left, what would go out at the right; only changed fields are sent. */
export function CorrectDrawer({ one, revision, resubmit, onClose, onDone }: CorrectDrawerProps) {
  const { t } = useTexts();
  const refresh = useRefresh();
  // The order as the drawer opened: a receipt that comes in meanwhile must not move the fields.
  const [order] = useState(one.order);
  const groups = useMemo(() => editableGroups(order).map(readable), [order]);
  const [edited, setEdited] = useState<Record<string, string>>({});
  const [search, setSearch] = useState('');
  const [reason, setReason] = useState('');
  const changes = useMemo(() => changesOf(groups, edited), [groups, edited]);
  const settled = useSettled(changes);
  const changed = Object.keys(changes).length > 0;
  const coached = one.documents.flatMap((d) => (d.current && d.coach ? d.coach.fields : []));

  const preview = useQuery({
    queryKey: keys.preview(one.id, settled, resubmit),
    queryFn: ({ signal }) => api.previewCorrection(one.id, settled, resubmit, signal),
    enabled: Object.keys(settled).length > 0 || resubmit,
    placeholderData: keepPreviousData,
  });
  const send = useMutation({
    mutationFn: () =>
      (resubmit ? api.resubmit : api.correct)(one.id, { changes, reason: reason.trim(), revision }),
    onSuccess: async () => {
      await refresh('declarations');
      onDone();
    },
  });
  const leaving = useUnsaved((changed || reason.trim() !== '') && !send.isSuccess);
  const close = () => leaving(onClose);
  const faults = preview.data?.faults ?? [];
  const current = settled === changes && !preview.isPlaceholderData;

  return (
    <Drawer
      open
      size={1160}
      title={t(resubmit ? 'actions.resubmit' : 'actions.correct')}
      onClose={close}
      footer={
        <div className="correct-foot">
          <Input
            aria-label={t('correct.reason')}
            placeholder={t('correct.reason')}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <Button onClick={close}>{t('action.cancel')}</Button>
          <ExplainedButton
            type="primary"
            loading={send.isPending}
            why={
              !changed && !resubmit
                ? t('needs.change')
                : !current || preview.data?.ok !== true
                  ? t('needs.checks')
                  : reason.trim() === ''
                    ? t('needs.reason')
                    : null
            }
            onClick={() => send.mutate()}
          >
            {t(resubmit ? 'correct.resubmit' : 'correct.send')}
          </ExplainedButton>
        </div>
      }
    >
      <div className="correct">
        <div className="correct-fields">
          <Input.Search
            allowClear
            placeholder={t('correct.search')}
            aria-label={t('correct.search')}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          {coached.length > 0 && (
            <p className="small">
              {t('correct.coached')} <FieldNames paths={[...new Set(coached)]} />
            </p>
          )}
          <Groups
            groups={groups}
            search={search}
            edited={edited}
            faults={faults}
            coached={coached}
            onEdit={(path, value) => setEdited((before) => ({ ...before, [path]: value }))}
          />
        </div>
        <div className="correct-preview">
          {send.isError && <ProblemView error={send.error} />}
          {preview.isError ? (
            <ProblemView error={preview.error} onRetry={() => void preview.refetch()} />
          ) : (
            <PreviewPane preview={preview.data} busy={!current || preview.isFetching} />
          )}
        </div>
      </div>
    </Drawer>
  );
}

interface GroupsProps {
  groups: EditableGroup[];
  search: string;
  edited: Record<string, string>;
  faults: Fault[];
  coached: string[];
  onEdit: (path: string, value: string) => void;
}

function Groups({ groups, search, edited, faults, coached, onEdit }: GroupsProps) {
  const { text } = useTexts();
  const sought = search.trim().toLowerCase();
  const found = groups
    .map((group) => ({
      ...group,
      fields: group.fields.filter(({ path, field }) =>
        `${path} ${field.header.zh} ${field.header.en}`.toLowerCase().includes(sought),
      ),
    }))
    .filter((group) => group.fields.length > 0);
  const asked = found.filter(({ fields }) => fields.some(({ path }) => coached.includes(path)));
  const faulty = found.filter(({ fields }) => fields.some(({ path }) => faults.some((f) => f.path === path)));
  const [opened, setOpened] = useState<string[]>(() =>
    (asked.length > 0 ? asked : found.filter(({ id }) => id === 'list')).map(({ id }) => id),
  );
  const open = sought !== '' ? found.map(({ id }) => id) : [...opened, ...faulty.map(({ id }) => id)];
  return (
    <Collapse
      size="small"
      activeKey={[...new Set(open)]}
      onChange={(next) => setOpened(next)}
      items={found.map((group) => ({
        key: group.id,
        label: text(group.title),
        children: (
          <div className="field-grid">
            {group.fields.map((item) => (
              <FieldEditor
                key={item.path}
                {...item}
                now={edited[item.path] ?? item.value}
                faults={faults.filter((fault) => fault.path === item.path)}
                asked={coached.includes(item.path)}
                onChange={(value) => onEdit(item.path, value)}
              />
            ))}
          </div>
        ),
      }))}
    />
  );
}

/** Instants are corrected as people write them, in Beijing time; intake reads them like any order file. */
const readable = (group: EditableGroup): EditableGroup => ({
  ...group,
  fields: group.fields.map((item) =>
    item.field.format === 'instant' && item.value !== '' ? { ...item, value: timeText(item.value) } : item,
  ),
});

function changesOf(groups: EditableGroup[], edited: Record<string, string>): Changes {
  const before = new Map(
    groups.flatMap(({ fields }) => fields.map(({ path, value }) => [path, value] as const)),
  );
  return Object.fromEntries(
    Object.entries(edited)
      .map(([path, value]) => [path, value.trim()] as const)
      .filter(([path, value]) => value !== before.get(path))
      .map(([path, value]) => [path, value === '' ? null : value]),
  );
}
