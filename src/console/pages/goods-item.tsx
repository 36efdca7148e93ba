import { useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { App, Button, Drawer, Input, Skeleton } from 'antd';
import { api } from '../api/calls.js';
import { keys, useRefresh } from '../api/queries.js';
import type { GoodsItem } from '../api/types.js';
import { FieldInput } from '../parts/field-input.js';
import { timeText } from '../parts/format.js';
import { ProblemView } from '../parts/problem.js';
import { useTexts } from '../texts/index.js';

/** The item that is being changed; `new` for one that does not exist yet. */
export type EditedGoods = GoodsItem | 'new' | null;

/** One item of the goods master as a form, with every version it had: what is kept makes a new one. */
export function GoodsDrawer({
  edited,
  seller,
  onClose,
}: {
  edited: EditedGoods;
  seller: string | undefined;
  onClose: () => void;
}) {
  const { t } = useTexts();
  const sku = edited === null || edited === 'new' ? undefined : edited.sku;
  return (
    <Drawer
      open={edited !== null}
      onClose={onClose}
      title={sku === undefined ? t('goods.add') : t('goods.edit', { sku })}
      size={560}
      destroyOnHidden
    >
      {edited !== null && (
        <>
          <GoodsForm item={edited === 'new' ? undefined : edited} seller={seller} onSaved={onClose} />
          {sku !== undefined && <GoodsHistory sku={sku} seller={seller} />}
        </>
      )}
    </Drawer>
  );
}

function GoodsForm({
  item,
  seller,
  onSaved,
}: {
  item: GoodsItem | undefined;
  seller: string | undefined;
  onSaved: () => void;
}) {
  const { t, text } = useTexts();
  const { message } = App.useApp();
  const refresh = useRefresh();
  const [sku, setSku] = useState(item?.sku ?? '');
  const [values, setValues] = useState<Record<string, string>>(item?.values ?? {});
  const fields = useQuery({
    queryKey: keys.goodsFields,
    queryFn: ({ signal }) => api.goodsFields(signal),
  });
  const save = useMutation({
    mutationFn: () => {
      const filled = Object.entries(values).filter(([, value]) => value.trim() !== '');
      const goods = { sku: sku.trim(), values: Object.fromEntries(filled), elements: item?.elements ?? {} };
      return api.saveGoods({ seller, items: [goods] });
    },
    onSuccess: async () => {
      await refresh('goods');
      void message.success(t('goods.saved', { sku: sku.trim() }));
      onSaved();
    },
  });
  if (fields.isError) return <ProblemView error={fields.error} onRetry={() => void fields.refetch()} />;
  if (!fields.data) return <Skeleton active />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <div className="defaults-grid">
        {fields.data.fields.map(({ key, name, codes, example }) => (
          <div key={key}>
            <label htmlFor={`goods-${key}`}>{text(name)}</label>
            {key === 'sku' ? (
              <Input
                id="goods-sku"
                value={sku}
                disabled={item !== undefined}
                placeholder={example}
                onChange={(event) => setSku(event.target.value)}
              />
            ) : (
              <FieldInput
                id={`goods-${key}`}
                label={text(name)}
                codes={codes ?? undefined}
                placeholder={example}
                value={values[key] ?? ''}
                onChange={(value) => setValues((before) => ({ ...before, [key]: value }))}
              />
            )}
          </div>
        ))}
      </div>
      {save.isError && <ProblemView error={save.error} />}
      <Button type="primary" htmlType="submit" disabled={sku.trim() === ''} loading={save.isPending}>
        {t('action.save')}
      </Button>
    </form>
  );
}

function GoodsHistory({ sku, seller }: { sku: string; seller: string | undefined }) {
  const { t } = useTexts();
  const query = useQuery({
    queryKey: keys.goodsHistory(seller, sku),
    queryFn: ({ signal }) => api.goodsHistory(sku, seller, signal),
  });
  if (query.isError) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      <h3>{t('goods.historyOf', { sku })}</h3>
      <ul className="faults">
        {(query.data?.items ?? []).map((version) => (
          <li key={version.version}>
            <b>{version.version}</b> · {timeText(version.changedAt)} · {version.changedBy}
            {version.removed && ` · ${t('goods.removed')}`}
            <div className="quiet">
              {Object.values({ ...version.values, ...version.elements }).join(' · ')}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
