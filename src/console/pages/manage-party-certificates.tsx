import { Form, Input } from 'antd';
import { api } from '../api/calls.js';
import type { PartyCertificate } from '../api/types.js';
import { Copyable } from '../parts/copy.js';
import { dateText, timeText } from '../parts/format.js';
import { ManageList } from '../parts/manage-list.js';
import { RevokeButton } from '../parts/revoke.js';
import { useTexts } from '../texts/index.js';

/** Certificates of parties that sign their own documents. */
export function PartyCertificatesTab() {
  const { t } = useTexts();
  return (
    <ManageList<PartyCertificate, { enterpriseCode: string; certificate: string }>
      what="party-certificates"
      help={t('manage.partyCertificatesHelp')}
      width={1100}
      load={(signal) => api.partyCertificates(signal)}
      rowKey={(one) => `${one.enterpriseCode}/${one.serial}`}
      columns={[
        {
          title: t('field.enterpriseCode'),
          key: 'code',
          width: 220,
          render: (_, one) => <Copyable value={one.enterpriseCode} what={t('field.enterpriseCode')} />,
        },
        { title: t('field.subject'), key: 'subject', render: (_, one) => one.subject },
        {
          title: t('manage.serial'),
          key: 'serial',
          width: 200,
          className: 'mono',
          render: (_, one) => one.serial,
        },
        {
          title: t('manage.until'),
          key: 'until',
          width: 120,
          className: 'num',
          render: (_, one) => dateText(one.notAfter),
        },
        {
          title: t('manage.registered'),
          key: 'registered',
          width: 220,
          render: (_, one) => (
            <>
              {one.registeredBy} <span className="quiet num">{timeText(one.registeredAt)}</span>
            </>
          ),
        },
        {
          title: '',
          key: 'revoke',
          className: 'row-acts',
          width: 190,
          align: 'right',
          render: (_, one) =>
            one.revokedAt ? (
              <span className="quiet num">{t('manage.revoked', { time: timeText(one.revokedAt) })}</span>
            ) : (
              <RevokeButton
                label={t('manage.disable')}
                ask={t('manage.disableAsk', { name: `${one.enterpriseCode} ${one.serial}` })}
                help={t('manage.revokeCertificateHelp')}
                send={() => api.revokePartyCertificate(one.enterpriseCode, one.serial)}
              />
            ),
        },
      ]}
      adding={{
        title: t('manage.addCertificate'),
        send: api.addPartyCertificate,
        fields: (
          <>
            <Form.Item
              name="enterpriseCode"
              label={t('field.enterpriseCode')}
              rules={[{ required: true, whitespace: true, max: 18, message: t('form.codeNeeded') }]}
            >
              <Input maxLength={18} className="mono" autoComplete="off" />
            </Form.Item>
            <Form.Item
              name="certificate"
              label={t('manage.certificate')}
              extra={t('manage.certificateHelp')}
              rules={[{ required: true, whitespace: true, message: t('manage.certificateNeeded') }]}
            >
              <Input.TextArea rows={8} className="mono" placeholder="-----BEGIN CERTIFICATE-----" />
            </Form.Item>
          </>
        ),
      }}
    />
  );
}
