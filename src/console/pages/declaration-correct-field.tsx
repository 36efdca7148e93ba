import type { Fault } from '../api/types.js';
import { FieldInput } from '../parts/field-input.js';
import type { OrderField } from '../parts/order-fields.js';
import { useTexts } from '../texts/index.js';

interface FieldEditorProps {
  path: string;
  field: OrderField;
  /** As it stands in the order. */
  value: string;
  now: string;
  faults: Fault[];
  /** The coach spoke of it. */
  asked: boolean;
  onChange: (value: string) => void;
}

/** One field of the order with its faults; a changed one shows what it was. */
export function FieldEditor({ path, field, value, now, faults, asked, onChange }: FieldEditorProps) {
  const { t, text } = useTexts();
  const changed = now.trim() !== value;
  return (
    <label className={`field ${changed ? 'changed' : ''} ${asked ? 'asked' : ''}`} title={text(field.help)}>
      <span>
        {text(field.header)} <code>{path.replace(/^.*\./, '')}</code>
      </span>
      <FieldInput
        label={text(field.header)}
        codes={field.codes}
        value={now}
        faults={faults}
        onChange={onChange}
      />
      {changed && (
        <span className="field-was">{t('correct.was', { value: value || t('change.empty') })}</span>
      )}
    </label>
  );
}
