import { useState } from 'react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import { mayDecideTray, useMe } from '../api/session.js';
import type { TrayItem } from '../api/types.js';
import { useBytes } from '../parts/bytes.js';
import { useCursors } from '../parts/cursors.js';
import { timeText } from '../parts/format.js';
import { NoteModal } from '../parts/note-modal.js';
import { PagedList } from '../parts/paged-list.js';
import { PageHead, Panel } from '../parts/page.js';
import { useTexts } from '../texts/index.js';
import { useTrayActions } from './tray-actions.js';
import { trayColumns } from './tray-columns.js';

const LIMIT = 50;

/** Receipts that could not be read or belong to nothing known here: nothing is thrown away, a person decides. */
export default function TrayPage() {
  const texts = useTexts();
  const { t, text } = texts;
  const me = useMe();
  const polling = usePolling();
  const cursors = useCursors();
  const [open, setOpen] = useState(true);
  const bytes = useBytes();
  const [asking, setAsking] = useState<{ kind: 'assign' | 'dismiss'; item: TrayItem } | null>(null);
  const actions = useTrayActions(() => setAsking(null));
  const query = useQuery({
    queryKey: keys.tray(open, cursors.cursor),
    queryFn: ({ signal }) => api.tray(open, cursors.cursor, LIMIT, signal),
    placeholderData: keepPreviousData,
    refetchInterval: polling,
  });
  const show = (item: TrayItem) =>
    bytes.show({
      path: item.bytes,
      title: item.messageType ?? text({ zh: '回执原文', en: 'Receipt as received' }),
      sha256: item.sha256,
      fileName: `receipt-${timeText(item.receivedAt).replace(/\D/g, '')}-${item.sha256.slice(0, 8)}.xml`,
    });

  return (
    <>
      <PageHead
        title={t('tray.title')}
        sub={t('tray.sub')}
        actions={
          <Segmented
            value={open ? 'open' : 'all'}
            onChange={(value) => {
              setOpen(value === 'open');
              cursors.reset();
            }}
            options={[
              { value: 'open', label: t('tray.open') },
              { value: 'all', label: t('tray.all') },
            ]}
          />
        }
      />
      <Panel flush>
        <PagedList<TrayItem>
          query={query}
          cursors={cursors}
          rowKey="id"
          columns={trayColumns(texts, {
            mayDecide: mayDecideTray(me.role),
            show,
            ask: (kind, item) => setAsking({ kind, item }),
            reopen: (item) => actions.reopen.mutate(item.id),
          })}
          empty={t(open ? 'tray.none' : 'tray.noneEver')}
          width={1100}
        />
      </Panel>
      <NoteModal
        open={asking !== null}
        title={t(asking?.kind === 'assign' ? 'tray.assign' : 'tray.dismiss')}
        help={t(asking?.kind === 'assign' ? 'tray.assignHelp' : 'tray.dismissHelp')}
        confirm={t(asking?.kind === 'assign' ? 'tray.assign' : 'tray.dismiss')}
        asksDocument={asking?.kind === 'assign'}
        busy={actions.assign.isPending || actions.dismiss.isPending}
        onCancel={() => setAsking(null)}
        onSubmit={({ note, documentId }) => {
          if (!asking) return;
          const decision = { id: asking.item.id, note: note.trim() };
          if (asking.kind === 'assign')
            actions.assign.mutate({ ...decision, documentId: (documentId ?? '').trim() });
          else actions.dismiss.mutate(decision);
        }}
      />
      {bytes.dialog}
    </>
  );
}
