import { Input, Select } from 'antd';
import type { Fault } from '../api/types.js';
import { codeName, codesOf } from './codes.js';
import { useTexts } from '../texts/index.js';

interface FieldInputProps {
  id?: string;
  label: string;
  /** Code table of the field; one the console has makes it a choice. */
  codes: string | undefined;
  value: string;
  onChange: (value: string) => void;
  /** What is wrong with it, said below. */
  faults?: readonly Fault[];
  /** Characters it may have; a field that holds sentences grows with them. */
  max?: number | null;
  placeholder?: string;
  disabled?: boolean;
}

/** Characters from which on a field holds sentences. */
const LONG = 300;

/** One value with its faults right below: a choice by code and name where there is a table, a text otherwise. */
export function FieldInput({ faults = [], ...rest }: FieldInputProps) {
  return (
    <>
      <Value {...rest} wrong={faults.some((fault) => fault.severity !== 'notice')} />
      <FieldFaults faults={faults} />
    </>
  );
}

/** Faults of one field, where the field itself is in sight. */
export function FieldFaults({ faults }: { faults: readonly Fault[] }) {
  const { text } = useTexts();
  return faults.map((fault, index) => (
    <span
      key={`${fault.code}-${index}`}
      className={fault.severity === 'notice' ? 'field-notice' : 'field-fault'}
      role="note"
    >
      <b className="mono">{fault.code}</b> {text(fault.message)} {text(fault.fix)}
    </span>
  ));
}

interface ValueProps extends Omit<FieldInputProps, 'faults'> {
  wrong: boolean;
}

function Value({ id, label, codes, value, onChange, wrong, max = null, ...rest }: ValueProps) {
  const { text } = useTexts();
  const options = codes ? codesOf(codes) : [];
  const status = wrong ? 'error' : undefined;
  if (max !== null && max >= LONG)
    return (
      <Input.TextArea
        {...rest}
        id={id}
        aria-label={label}
        autoSize={{ minRows: 1, maxRows: 6 }}
        maxLength={max}
        status={status}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  if (options.length === 0)
    return (
      <Input
        {...rest}
        id={id}
        aria-label={label}
        status={status}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  const unknown = value !== '' && !codeName(codes, value);
  return (
    <Select
      {...rest}
      id={id}
      aria-label={label}
      status={status}
      value={value === '' ? undefined : value}
      onChange={(chosen: string | undefined) => onChange(chosen ?? '')}
      allowClear
      showSearch={{ optionFilterProp: 'search' }}
      popupMatchSelectWidth={240}
      options={[
        ...(unknown ? [{ value, label: value, search: value }] : []),
        ...options.map(({ code, text: name }) => ({
          value: code,
          label: `${code} ${text(name)}`,
          search: `${code} ${name.zh} ${name.en}`,
        })),
      ]}
    />
  );
}
