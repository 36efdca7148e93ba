import { useState } from 'react';
import { Form, Input } from 'antd';
import { api } from '../api/calls.js';
import type { NewUser, User } from '../api/types.js';
import { EnterpriseSelect, useEnterpriseName } from '../parts/enterprise-select.js';
import { timeText } from '../parts/format.js';
import { ManageList } from '../parts/manage-list.js';
import { SecretModal, type Secret } from '../parts/secret-modal.js';
import { StateTag } from '../parts/status.js';
import { useTexts } from '../texts/index.js';

/** The link may come as a path; people need the whole address. */
const wholeLink = (activation: string): string => new URL(activation, window.location.origin).href;

export function UsersTab() {
  const { t } = useTexts();
  const nameOf = useEnterpriseName();
  const [secret, setSecret] = useState<Secret | null>(null);
  return (
    <>
      <ManageList<User, NewUser, User>
        what="users"
        help={t('manage.usersHelp')}
        load={(signal) => api.users(signal)}
        rowKey={(one) => one.id}
        columns={[
          { title: t('field.personName'), key: 'name', width: 160, render: (_, one) => one.name },
          { title: t('field.email'), key: 'email', render: (_, one) => one.email },
          { title: t('field.enterprise'), key: 'tenant', render: (_, one) => nameOf(one.tenantId) },
          {
            title: t('field.state'),
            key: 'active',
            width: 140,
            render: (_, one) => (
              <StateTag
                look={
                  one.active
                    ? { tone: 'good', text: { zh: '已激活', en: 'Active' } }
                    : { tone: 'wait', text: { zh: '待激活', en: 'Not activated' } }
                }
              />
            ),
          },
          {
            title: t('field.madeAt'),
            key: 'createdAt',
            width: 180,
            className: 'num',
            render: (_, one) => timeText(one.createdAt),
          },
        ]}
        adding={{
          title: t('manage.addUser'),
          send: api.addUser,
          onAdded: (user) =>
            user.activation &&
            setSecret({
              title: t('manage.activation', { name: user.name }),
              help: t('manage.activationHelp'),
              value: wholeLink(user.activation),
            }),
          fields: (
            <>
              <Form.Item
                name="tenantId"
                label={t('field.enterprise')}
                rules={[{ required: true, message: t('manage.chooseEnterprise') }]}
              >
                <EnterpriseSelect />
              </Form.Item>
              <Form.Item
                name="name"
                label={t('field.personName')}
                rules={[{ required: true, whitespace: true, message: t('form.nameNeeded') }]}
              >
                <Input maxLength={100} autoComplete="off" />
              </Form.Item>
              <Form.Item
                name="email"
                label={t('field.email')}
                rules={[{ required: true, type: 'email', message: t('form.emailNeeded') }]}
              >
                <Input autoComplete="off" inputMode="email" />
              </Form.Item>
            </>
          ),
        }}
      />
      <SecretModal secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}
