import { useQuery } from '@tanstack/react-query';
import { Table, type TableColumnsType } from 'antd';
import type { Declaration } from '../api/types.js';
import { codeName, currencyText, fetchCodes } from '../parts/codes.js';
import { amountText, decimalText, timeText } from '../parts/format.js';
import { lineHeader, orderGroups, type OrderLine } from '../parts/order-fields.js';
import { Facts, Panel } from '../parts/page.js';
import { usePages } from '../parts/printing.js';
import { useTexts } from '../texts/index.js';

type Order = Declaration['order'];
const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/** The order as handed over, under the field names of the dictionary. */
export function OrderContent({ order }: { order: Order }) {
  const { t, text } = useTexts();
  useQuery({
    queryKey: ['codes', 'port'],
    queryFn: async () => {
      await fetchCodes('port');
      return true;
    },
    staleTime: Infinity,
  });
  return (
    <Panel title={t('declaration.order')}>
      {orderGroups(order).map((group) => (
        <section key={group.id} className="order-group">
          <h3>{text(group.title)}</h3>
          <Facts
            columns={3}
            items={group.items.map(({ path, label, value, codes }) => {
              const name = codeName(codes, value);
              return [
                <span key={path} title={path}>
                  {text(label)}
                </span>,
                name ? `${text(name)} (${value})` : ISO_INSTANT.test(value) ? timeText(value) : value,
              ];
            })}
          />
        </section>
      ))}
    </Panel>
  );
}

const quantity = (value: string | undefined, unit: string): string =>
  value ? `${decimalText(value)} ${unit}` : '';

/** The goods of the order, one line each. */
export function GoodsTable({ order }: { order: Order }) {
  const { t, text } = useTexts();
  const pages = usePages(order.lines.length, 20);
  const unitName = (code: string | undefined) => text(codeName('unit', code)) || (code ?? '');
  const columns: TableColumnsType<OrderLine> = [
    {
      title: '#',
      key: 'gnum',
      width: 40,
      className: 'num',
      render: (_, line, index) => line.gnum ?? index + 1,
    },
    {
      title: text(lineHeader('gcode')),
      key: 'gcode',
      width: 110,
      className: 'mono',
      render: (_, line) => line.gcode,
    },
    {
      title: text(lineHeader('gname')),
      key: 'gname',
      render: (_, line) => (
        <>
          <div>{line.gname ?? line.itemName}</div>
          <div className="quiet small">{line.gmodel}</div>
        </>
      ),
    },
    {
      title: text(lineHeader('qty')),
      key: 'qty',
      width: 130,
      align: 'right',
      className: 'num',
      render: (_, line) => (
        <>
          <div>{quantity(line.qty, unitName(line.unit))}</div>
          {[quantity(line.qty1, unitName(line.unit1)), quantity(line.qty2, unitName(line.unit2))]
            .filter((one) => one !== '')
            .map((one, i) => (
              <div key={i} className="quiet small">
                {one}
              </div>
            ))}
        </>
      ),
    },
    {
      title: text(lineHeader('price')),
      key: 'price',
      width: 90,
      align: 'right',
      className: 'num',
      render: (_, line) => line.price && amountText(line.price),
    },
    {
      title: text(lineHeader('totalPrice')),
      key: 'total',
      width: 120,
      align: 'right',
      className: 'num',
      render: (_, line) => (
        <>
          {line.totalPrice && amountText(line.totalPrice)}{' '}
          <span className="quiet">{currencyText(line.currency ?? order.currency)}</span>
        </>
      ),
    },
    {
      title: text(lineHeader('country')),
      key: 'country',
      width: 90,
      ellipsis: true,
      render: (_, line) => text(codeName('country', line.country)) || line.country,
    },
  ];
  return (
    <Panel title={t('declaration.goods')} flush>
      <Table<OrderLine>
        size="small"
        rowKey={(line) => line.gnum ?? JSON.stringify(line)}
        columns={columns}
        dataSource={order.lines}
        pagination={pages}
        scroll={{ x: 720 }}
      />
    </Panel>
  );
}
