import { useId, useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Modal } from 'antd';
import { api } from '../api/calls.js';
import { ApiError } from '../api/client.js';
import { keys } from '../api/queries.js';
import type { Declaration, Order } from '../api/types.js';
import { ExplainedButton } from '../parts/action-button.js';
import { codeName } from '../parts/codes.js';
import { FieldInput } from '../parts/field-input.js';
import { decimalText, isAmount, isMore } from '../parts/format.js';
import { ProblemView } from '../parts/problem.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts, type TextKey } from '../texts/index.js';

/** Head fields of the return message that may differ from the outbound trip; `blank` is what an empty one becomes. */
interface Transport {
  field: string;
  label: TextKey;
  codes?: string;
  needed?: true;
  blank?: (order: Order) => string | undefined;
}
const TRANSPORT: Transport[] = [
  { field: 'trafName', label: 'return.trafName', needed: true },
  { field: 'voyageNo', label: 'return.voyageNo', needed: true },
  { field: 'trafMode', label: 'return.trafMode', codes: 'trafMode', blank: (order) => order.list.trafMode },
  { field: 'billNo', label: 'return.billNo', blank: (order) => order.waybill.logisticsNo },
  { field: 'country', label: 'return.country', codes: 'country', blank: (order) => order.list.country },
];

interface ReturnModalProps {
  one: Declaration;
  onClose: () => void;
  onDone: (filingId: string) => void;
}

/** Applies for the return of goods: how much of which line comes back, why, and by what transport. */
export function ReturnModal({ one, onClose, onDone }: ReturnModalProps) {
  const { t, text } = useTexts();
  const lines = one.order.lines.map((line, index) => ({ ...line, gnum: line.gnum ?? String(index + 1) }));
  const [quantities, setQuantities] = useState<Record<string, string>>({});
  const [transport, setTransport] = useState<Record<string, string>>({});
  const [reason, setReason] = useState('');
  const rest = useQuery({
    queryKey: keys.returnable(one.id),
    queryFn: ({ signal }) => api.returnable(one.id, signal),
  });
  const leftOf = (gnum: string) => rest.data?.lines.find((line) => line.gnum === gnum)?.left;
  /** What is wrong with a quantity as it is typed. */
  const wrong = (gnum: string): string | undefined => {
    const qty = quantities[gnum]?.trim() ?? '';
    const left = leftOf(gnum);
    if (qty === '') return undefined;
    if (!isAmount(qty)) return t('return.notNumber');
    return left !== undefined && isMore(qty, left)
      ? t('return.tooMuch', { qty: decimalText(left) })
      : undefined;
  };
  const returned = lines
    .map(({ gnum }) => ({ gnum, qty: quantities[gnum]?.trim() ?? '' }))
    .filter(({ qty }) => qty !== '');
  const exported = one.order.ieFlag !== 'I';
  const missing = exported
    ? TRANSPORT.filter(({ field, needed }) => needed && (transport[field] ?? '').trim() === '')
    : [];
  const why =
    returned.length === 0
      ? t('needs.quantity')
      : returned.some(({ gnum }) => wrong(gnum))
        ? t('needs.quantityRight')
        : reason.trim() === ''
          ? t('needs.reason')
          : missing.length > 0
            ? t('needs.fields', { fields: missing.map(({ label }) => t(label)).join(t('list.comma')) })
            : null;
  const file = useMutation({
    mutationFn: () =>
      api.returnGoods(one.id, {
        reason: reason.trim(),
        lines: returned,
        transport: Object.fromEntries(Object.entries(transport).filter(([, value]) => value.trim() !== '')),
      }),
    onSuccess: ({ filingId }) => onDone(filingId),
  });
  const faults = file.error instanceof ApiError ? file.error.faults : [];
  const leaving = useUnsaved(
    !file.isSuccess &&
      (returned.length > 0 || reason.trim() !== '' || Object.values(transport).some((value) => value !== '')),
  );
  return (
    <Modal
      open
      width={760}
      title={t('actions.return')}
      onCancel={() => leaving(onClose)}
      footer={
        <>
          <Button onClick={() => leaving(onClose)}>{t('action.cancel')}</Button>
          <ExplainedButton type="primary" why={why} loading={file.isPending} onClick={() => file.mutate()}>
            {t('return.submit')}
          </ExplainedButton>
        </>
      }
    >
      <p className="quiet">{t('return.help')}</p>
      {file.isError && <ProblemView error={file.error} />}
      {rest.isError && <ProblemView error={rest.error} onRetry={() => void rest.refetch()} />}
      <table className="plain return-lines">
        <thead>
          <tr>
            <th>#</th>
            <th>{t('return.goods')}</th>
            <th className="right">{t('return.declared')}</th>
            <th>
              {t('return.qty')} <i className="needed">*</i>
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.gnum}>
              <td className="num">{line.gnum}</td>
              <td>
                {line.gname ?? line.itemName} <span className="mono quiet">{line.gcode}</span>
              </td>
              <td className="num right">
                {decimalText(line.qty ?? '')} {text(codeName('unit', line.unit))}
              </td>
              <td>
                <Quantity
                  label={`${t('return.qty')} ${line.gnum}`}
                  value={quantities[line.gnum] ?? ''}
                  left={leftOf(line.gnum)}
                  wrong={wrong(line.gnum)}
                  onChange={(qty) => setQuantities({ ...quantities, [line.gnum]: qty })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Form layout="vertical" component="div">
        <Form.Item
          htmlFor="return-reason"
          label={
            <>
              {t('return.reason')} <i className="needed">*</i>
            </>
          }
        >
          <Input.TextArea
            id="return-reason"
            rows={2}
            required
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </Form.Item>
      </Form>
      {exported && (
        <>
          <h3>{t('return.transport')}</h3>
          <p className="quiet small">{t('return.transportHelp')}</p>
          <div className="field-grid">
            {TRANSPORT.map(({ field, label, codes, needed, blank }) => {
              const own = faults.filter((fault) => fault.path === field);
              const instead = blank?.(one.order);
              return (
                <label key={field} className="field">
                  <span>
                    {t(label)}
                    {needed && <i className="needed">*</i>}
                  </span>
                  <FieldInput
                    label={t(label)}
                    placeholder={
                      instead
                        ? t(field === 'billNo' ? 'return.blankWaybill' : 'return.blank', {
                            value: text(codeName(codes, instead)) || instead,
                          })
                        : ''
                    }
                    codes={codes}
                    value={transport[field] ?? ''}
                    faults={own}
                    onChange={(value) => setTransport({ ...transport, [field]: value })}
                  />
                </label>
              );
            })}
          </div>
        </>
      )}
    </Modal>
  );
}

interface QuantityProps {
  label: string;
  value: string;
  /** What may still come back; not known yet while it is asked. */
  left: string | undefined;
  wrong: string | undefined;
  onChange: (value: string) => void;
}

/** The returned quantity of one line, checked against what is left while it is typed. */
function Quantity({ label, value, left, wrong, onChange }: QuantityProps) {
  const { t } = useTexts();
  const id = useId();
  const none = left !== undefined && !isMore(left, '0');
  return (
    <>
      <Input
        aria-label={label}
        aria-describedby={id}
        aria-invalid={wrong !== undefined}
        inputMode="decimal"
        status={wrong === undefined ? undefined : 'error'}
        disabled={none}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <span id={id} className={`field-left ${wrong === undefined ? '' : 'over'}`} role="status">
        {wrong ??
          (none ? t('return.none') : left !== undefined && t('return.left', { qty: decimalText(left) }))}
      </span>
    </>
  );
}
