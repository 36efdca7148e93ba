import { Input } from 'antd';
import type { CertificateField, CertificateForm, Fault } from '../api/types.js';
import { useTexts, type Texts } from '../texts/index.js';
import { FieldInput } from './field-input.js';
import { Panel } from './page.js';

interface CertificateFormViewProps {
  form: CertificateForm;
  faults?: readonly Fault[];
  /** What a person typed since the form was read, by path. */
  typed?: Readonly<Record<string, string>>;
  /** Left out, the form is only shown. */
  onType?: (path: string, value: string) => void;
}

/** Fields that hold sentences. */
const LONG = 300;

/** An application as its paper has it: shown, or filled in with what is wrong beside each field. */
export function CertificateFormView({ form, faults = [], typed = {}, onType }: CertificateFormViewProps) {
  const texts = useTexts();
  const { t, text } = texts;
  const field = (one: CertificateField, key: string) => {
    const path = one.edit?.path ?? one.paths[0] ?? key;
    const own = faults.filter((fault) => one.paths.includes(fault.path) || fault.path === path);
    const value = typed[path] ?? one.value;
    const label = text(one.label);
    if (!onType && value === '') return null;
    return (
      <div key={key} className="certificate-field">
        <label htmlFor={path} title={one.name}>
          {label}
          {one.need !== null && onType && <span className="required-mark"> *</span>}
        </label>
        {onType && one.edit ? (
          one.edit.max !== null && one.edit.max >= LONG ? (
            <Input.TextArea
              id={path}
              aria-label={label}
              autoSize={{ minRows: 1, maxRows: 6 }}
              maxLength={one.edit.max}
              value={value}
              status={statusOf(own)}
              onChange={(event) => onType(path, event.target.value)}
            />
          ) : (
            <FieldInput
              id={path}
              label={label}
              codes={one.edit.codes ?? undefined}
              value={value}
              status={statusOf(own)}
              onChange={(next) => onType(path, next)}
            />
          )
        ) : (
          <div className="certificate-value">{shown(one, value, texts)}</div>
        )}
        {own.map((fault, i) => (
          <div key={i} className={fault.severity === 'notice' ? 'field-notice' : 'field-fault'} role="note">
            {text(fault.message)} {text(fault.fix)}
          </div>
        ))}
      </div>
    );
  };
  return (
    <>
      {form.sections.map((section) => {
        const entries = section.list?.entries ?? [];
        if (section.list && entries.length === 0) return null;
        const cells = section.cells.flatMap((cell, i) =>
          cell.fields.map((one) => field(one, `${section.id}-${i}-${one.name}`)),
        );
        if (!onType && !section.list && cells.every((cell) => cell === null)) return null;
        return (
          <Panel key={section.id} title={text(section.title)}>
            {section.list ? (
              entries.map((entry, n) => (
                <fieldset key={n} className="certificate-line">
                  <legend>{t('certificates.line', { n: n + 1 })}</legend>
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
          </Panel>
        );
      })}
    </>
  );
}

const statusOf = (faults: readonly Fault[]): 'error' | undefined =>
  faults.some((fault) => fault.severity !== 'notice') ? 'error' : undefined;

const shown = (one: CertificateField, value: string, { text }: Texts): string =>
  one.text && value === one.value ? `${text(one.text)} (${value})` : value || '—';
