import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Collapse } from 'antd';
import type { Fault, GoodsForm, GoodsFormField } from '../api/types.js';
import { FieldInput } from '../parts/field-input.js';
import {
  entriesShown,
  faultsOf,
  isLacking,
  nowOf,
  type FormEdits,
  type FormEntry,
  type FormList,
} from '../parts/goods-form-fields.js';
import { useTexts } from '../texts/index.js';

interface SheetProps {
  form: GoodsForm;
  edits: FormEdits;
  faults: Fault[];
  editable: boolean;
  onEdit: (edits: FormEdits) => void;
}
type Section = GoodsForm['sections'][number];
type Cell = Section['cells'][number];
type Rest = Omit<SheetProps, 'form'>;

/** A form as its paper: cells with their label over what stands in them, and where it may be changed an input. */
export function GoodsFormSheet({ form, ...rest }: SheetProps) {
  const { text } = useTexts();
  const printed = form.sections.filter(({ print }) => print);
  const others = form.sections.filter(({ print }) => !print);
  const lacking = others.filter((section) => hasLacking(section, rest));
  return (
    <>
      <section className="panel sheet">
        <div className="panel-body">
          <h2>{text(form.title)}</h2>
          <div className="sheet-numbers">
            {form.numbers.map(({ label, value }) => (
              <span key={label.zh}>
                <span className="quiet">{text(label)}</span> <b className="num">{value ?? '—'}</b>
              </span>
            ))}
          </div>
          {printed.map((section) => (
            <SectionView key={section.id} section={section} {...rest} titled={section.list !== null} />
          ))}
          <p className="sheet-statement">{text(form.statement)}</p>
          <div className="sheet-grid">
            {form.seals.map((seal) => (
              <div
                key={seal.zh}
                className="sheet-cell"
                style={{ gridColumn: `span ${20 / form.seals.length}` }}
              >
                <span className="sheet-label">{text(seal)}</span>
                <span className="sheet-value" />
              </div>
            ))}
          </div>
        </div>
      </section>
      <Collapse
        className="no-print"
        defaultActiveKey={lacking.map(({ id }) => id)}
        items={others.map((section) => ({
          key: section.id,
          label: <SectionTitle section={section} edits={rest.edits} />,
          children: <SectionView section={section} {...rest} titled={false} />,
        }))}
      />
    </>
  );
}

const hasLacking = ({ cells, list }: Section, { edits }: Rest): boolean =>
  [
    ...cells.flatMap(({ fields }) => fields),
    ...(list ? entriesShown(list, edits).flatMap((e) => e.cells.flatMap(({ fields }) => fields)) : []),
  ].some((field) => isLacking(field, 'draft', edits));

function SectionTitle({ section, edits }: { section: Section; edits: FormEdits }) {
  const { text } = useTexts();
  const filled = section.list
    ? entriesShown(section.list, edits).length
    : section.cells.flatMap(({ fields }) => fields).filter((field) => nowOf(field, edits) !== '').length;
  return (
    <>
      {text(section.title)} <span className="quiet num">{filled}</span>
    </>
  );
}

function SectionView({ section, titled, ...rest }: Rest & { section: Section; titled: boolean }) {
  const { text } = useTexts();
  return (
    <section className="sheet-section" aria-label={text(section.title)}>
      {titled && <h3>{text(section.title)}</h3>}
      {section.list ? (
        <ListView list={section.list} inner={section.inner} {...rest} />
      ) : (
        <div className="sheet-grid">
          {section.cells.map((cell) => (
            <CellView key={cell.label.zh} cell={cell} {...rest} />
          ))}
        </div>
      )}
    </section>
  );
}

interface ListProps extends Rest {
  list: FormList;
  inner?: FormList[][];
}

function ListView({ list, inner = [], ...rest }: ListProps) {
  const { t, text } = useTexts();
  const { edits, editable, onEdit } = rest;
  const entries = entriesShown(list, edits);
  const { add } = list;
  return (
    <>
      {entries.length === 0 && <p className="quiet small">{t('goodsForm.empty')}</p>}
      {entries.map((entry, index) => (
        <EntryView
          key={entry.remove ?? index}
          entry={entry}
          wide={entry.more.length > 0}
          number={index + 1}
          {...rest}
        >
          {(inner[index] ?? []).map((one) => (
            <section key={one.id} aria-label={text(one.title)}>
              <h3>{text(one.title)}</h3>
              <ListView list={one} {...rest} />
            </section>
          ))}
        </EntryView>
      ))}
      {editable && add && (
        <Button
          className="no-print"
          size="small"
          icon={<PlusOutlined />}
          onClick={() =>
            onEdit({ ...edits, added: { ...edits.added, [add.path]: (edits.added[add.path] ?? 0) + 1 } })
          }
        >
          {t('goodsForm.add')} · {text(list.title)}
        </Button>
      )}
    </>
  );
}

interface EntryProps extends Rest {
  entry: FormEntry;
  /** A goods line: its cells stand in the columns of the form, what else it says below. */
  wide: boolean;
  number: number;
  children: React.ReactNode;
}

function EntryView({ entry, wide, number, children, ...rest }: EntryProps) {
  const { t } = useTexts();
  const { edits, editable, onEdit } = rest;
  const { remove } = entry;
  const lacks = entry.more.some((field) => isLacking(field, 'draft', edits));
  return (
    <div className="sheet-more">
      <div className={`sheet-grid ${wide ? 'goods' : ''}`}>
        {entry.cells.map((cell) => (
          <CellView key={cell.label.zh} cell={wide ? { ...cell, span: 1 } : cell} {...rest} />
        ))}
      </div>
      {editable && remove !== null && (
        <Button
          className="no-print"
          size="small"
          type="text"
          icon={<DeleteOutlined />}
          aria-label={t('goodsForm.remove', { n: number })}
          onClick={() => onEdit({ ...edits, removed: [...edits.removed, remove] })}
        />
      )}
      {wide && (
        <Collapse
          className="no-print"
          size="small"
          defaultActiveKey={lacks ? ['more'] : []}
          items={[
            {
              key: 'more',
              label: t('goodsForm.more'),
              children: (
                <>
                  <div className="field-grid">
                    {entry.more.map((field) => (
                      <label key={field.name} className="field">
                        <FieldView field={field} named {...rest} />
                      </label>
                    ))}
                  </div>
                  {children}
                </>
              ),
            },
          ]}
        />
      )}
    </div>
  );
}

function CellView({ cell, ...rest }: Rest & { cell: Cell }) {
  const { t, text } = useTexts();
  const { edits } = rest;
  const lacking = cell.fields.some((field) => isLacking(field, 'draft', edits));
  const open = cell.fields.some((field) => isLacking(field, 'declare', edits));
  return (
    <div
      className={`sheet-cell ${lacking ? 'lacking' : ''}`}
      style={{ gridColumn: `span ${cell.span}` }}
      title={lacking ? t('goodsForm.needDraft') : open ? t('goodsForm.needDeclare') : undefined}
    >
      <span className="sheet-label">
        {text(cell.label)}
        {lacking && <i className="needed">*</i>}
        {open && <i className="quiet">○</i>}
      </span>
      {cell.fields.map((field) => (
        <FieldView key={field.name} field={field} named={cell.fields.length > 1} {...rest} />
      ))}
    </div>
  );
}

function FieldView({
  field,
  named,
  edits,
  faults,
  editable,
  onEdit,
}: Rest & { field: GoodsFormField; named: boolean }) {
  const { t, text } = useTexts();
  const { edit } = field;
  const now = nowOf(field, edits);
  const shown = edit && edits.values[edit.path] !== undefined ? now : field.value;
  const value = field.text && shown === field.value ? `${text(field.text)}（${field.value}）` : shown;
  if (!editable || !edit)
    return (
      <span
        className="sheet-value"
        title={`${text(field.label)}${field.origin ? ` · ${t(`goodsForm.from.${field.origin}`)}` : ''}`}
      >
        {named && !editable
          ? value
          : value || (named && <span className="sheet-part">{text(field.label)}</span>)}
      </span>
    );
  return (
    <span
      className={`sheet-field ${now !== edit.value ? 'changed' : ''}`}
      title={[now === field.value && text(field.text), field.origin && t(`goodsForm.from.${field.origin}`)]
        .filter(Boolean)
        .join(' · ')}
    >
      <span className="typed">
        {named && (
          <span className="sheet-part">
            {text(field.label)}
            {isLacking(field, 'draft', edits) && <i className="needed">*</i>}
          </span>
        )}
        <FieldInput
          label={text(field.label)}
          codes={edit.codes ?? undefined}
          value={now}
          faults={faultsOf(field, faults)}
          max={edit.max}
          onChange={(next) => onEdit({ ...edits, values: { ...edits.values, [edit.path]: next } })}
        />
      </span>
      <span className="sheet-value printed">{value}</span>
    </span>
  );
}
