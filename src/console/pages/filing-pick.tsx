import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import { useTexts } from '../texts/index.js';

interface FilingPickProps {
  id: string;
  messageType: string;
  value: string | undefined;
  onChange: (id: string) => void;
}

/** The filing another one is made from: the return behind a tally. */
export function FilingPick({ id, messageType, value, onChange }: FilingPickProps) {
  const { t, text } = useTexts();
  const filter = { messageType };
  const found = useQuery({
    queryKey: keys.filings(filter),
    queryFn: ({ signal }) => api.filings(filter, undefined, 100, signal),
  });
  return (
    <Select
      id={id}
      value={value}
      onChange={onChange}
      loading={found.isFetching}
      placeholder={t('filings.choose')}
      options={(found.data?.items ?? []).map((one) => ({
        value: one.id,
        label: `${text(one.title)} ${one.number}`,
      }))}
      popupMatchSelectWidth={false}
      style={{ width: 320 }}
    />
  );
}
