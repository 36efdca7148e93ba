import { useQuery } from '@tanstack/react-query';
import { Table } from 'antd';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import { Panel } from '../parts/page.js';
import { useTexts } from '../texts/index.js';

const TYPES = ['text', 'integer', 'decimal'] as const;

/** What every field of the exchange files means, so that another platform can read them. */
export function FieldDictionary() {
  const { t, text, language } = useTexts();
  const rule = useQuery({
    queryKey: keys.figureRule,
    queryFn: ({ signal }) => api.figureRule(signal),
    staleTime: Infinity,
  });
  if (!rule.data) return null;
  const { exchange } = rule.data;
  return (
    <Panel
      title={t('dictionary.title')}
      extra={
        <span className="quiet small">
          {t('dictionary.version', { format: exchange.format, version: exchange.version })}
          {!exchange.seen && ` · ${t('dictionary.unseen')}`}
        </span>
      }
      flush
    >
      <Table
        size="small"
        rowKey="name"
        dataSource={exchange.fields}
        pagination={false}
        tableLayout="auto"
        scroll={{ x: 640 }}
        columns={[
          {
            title: t('dictionary.field'),
            render: (_, { name }) => <span className="mono">{name}</span>,
          },
          { title: t('dictionary.meaning'), render: (_, field) => field[language] },
          {
            title: t('dictionary.type'),
            render: (_, { type }) => t(`dictionary.type.${TYPES.find((one) => one === type) ?? 'text'}`),
          },
          {
            title: t('dictionary.codes'),
            className: 'wide-text',
            render: (_, { unit, codes }) => text(unit ?? codes),
          },
        ]}
      />
    </Panel>
  );
}
