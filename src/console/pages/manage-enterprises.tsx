import { Form, Input, Select } from 'antd';
import { api } from '../api/calls.js';
import { useMe } from '../api/session.js';
import type { Enterprise, NewEnterprise, Role } from '../api/types.js';
import { Copyable } from '../parts/copy.js';
import { timeText } from '../parts/format.js';
import { ManageList } from '../parts/manage-list.js';
import { RevokeButton } from '../parts/revoke.js';
import { RowEdit } from '../parts/row-edit.js';
import { activeLook, roleTexts } from '../parts/states.js';
import { StateTag } from '../parts/status.js';
import { useTexts } from '../texts/index.js';

type Values = Omit<NewEnterprise, 'code'> & { code?: string };

export function EnterprisesTab() {
  const { t, text } = useTexts();
  const me = useMe();
  return (
    <ManageList<Enterprise, Values, Enterprise>
      what="enterprises"
      width={1100}
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
        {
          title: t('field.state'),
          key: 'active',
          width: 110,
          render: (_, one) => <StateTag look={activeLook(one.active)} />,
        },
        {
          title: '',
          key: 'actions',
          className: 'row-acts',
          width: 180,
          align: 'right',
          render: (_, one) => (
            <span className="row-tools">
              <RowEdit
                label={t('manage.edit')}
                title={t('manage.editOf', { name: one.name })}
                initialValues={{ name: one.name, code: one.code ?? '' }}
                send={({ name, code }: { name: string; code: string }) =>
                  api.changeEnterprise(one.tenantId, { name, code: code.trim() || null })
                }
                fields={
                  <>
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
                      rules={[
                        {
                          required: one.role === 'seller' || one.role === 'broker',
                          max: 18,
                          message: t('form.codeNeeded'),
                        },
                      ]}
                    >
                      <Input maxLength={18} className="mono" autoComplete="off" />
                    </Form.Item>
                  </>
                }
              />
              {one.tenantId !== me.tenant.id && (
                <RevokeButton
                  mild={!one.active}
                  label={t(one.active ? 'manage.disable' : 'manage.enable')}
                  ask={t(one.active ? 'manage.disableAsk' : 'manage.enableAsk', { name: one.name })}
                  help={t(one.active ? 'manage.disableEnterpriseHelp' : 'manage.enableHelp')}
                  send={() => api.setEnterpriseActive(one.tenantId, !one.active)}
                />
              )}
            </span>
          ),
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
