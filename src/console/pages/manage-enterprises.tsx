import { Form, Input, Select } from 'antd';
import { api } from '../api/calls.js';
import type { Enterprise, NewEnterprise, Role } from '../api/types.js';
import { Copyable } from '../parts/copy.js';
import { timeText } from '../parts/format.js';
import { ManageList } from '../parts/manage-list.js';
import { roleTexts } from '../parts/states.js';
import { useTexts } from '../texts/index.js';

type Values = Omit<NewEnterprise, 'code'> & { code?: string };

export function EnterprisesTab() {
  const { t, text } = useTexts();
  return (
    <ManageList<Enterprise, Values, Enterprise>
      what="enterprises"
      help={t('manage.enterprisesHelp')}
      load={(signal) => api.enterprises(signal)}
      rowKey={(one) => one.tenantId}
      columns={[
        { title: t('field.name'), key: 'name', render: (_, one) => one.name },
        {
          title: t('field.enterpriseCode'),
          key: 'code',
          width: 260,
          render: (_, one) => <Copyable value={one.code} what={t('field.enterpriseCode')} />,
        },
        { title: t('field.role'), key: 'role', width: 140, render: (_, one) => text(roleTexts[one.role]) },
        {
          title: t('field.madeAt'),
          key: 'createdAt',
          width: 180,
          className: 'num',
          render: (_, one) => timeText(one.createdAt),
        },
      ]}
      adding={{
        title: t('manage.addEnterprise'),
        initialValues: { role: 'seller' },
        send: ({ code, ...values }) => api.addEnterprise({ ...values, code: code?.trim() || null }),
        fields: (
          <>
            <Form.Item name="role" label={t('field.role')} rules={[{ required: true }]}>
              <Select
                options={(Object.keys(roleTexts) as Role[]).map((role) => ({
                  value: role,
                  label: text(roleTexts[role]),
                }))}
              />
            </Form.Item>
            <Form.Item
              name="name"
              label={t('field.name')}
              rules={[{ required: true, whitespace: true, max: 100, message: t('form.nameNeeded') }]}
            >
              <Input maxLength={100} autoComplete="off" />
            </Form.Item>
            <Form.Item
              name="code"
              label={t('field.enterpriseCode')}
              extra={t('manage.enterpriseCodeHelp')}
              dependencies={['role']}
              rules={[
                ({ getFieldValue }) => ({
                  required: getFieldValue('role') === 'seller' || getFieldValue('role') === 'broker',
                  max: 18,
                  message: t('form.codeNeeded'),
                }),
              ]}
            >
              <Input maxLength={18} className="mono" autoComplete="off" />
            </Form.Item>
          </>
        ),
      }}
    />
  );
}
