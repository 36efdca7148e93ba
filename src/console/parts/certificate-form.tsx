import { memo, useState } from 'react';
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { Fault, GoodsForm, GoodsFormField } from '../api/types.js';
import { useTexts, type Texts } from '../texts/index.js';
import { FieldFaults, FieldInput } from './field-input.js';
import { entriesShown, faultsOf, noEdits } from './goods-form-fields.js';
import { Panel } from './page.js';

interface CertificateFormViewProps {
  form: GoodsForm;
  faults?: readonly Fault[];
  /** What a person typed since the form was read, by path. */
  typed?: Readonly<Record<string, string>>;
  /** Left out, the form is only shown. */
  onType?: (path: string, value: string) => void;
  /** Takes an entry of a list out, by its path. */
  onRemove?: (path: string) => void;
}

/** An application as its paper has it: shown, or filled in with what is wrong beside each field. */
export function CertificateFormView({
  form,
  faults = [],
  typed = {},
  onType,
  onRemove,
}: CertificateFormViewProps) {
  const { t, text } = useTexts();
  // How many entries a person wants a list to have, by its path: an empty one is theirs alone until it says something.
  const [wanted, setWanted] = useState<Readonly<Record<string, number>>>({});
  const field = (one: GoodsFormField, key: string) => {
    const path = one.edit?.path ?? one.paths[0] ?? key;
    const value = typed[path] ?? one.value;
    if (!onType && value === '') return null;
    return (
      <FormField
        key={key}
        one={one}
        path={path}
        value={value}
        faults={faultsOf(one, faults)}
        {...(onType ? { onType } : {})}
      />
    );
  };
  return (
    <>
      {form.sections.map((section) => {
        const { list } = section;
        const add = onType ? (list?.add ?? null) : null;
        const empty = add ? Math.max(0, (wanted[add.path] ?? 0) - add.next) : 0;
        const entries = list
          ? entriesShown(list, add ? { ...noEdits, added: { [add.path]: empty } } : noEdits)
          : [];
        if (list && entries.length === 0 && !add) return null;
        const cells = section.cells.flatMap((cell, i) =>
          cell.fields.map((one) => field(one, `${section.id}-${i}-${one.name}`)),
        );
        if (!onType && !section.list && cells.every((cell) => cell === null)) return null;
        return (
          <Panel key={section.id} title={text(section.title)}>
            {list ? (
              entries.map((entry, n) => (
                <fieldset key={n} className="certificate-line">
                  <legend>
                    {t('certificates.line', { n: n + 1 })}
                    {add && entry.remove !== null && (
                      <Button
                        type="text"
                        size="small"
                        icon={<DeleteOutlined />}
                        aria-label={`${text(section.title)} · ${t('goodsForm.remove', { n: n + 1 })}`}
                        onClick={() => {
                          setWanted((now) => ({ ...now, [add.path]: entries.length - 1 }));
                          onRemove?.(entry.remove ?? '');
                        }}
                      />
                    )}
                  </legend>
                  <div className="certificate-grid">
                    {[...entry.cells.flatMap((cell) => cell.fields), ...entry.more].map((one) =>
                      field(one, `${section.id}-${n}-${one.name}`),
                    )}
                  </div>
                </fieldset>
              ))
            ) : (
              <div className="certificate-grid">{cells}</div>
            )}
            {add && (
              <Button
                type="dashed"
                size="small"
                icon={<PlusOutlined />}
                onClick={() => setWanted((now) => ({ ...now, [add.path]: entries.length + 1 }))}
              >
                {t('goodsForm.add')} · {text(section.title)}
              </Button>
            )}
          </Panel>
        );
      })}
    </>
  );
}

interface FormFieldProps {
  one: GoodsFormField;
  path: string;
  value: string;
  faults: readonly Fault[];
  onType?: (path: string, value: string) => void;
}

/** The same as before it was asked for anew: every answer brings new objects, of which most say what the old ones said. */
const isSame = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** One field with its label. A certificate of many goods has some thousand of them: a key shows only its own anew. */
const FormField = memo(
  function FormField({ one, path, value, faults, onType }: FormFieldProps) {
    const texts = useTexts();
    const label = texts.text(one.label);
    return (
      <div className="certificate-field">
        <label htmlFor={path} title={one.name}>
          {label}
          {one.need !== null && onType && <span className="required-mark"> *</span>}
        </label>
        {onType && one.edit ? (
          <>
            <FieldInput
              id={path}
              label={label}
              codes={one.edit.codes ?? undefined}
              value={value}
              faults={faults}
              max={one.edit.max}
              onChange={(next) => onType(path, next)}
            />
            {one.text && one.edit.codes === null && value === one.value && (
              <span className="field-was">{texts.text(one.text)}</span>
            )}
          </>
        ) : (
          <>
            <div className="certificate-value">{shown(one, value, texts)}</div>
            <FieldFaults faults={faults} />
          </>
        )}
      </div>
    );
  },
  (a, b) =>
    a.path === b.path &&
    a.value === b.value &&
    a.onType === b.onType &&
    isSame(a.one, b.one) &&
    isSame(a.faults, b.faults),
);

const shown = (one: GoodsFormField, value: string, { text }: Texts): string =>
  one.text && value === one.value ? `${text(one.text)} (${value})` : value || '—';
