import { Checkbox, DatePicker, Select, Tag } from 'antd';
import dayjs from 'dayjs';
import { useMe } from '../api/session.js';
import { codeName, codesOf } from '../parts/codes.js';
import { timeText } from '../parts/format.js';
import { SellerSelect } from '../parts/seller-select.js';
import { useTexts } from '../texts/index.js';
import { DIMENSIONS, type TotalsPlace } from './totals-query.js';

const MONTH = 'YYYY-MM';
const MAX_LEVELS = 4;
/** Dimensions with a choice of their own in the bar; the others are chosen in the table and shown as marks. */
const IN_BAR: readonly string[] = ['enterprise', 'regime', 'country'];
const TABLES: Readonly<Record<string, string>> = { transport: 'trafMode', port: 'customs' };

interface TotalsFilterProps {
  place: TotalsPlace;
  dimensions: { nameOf: (dimension: string) => string; groups: string[] };
  go: (change: Partial<TotalsPlace>) => void;
}

/** What the figures are grouped by and narrowed to. */
export function TotalsFilter({ place, dimensions: { nameOf, groups }, go }: TotalsFilterProps) {
  const { t, text } = useTexts();
  const me = useMe();
  const choose = (dimension: string, code: string | undefined) => {
    const { [dimension]: _, ...rest } = place.chosen;
    go({ chosen: code === undefined ? rest : { ...rest, [dimension]: code } });
  };
  const marks = Object.entries(place.chosen).filter(
    ([dimension, code]) => !IN_BAR.includes(dimension) || code === '',
  );
  return (
    <div className="filter" role="search">
      <DatePicker.RangePicker
        picker="month"
        allowClear={false}
        aria-label={t('totals.months')}
        value={[dayjs(place.from), dayjs(place.to)]}
        onChange={(months) => go({ from: months?.[0]?.format(MONTH), to: months?.[1]?.format(MONTH) })}
        style={{ width: 210 }}
      />
      <Select
        aria-label={t('dimension.direction')}
        value={place.direction}
        onChange={(direction: string) => go({ direction })}
        options={(['E', 'I', 'all'] as const).map((value) => ({ value, label: t(`direction.${value}`) }))}
        style={{ width: 96 }}
      />
      <Select
        mode="multiple"
        aria-label={t('totals.by')}
        prefix={t('totals.by')}
        value={place.by}
        maxCount={MAX_LEVELS}
        onChange={(by: string[]) => by.length > 0 && go({ by })}
        options={[...DIMENSIONS, ...groups].map((value) => ({ value, label: nameOf(value) }))}
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={220}
        style={{ minWidth: 300, maxWidth: 520 }}
      />
      {me.sellers.length > 1 && (
        <SellerSelect
          by="code"
          allowAll
          value={place.chosen.enterprise || undefined}
          onChange={(seller) => choose('enterprise', seller)}
          width={240}
        />
      )}
      <Select
        aria-label={t('field.regime')}
        placeholder={t('field.regime')}
        allowClear
        value={place.chosen.regime || undefined}
        onChange={(regime: string | undefined) => choose('regime', regime)}
        options={codesOf('regime').map(({ code, text: name }) => ({
          value: code,
          label: code,
          title: text(name),
        }))}
        style={{ width: 120 }}
      />
      <Select
        aria-label={t('field.country')}
        placeholder={t('field.country')}
        allowClear
        value={place.chosen.country || undefined}
        onChange={(country: string | undefined) => choose('country', country)}
        showSearch={{ optionFilterProp: 'search' }}
        popupMatchSelectWidth={240}
        options={codesOf('country').map(({ code, text: name }) => ({
          value: code,
          label: text(name),
          search: `${code} ${name.zh} ${name.en}`,
        }))}
        style={{ width: 160 }}
      />
      <DatePicker
        showTime
        aria-label={t('totals.asOfPick')}
        placeholder={t('totals.asOfPick')}
        value={place.asOf ? dayjs(timeText(place.asOf)) : null}
        disabledDate={(day) => day.isAfter(dayjs(), 'day')}
        onChange={(moment) =>
          // The clock of the page is Beijing's, whatever zone the browser is in.
          go({ asOf: moment ? `${moment.format('YYYY-MM-DDTHH:mm:ss')}+08:00` : undefined })
        }
        style={{ width: 200 }}
      />
      <Checkbox
        checked={place.yearOnYear}
        onChange={({ target }) => go({ yearOnYear: target.checked })}
        className="filter-check"
      >
        {t('totals.growth')}
      </Checkbox>
      {marks.map(([dimension, code]) => (
        <Tag
          key={dimension}
          closable={{ 'aria-label': t('action.remove') }}
          className="filter-mark"
          onClose={() => choose(dimension, undefined)}
        >
          {nameOf(dimension)}：
          {code === '' ? t('totals.unknown') : text(codeName(TABLES[dimension], code)) || code}
        </Tag>
      ))}
    </div>
  );
}
