import { SearchOutlined } from '@ant-design/icons';
import { useState, type ReactNode } from 'react';
import { Button, DatePicker, Input, Select, Tag, type InputProps } from 'antd';
import dayjs from 'dayjs';
import type { DeclarationFilter, Delivery, Verdict } from '../api/types.js';
import { useMe } from '../api/session.js';
import { codeName, codesOf } from '../parts/codes.js';
import { SellerSelect } from '../parts/seller-select.js';
import { deliveryLooks, verdictLooks } from '../parts/states.js';
import { useTexts } from '../texts/index.js';

export const SEARCH_ID = 'declaration-search';
const DAY = 'YYYY-MM-DD';
type Change = (change: Partial<Record<keyof DeclarationFilter, string | undefined>>) => void;

interface DeclarationsFilterProps {
  /** What stands at the end of the row. */
  tools: ReactNode;
  filter: DeclarationFilter;
  onChange: Change;
  onClear: () => void;
}

/** Search, seller, regime, days of intake, code. What came by a link (month, country, import) shows as removable marks. */
export function DeclarationsFilter({ filter, tools, onChange, onClear }: DeclarationsFilterProps) {
  const { t } = useTexts();
  const me = useMe();
  const active = Object.keys(filter).length > 0;
  return (
    <div className="filter no-print" role="search">
      <TextFilter
        id={SEARCH_ID}
        prefix={<SearchOutlined aria-hidden="true" />}
        suffix={<kbd aria-hidden="true">/</kbd>}
        placeholder={t('filter.search')}
        aria-label={t('filter.search')}
        value={filter.q}
        onCommit={(q) => onChange({ q })}
        style={{ width: 300 }}
      />
      {me.sellers.length > 1 && (
        <SellerSelect
          by="code"
          allowAll
          value={filter.seller}
          onChange={(seller) => onChange({ seller })}
          width={220}
        />
      )}
      <Select
        aria-label={t('field.regime')}
        placeholder={t('field.regime')}
        allowClear
        value={filter.regime}
        onChange={(regime: string | undefined) => onChange({ regime })}
        options={codesOf('regime').map(({ code }) => ({ value: code, label: code }))}
        style={{ width: 110 }}
      />
      <DatePicker.RangePicker
        aria-label={t('filter.days')}
        placeholder={[t('filter.from'), t('filter.to')]}
        allowEmpty={[true, true]}
        value={[filter.from ? dayjs(filter.from) : null, filter.to ? dayjs(filter.to) : null]}
        onChange={(days) => onChange({ from: days?.[0]?.format(DAY), to: days?.[1]?.format(DAY) })}
        style={{ width: 240 }}
      />
      <TextFilter
        aria-label={t('filter.code')}
        placeholder={t('filter.code')}
        value={filter.code}
        onCommit={(code) => onChange({ code })}
        style={{ width: 170 }}
      />
      <Marks filter={filter} onChange={onChange} />
      {active && (
        <Button type="link" onClick={onClear}>
          {t('filter.clear')}
        </Button>
      )}
      {tools}
    </div>
  );
}

type TextFilterProps = Omit<InputProps, 'value' | 'onChange'> & {
  value: string | undefined;
  onCommit: (value: string | undefined) => void;
};

/** Takes effect with Enter; follows the address when that changes by other means (Back, clear). */
function TextFilter({ value, onCommit, ...input }: TextFilterProps) {
  const [typed, setTyped] = useState(value ?? '');
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    setTyped(value ?? '');
  }
  return (
    <Input
      {...input}
      allowClear
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onPressEnter={() => onCommit(typed.trim() || undefined)}
      onClear={() => onCommit(undefined)}
    />
  );
}

function Marks({ filter, onChange }: { filter: DeclarationFilter; onChange: Change }) {
  const { t, text } = useTexts();
  const marks: [keyof DeclarationFilter, string][] = [];
  if (filter.month) marks.push(['month', t('filter.month', { month: filter.month })]);
  if (filter.reversedMonth) {
    marks.push(['reversedMonth', t('filter.reversedMonth', { month: filter.reversedMonth })]);
  }
  if (filter.refused)
    marks.push(['refused', t('filter.refused', { message: filter.refused.replace('Message', '') })]);
  if (filter.country) {
    marks.push([
      'country',
      t('filter.country', { country: text(codeName('country', filter.country)) || filter.country }),
    ]);
  }
  if (filter.importId) marks.push(['importId', t('filter.import')]);
  // A stage and what needs a person are shown by their cards.
  if (filter.delivery) marks.push(['delivery', text(deliveryLooks[filter.delivery as Delivery]?.text)]);
  if (filter.verdict) marks.push(['verdict', text(verdictLooks[filter.verdict as Verdict]?.text)]);
  return marks.map(([name, label]) => (
    <Tag key={name} closable onClose={() => onChange({ [name]: undefined })} className="filter-mark">
      {label}
    </Tag>
  ));
}
