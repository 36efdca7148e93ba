import { DatePicker, Input, Select } from 'antd';
import dayjs from 'dayjs';
import { useTexts } from '../texts/index.js';

const DAY = 'YYYY-MM-DD';

interface RecordFilterProps {
  filter: { from?: string; to?: string; search?: string };
  set: (change: Record<string, string | undefined>) => void;
  /** Choices beside days and search: name in the address, its label, value and options. */
  choices: {
    name: string;
    label: string;
    value: string | undefined;
    options: { value: string; label: string }[];
  }[];
}

/** Days, a search and a few choices above a list of records; all of it in the address. */
export function RecordFilter({ filter, set, choices }: RecordFilterProps) {
  const { t } = useTexts();
  const { from, to, search } = filter;
  return (
    <div className="filter no-print" role="search">
      <Input.Search
        allowClear
        defaultValue={search}
        aria-label={t('records.search')}
        placeholder={t('records.search')}
        style={{ maxWidth: 260 }}
        onSearch={(value) => set({ search: value || undefined })}
      />
      <DatePicker.RangePicker
        aria-label={t('records.day')}
        allowEmpty={[true, true]}
        value={[from ? dayjs(from) : null, to ? dayjs(to) : null]}
        onChange={(days) => set({ from: days?.[0]?.format(DAY), to: days?.[1]?.format(DAY) })}
      />
      {choices.map(({ name, label, value, options }) => (
        <Select
          key={name}
          allowClear
          aria-label={label}
          placeholder={label}
          value={value}
          onChange={(chosen?: string) => set({ [name]: chosen })}
          options={options}
          style={{ minWidth: 150 }}
        />
      ))}
    </div>
  );
}
