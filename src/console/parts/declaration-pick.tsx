import { useState } from 'react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { DeclarationFilter } from '../api/types.js';
import { useTexts } from '../texts/index.js';

interface DeclarationPickProps {
  id?: string;
  value: string | undefined;
  onChange: (id: string | undefined) => void;
  filter?: DeclarationFilter;
}

/** Finds a declaration by the start of one of its numbers; the newest are offered before anything is typed. */
export function DeclarationPick({ id, value, onChange, filter = {} }: DeclarationPickProps) {
  const { t } = useTexts();
  const [typed, setTyped] = useState('');
  const sought: DeclarationFilter = { ...filter, q: typed.trim() || undefined };
  const found = useQuery({
    queryKey: keys.declarations(sought),
    queryFn: ({ signal }) => api.declarations(sought, undefined, 20, signal),
    placeholderData: keepPreviousData,
  });
  const known = useQuery({
    queryKey: keys.declaration(value ?? ''),
    queryFn: ({ signal }) => api.declaration(value ?? '', signal),
    enabled: value !== undefined,
  });
  const items = found.data?.items ?? [];
  const options = items.map((one) => ({
    value: one.id,
    label: `${one.orderNo} · ${one.regime}${one.invtNo ? ` · ${one.invtNo}` : ''}`,
  }));
  if (value && known.data && !items.some((one) => one.id === value))
    options.unshift({ value, label: `${known.data.orderNo} · ${known.data.regime}` });
  return (
    <Select
      id={id}
      aria-label={t('pick.label')}
      placeholder={t('filter.search')}
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={found.isFetching}
      value={value}
      onChange={(next: string | undefined) => onChange(next)}
      options={options}
      popupMatchSelectWidth={false}
      style={{ width: 420, maxWidth: '100%' }}
    />
  );
}
