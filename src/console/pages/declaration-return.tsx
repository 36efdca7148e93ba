import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { Form, Input, Modal } from 'antd';
import { api } from '../api/calls.js';
import { ApiError } from '../api/client.js';
import type { Declaration } from '../api/types.js';
import { codeName } from '../parts/codes.js';
import { FieldInput } from '../parts/field-input.js';
import { decimalText } from '../parts/format.js';
import { ProblemView } from '../parts/problem.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts, type TextKey } from '../texts/index.js';

/** Head fields of the return message that may differ from the outbound trip. */
const TRANSPORT: [field: string, label: TextKey, codes?: string][] = [
  ['trafName', 'return.trafName'],
  ['voyageNo', 'return.voyageNo'],
  ['trafMode', 'return.trafMode', 'trafMode'],
  ['billNo', 'return.billNo'],
  ['country', 'return.country', 'country'],
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
  const returned = lines
    .map(({ gnum }) => ({ gnum, qty: quantities[gnum]?.trim() ?? '' }))
    .filter(({ qty }) => qty !== '');
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
      okText={t('return.submit')}
      cancelText={t('action.cancel')}
      okButtonProps={{ disabled: returned.length === 0 || reason.trim() === '' }}
      confirmLoading={file.isPending}
      onOk={() => file.mutate()}
      onCancel={() => leaving(onClose)}
    >
      <p className="quiet">{t('return.help')}</p>
      {file.isError && <ProblemView error={file.error} />}
      <table className="plain return-lines">
        <thead>
          <tr>
            <th>#</th>
            <th>{t('return.goods')}</th>
            <th className="right">{t('return.declared')}</th>
            <th>{t('return.qty')}</th>
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
                <Input
                  aria-label={`${t('return.qty')} ${line.gnum}`}
                  inputMode="decimal"
                  value={quantities[line.gnum] ?? ''}
                  placeholder="0"
                  onChange={(event) => setQuantities({ ...quantities, [line.gnum]: event.target.value })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Form layout="vertical" component="div">
        <Form.Item label={t('return.reason')} htmlFor="return-reason">
          <Input.TextArea
            id="return-reason"
            rows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </Form.Item>
      </Form>
      {one.order.ieFlag !== 'I' && (
        <>
          <h3>{t('return.transport')}</h3>
          <p className="quiet small">{t('return.transportHelp')}</p>
          <div className="field-grid">
            {TRANSPORT.map(([field, label, codes]) => {
              const own = faults.filter((fault) => fault.path === field);
              return (
                <label key={field} className="field">
                  <span>{t(label)}</span>
                  <FieldInput
                    label={t(label)}
                    codes={codes}
                    value={transport[field] ?? ''}
                    status={own.length > 0 ? 'error' : undefined}
                    onChange={(value) => setTransport({ ...transport, [field]: value })}
                  />
                  {own.map((fault) => (
                    <span key={fault.code} className="field-fault">
                      {text(fault.message)}
                    </span>
                  ))}
                </label>
              );
            })}
          </div>
        </>
      )}
    </Modal>
  );
}
