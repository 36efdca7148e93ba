import { DatePicker, Form } from 'antd';
import type { Dayjs } from 'dayjs';
import dayjs from 'dayjs';
import { api } from '../api/calls.js';
import type { Mandate } from '../api/types.js';
import { EnterpriseSelect } from '../parts/enterprise-select.js';
import { timeText } from '../parts/format.js';
import { ManageList } from '../parts/manage-list.js';
import { RevokeButton } from '../parts/revoke.js';
import { useTexts } from '../texts/index.js';

interface Values {
  sellerTenantId: string;
  brokerTenantId: string;
  validFrom: Dayjs;
  validTo?: Dayjs | null;
}
const DAY = 'YYYY-MM-DD';

export function MandatesTab() {
  const { t } = useTexts();
  const chooseRule = [{ required: true, message: t('manage.chooseEnterprise') }];
  return (
    <ManageList<Mandate, Values, Mandate>
      what="mandates"
      help={t('manage.mandatesHelp')}
      load={(signal) => api.mandates(signal)}
      rowKey={(one) => one.id}
      columns={[
        {
          title: t('field.seller'),
          key: 'seller',
          render: (_, one) => (
            <>
              {one.seller.name} <span className="mono quiet">{one.seller.code}</span>
            </>
          ),
        },
        { title: t('field.broker'), key: 'broker', render: (_, one) => one.broker.name },
        {
          title: t('field.validity'),
          key: 'validity',
          width: 230,
          className: 'num',
          render: (_, one) => `${one.validFrom} – ${one.validTo ?? t('manage.openEnd')}`,
        },
        {
          title: '',
          key: 'revoke',
          className: 'row-acts',
          width: 200,
          align: 'right',
          render: (_, one) =>
            one.revokedAt ? (
              <span className="quiet num">{t('manage.ended', { time: timeText(one.revokedAt) })}</span>
            ) : (
              <RevokeButton
                label={t('manage.revokeMandate')}
                ask={t('manage.revokeMandateAsk')}
                help={t('manage.revokeMandateHelp')}
                send={() => api.revokeMandate(one.id)}
              />
            ),
        },
      ]}
      adding={{
        title: t('manage.addMandate'),
        initialValues: { validFrom: dayjs() },
        send: ({ validFrom, validTo, ...parties }) =>
          api.addMandate({
            ...parties,
            validFrom: validFrom.format(DAY),
            validTo: validTo?.format(DAY) ?? null,
          }),
        fields: (
          <>
            <Form.Item name="sellerTenantId" label={t('field.seller')} rules={chooseRule}>
              <EnterpriseSelect roles={['seller']} />
            </Form.Item>
            <Form.Item name="brokerTenantId" label={t('field.broker')} rules={chooseRule}>
              <EnterpriseSelect roles={['broker']} />
            </Form.Item>
            <Form.Item
              name="validFrom"
              label={t('field.validFrom')}
              rules={[{ required: true, message: t('form.dateNeeded') }]}
            >
              <DatePicker allowClear={false} />
            </Form.Item>
            <Form.Item name="validTo" label={t('field.validTo')} extra={t('manage.validToHelp')}>
              <DatePicker />
            </Form.Item>
          </>
        ),
      }}
    />
  );
}
