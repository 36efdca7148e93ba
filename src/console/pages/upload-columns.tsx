import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Input, Select, Table, Tag, type TableColumnsType } from 'antd';
import { api } from '../api/calls.js';
import type { ImportPreview } from '../api/types.js';
import { ExplainedButton } from '../parts/action-button.js';
import { allOrderFields } from '../parts/order-fields.js';
import { Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';

type Column = ImportPreview['columns'][number];
const NOT_READ = '-';
/** What becomes of a column whose field other columns or rows fill too. */
type Way = 'single' | 'join' | 'sum';
const dateOrders = ['ymd', 'mdy', 'dmy'] as const;
type DateOrder = (typeof dateOrders)[number];
const isAsked = (column: Column) => column.confidence === 'unsure' || column.confidence === 'unknown';

interface UploadColumnsProps {
  fileName: string;
  preview: ImportPreview;
  seller: string | undefined;
  onImport: (profile: string | undefined) => void;
  onCancel: () => void;
}

/** Asks once what the columns are that nobody recognised, and keeps the answers as a profile. */
export function UploadColumns({ fileName, preview, seller, onImport, onCancel }: UploadColumnsProps) {
  const { t, text } = useTexts();
  const [answers, setAnswers] = useState<Record<number, string | undefined>>(() =>
    Object.fromEntries(
      preview.columns.map((column) => [column.position, column.field?.field ?? column.candidates[0]?.field]),
    ),
  );
  const [ways, setWays] = useState<Record<number, Way>>({});
  const [dateOrder, setDateOrder] = useState<DateOrder>('ymd');
  const [name, setName] = useState(fileName.replace(/\.\w+$/, '').slice(0, 60));
  const [named, setNamed] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      api.saveProfile({
        name: name.trim(),
        seller,
        columns: preview.columns
          .filter((column) => column.header !== '' && column.confidence !== 'blank')
          .map((column) => {
            const answer = answers[column.position];
            const field = answer === undefined || answer === NOT_READ ? null : answer;
            const way = field === null ? undefined : ways[column.position];
            return {
              header: column.header,
              field,
              ...(way === 'join' && { join: ' ' }),
              ...(way === 'sum' && { sum: true }),
            };
          }),
        dateOrder,
      }),
    onSuccess: (profile) => onImport(profile.name),
  });

  /** What may be done with a column beside reading it alone: texts are joined, amounts of an order's rows added up. */
  const waysOf = (column: Column): Way[] => {
    const field = allOrderFields.find(({ path }) => path === answers[column.position]);
    if (field?.format === 'text') return ['single', 'join'];
    if (field?.format === 'decimal' && !field.path.startsWith('lines')) return ['single', 'sum'];
    return [];
  };
  const optionsOf = (column: Column) => {
    const near = new Set(column.candidates.map((candidate) => candidate.field));
    const ordered = [
      ...allOrderFields.filter((field) => near.has(field.path)),
      ...allOrderFields.filter((field) => !near.has(field.path)),
    ];
    return [
      { value: NOT_READ, label: t('columns.notRead'), search: t('columns.notRead') },
      ...ordered.map(({ path, header }) => ({
        value: path,
        label: text(header),
        search: `${header.zh} ${header.en} ${path}`,
        title: path,
      })),
    ];
  };
  const columns: TableColumnsType<Column> = [
    { title: t('columns.column'), dataIndex: 'letters', width: 70 },
    {
      title: t('columns.header'),
      key: 'header',
      fixed: 'left',
      width: 160,
      render: (_, column) => (
        <>
          {column.header} {isAsked(column) && <Tag color="gold">{t('columns.asked')}</Tag>}
        </>
      ),
    },
    {
      title: t('columns.samples'),
      key: 'samples',
      ellipsis: true,
      render: (_, column) => column.samples.join(' · '),
    },
    {
      title: t('columns.field'),
      key: 'field',
      width: 300,
      render: (_, column) => (
        <Select
          aria-label={`${t('columns.field')} ${column.header}`}
          style={{ width: '100%' }}
          showSearch={{ optionFilterProp: 'search' }}
          placeholder={t('columns.choose')}
          value={answers[column.position] ?? (column.confidence === 'ignored' ? NOT_READ : undefined)}
          onChange={(value: string) => setAnswers((before) => ({ ...before, [column.position]: value }))}
          options={optionsOf(column)}
        />
      ),
    },
    {
      title: t('columns.how'),
      key: 'how',
      width: 190,
      render: (_, column) => {
        const possible = waysOf(column);
        if (possible.length === 0) return null;
        return (
          <Select<Way>
            aria-label={`${t('columns.how')} ${column.header}`}
            style={{ width: '100%' }}
            value={ways[column.position] ?? 'single'}
            onChange={(way) => setWays((before) => ({ ...before, [column.position]: way }))}
            options={possible.map((value) => ({ value, label: t(`columns.${value}`) }))}
          />
        );
      },
    },
  ];
  const shown = preview.columns.filter((column) => column.confidence !== 'blank');
  useUnsaved(named && !save.isPending && !save.isSuccess);
  return (
    <Panel title={`${t('columns.title')} · ${fileName}`}>
      <p>{t('columns.help')}</p>
      <Table<Column>
        size="small"
        rowKey="position"
        columns={columns}
        dataSource={[...shown.filter(isAsked), ...shown.filter((column) => !isAsked(column))]}
        pagination={false}
        scroll={{ x: 960, y: 420 }}
      />
      {preview.missing.length > 0 && (
        <Alert
          type="info"
          showIcon
          title={t('columns.missing', {
            fields: preview.missing.map((field) => text(field.name)).join('、'),
          })}
          description={t('columns.missingHelp')}
        />
      )}
      {save.isError && <ProblemView error={save.error} />}
      <div className="upload-seller">
        <label htmlFor="profile-dates">{t('columns.dateOrder')}</label>
        <Select<DateOrder>
          id="profile-dates"
          aria-label={t('columns.dateOrder')}
          style={{ width: 200 }}
          value={dateOrder}
          onChange={setDateOrder}
          options={dateOrders.map((value) => ({ value, label: t(`columns.${value}`) }))}
        />
        <label htmlFor="profile-name">{t('columns.profileName')}</label>
        <Input
          id="profile-name"
          value={name}
          onChange={(event) => {
            setNamed(true);
            setName(event.target.value);
          }}
          style={{ width: 200 }}
        />
        <ExplainedButton
          type="primary"
          why={name.trim() === '' ? t('needs.name') : null}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          {t('columns.save')}
        </ExplainedButton>
        <Button onClick={() => onImport(undefined)}>{t('columns.skip')}</Button>
        <Button type="text" onClick={onCancel}>
          {t('action.cancel')}
        </Button>
      </div>
    </Panel>
  );
}
