import { Input, Select } from 'antd';
import { codeName, codesOf } from './codes.js';
import { useTexts } from '../texts/index.js';

interface FieldInputProps {
  id?: string;
  label: string;
  /** Code table of the field; one the console has makes it a choice. */
  codes: string | undefined;
  value: string;
  onChange: (value: string) => void;
  status?: 'error' | undefined;
  placeholder?: string;
  disabled?: boolean;
}

/** One value: a choice by code and name where there is a table, a line of text otherwise. */
export function FieldInput({ id, label, codes, value, onChange, status, ...rest }: FieldInputProps) {
  const { text } = useTexts();
  const options = codes ? codesOf(codes) : [];
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
