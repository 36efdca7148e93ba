import { DeleteOutlined } from '@ant-design/icons';
import { Button, Input, Table, type TableColumnsType } from 'antd';
import type { Fault, FilingData } from '../api/types.js';
import { FieldInput } from '../parts/field-input.js';
import { filingFields, filingLabel } from '../parts/filing-kinds.js';
import { useTexts } from '../texts/index.js';

interface FilingFormProps {
  messageType: string;
  data: FilingData;
  faults: Fault[];
  onChange: (data: FilingData) => void;
}
type Line = Extract<FilingData[string], unknown[]>[number];

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
/** Fault paths begin at the filing or at its data; the name of the field is the last step. */
const speaksOf = (fault: Fault, name: string) =>
  fault.path.split('.').at(-1) === name && !fault.path.includes('[');

/** The fields of a filing as a form and its lines as a table to edit; what the gateway makes itself is left out. */
export function FilingForm({ messageType, data, faults, onChange }: FilingFormProps) {
  const { t, text } = useTexts();
  const fields = filingFields(messageType);
  const lines: Line[] = Array.isArray(data['list']) ? data['list'] : [];
  const setLines = (list: Line[]) => onChange({ ...data, list });
  const columns: TableColumnsType<{ line: Line; index: number }> = [
    { title: '#', key: 'n', width: 50, className: 'num', render: (_, { index }) => index + 1 },
    ...fields.list
      .filter(({ made }) => !made)
      .map((field) => ({
        title: <span title={field.name}>{text(filingLabel(field))}</span>,
        key: field.name,
        render: (_: unknown, { line, index }: { line: Line; index: number }) => (
          <Input
            size="small"
            className="mono"
            aria-label={`${text(filingLabel(field))} ${index + 1}`}
            value={textOf(line[field.name])}
            onChange={(event) =>
              setLines(
                lines.map((one, at) => (at === index ? { ...one, [field.name]: event.target.value } : one)),
              )
            }
          />
        ),
      })),
    {
      title: '',
      key: 'remove',
      className: 'row-acts slim',
      width: 48,
      render: (_, { index }) => (
        <Button
          size="small"
          type="text"
          icon={<DeleteOutlined />}
          aria-label={t('filings.removeLine', { n: index + 1 })}
          onClick={() => setLines(lines.filter((_, at) => at !== index))}
        />
      ),
    },
  ];
  return (
    <>
      <div className="field-grid filing-head">
        {fields.head
          .filter(({ made }) => !made)
          .map((field) => {
            const own = faults.filter((fault) => speaksOf(fault, field.name));
            return (
              <label key={field.name} className="field">
                <span title={field.name}>
                  {text(filingLabel(field))}
                  {field.required && <i className="needed">*</i>}
                </span>
                <FieldInput
                  label={text(filingLabel(field))}
                  codes={field.codes}
                  value={textOf(data[field.name])}
                  faults={own}
                  onChange={(value) => onChange({ ...data, [field.name]: value === '' ? null : value })}
                />
              </label>
            );
          })}
      </div>
      {lines.length > 0 && (
        <>
          <h3>{t('filings.lines', { count: lines.length })}</h3>
          <Table
            size="small"
            rowKey={({ index }) => index}
            columns={columns}
            dataSource={lines.map((line, index) => ({ line, index }))}
            pagination={lines.length > 20 ? { pageSize: 20, size: 'small' } : false}
            scroll={{ x: 720 }}
          />
        </>
      )}
    </>
  );
}
