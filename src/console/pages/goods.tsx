import { useState } from 'react';
import { PlusOutlined } from '@ant-design/icons';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button, Input, type TableColumnsType } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { withQuery } from '../api/client.js';
import { keys, useRefresh } from '../api/queries.js';
import { choosesSeller, useMe } from '../api/session.js';
import type { GoodsItem } from '../api/types.js';
import { uploadGoods } from '../api/upload.js';
import { codeName } from '../parts/codes.js';
import { useCursors } from '../parts/cursors.js';
import { FaultList } from '../parts/faults.js';
import { FileButton } from '../parts/file-button.js';
import { timeText } from '../parts/format.js';
import { MadeFileButton } from '../parts/made-file.js';
import { PageHead, Panel } from '../parts/page.js';
import { PagedList } from '../parts/paged-list.js';
import { ProblemView } from '../parts/problem.js';
import { SellerSelect } from '../parts/seller-select.js';
import { useTexts } from '../texts/index.js';
import { GoodsDrawer, type EditedGoods } from './goods-item.js';

/** The goods master of a seller: found, changed in place, imported, exported, with the history of every item. */
export default function GoodsPage() {
  const { t, text } = useTexts();
  const me = useMe();
  const refresh = useRefresh();
  const [seller, setSeller] = useState<string | undefined>(me.sellers[0]?.tenantId);
  const [search, setSearch] = useState('');
  const [edited, setEdited] = useState<EditedGoods>(null);
  const cursors = useCursors();
  const query = useQuery({
    queryKey: keys.goods(seller, search, cursors.cursor),
    queryFn: ({ signal }) =>
      api.goods({ seller, search: search || undefined, cursor: cursors.cursor }, signal),
    placeholderData: keepPreviousData,
  });
  const send = useMutation({
    mutationFn: (file: File) => uploadGoods(file, seller),
    onSuccess: () => void refresh('goods'),
  });
  const columns: TableColumnsType<GoodsItem> = [
    { title: t('goods.sku'), dataIndex: 'sku', width: 180, className: 'mono' },
    { title: t('goods.gcode'), key: 'gcode', width: 140, render: (_, item) => item.values.gcode },
    { title: t('goods.gname'), key: 'gname', ellipsis: true, render: (_, item) => item.values.gname },
    {
      title: t('goods.unit'),
      key: 'unit',
      width: 110,
      render: (_, item) => text(codeName('unit', item.values.unit ?? '')) || item.values.unit,
    },
    {
      title: t('goods.netWeight'),
      key: 'netWeight',
      width: 110,
      align: 'right',
      className: 'num',
      render: (_, item) => item.values.netWeight,
    },
    {
      title: t('goods.changed'),
      key: 'changed',
      width: 240,
      render: (_, item) => `${timeText(item.changedAt)} · ${item.changedBy}`,
    },
    {
      title: '',
      key: 'edit',
      className: 'row-acts',
      width: 150,
      render: (_, item) => (
        <Button type="link" size="small" onClick={() => setEdited(item)}>
          {t('goods.change', { version: item.version })}
        </Button>
      ),
    },
  ];
  return (
    <>
      <PageHead
        title={t('goods.title')}
        sub={
          <>
            <Link to="/upload">{t('upload.title')}</Link> · {t('goods.sub')}
          </>
        }
        actions={
          <>
            {choosesSeller(me) && (
              <SellerSelect by="tenantId" value={seller} onChange={setSeller} width={260} />
            )}
            <MadeFileButton path={withQuery('/v1/goods-export', { seller })}>
              {t('goods.export')}
            </MadeFileButton>
            <Button icon={<PlusOutlined />} onClick={() => setEdited('new')}>
              {t('goods.add')}
            </Button>
            <FileButton
              primary
              label={t('goods.import')}
              accept=".xlsx,.csv"
              busy={send.isPending}
              onFile={(file) => send.mutate(file)}
            />
          </>
        }
      />
      {send.isError && <ProblemView error={send.error} />}
      {send.data && (
        <Alert
          type={send.data.faults.length > 0 ? 'warning' : 'success'}
          showIcon
          role="status"
          title={t('goods.result', {
            added: send.data.added,
            changed: send.data.changed,
            same: send.data.same,
          })}
          description={
            send.data.faults.length > 0 && (
              <>
                {t('goods.refusedRows', { count: send.data.faults.length })}
                <FaultList faults={send.data.faults} />
              </>
            )
          }
        />
      )}
      <Panel flush>
        <Input.Search
          allowClear
          aria-label={t('goods.search')}
          placeholder={t('goods.search')}
          onSearch={setSearch}
          style={{ maxWidth: 320, margin: 12 }}
        />
        <PagedList<GoodsItem>
          query={query}
          cursors={cursors}
          rowKey="sku"
          columns={columns}
          empty={t('goods.empty')}
          width={900}
        />
      </Panel>
      <GoodsDrawer edited={edited} seller={seller} onClose={() => setEdited(null)} />
    </>
  );
}
