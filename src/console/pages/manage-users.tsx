import { useState } from 'react';
import { Form, Input } from 'antd';
import { api } from '../api/calls.js';
import type { NewUser, User } from '../api/types.js';
import { EnterpriseSelect, useEnterpriseName } from '../parts/enterprise-select.js';
import { timeText } from '../parts/format.js';
import { ManageList } from '../parts/manage-list.js';
import { RevokeButton } from '../parts/revoke.js';
import { RowEdit } from '../parts/row-edit.js';
import { SecretModal, type Secret } from '../parts/secret-modal.js';
import { activeLook } from '../parts/states.js';
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
        width={1180}
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
            render: (_, one) => <StateTag look={activeLook(one.active)} />,
          },
          {
            title: t('field.madeAt'),
            key: 'createdAt',
            width: 180,
            className: 'num',
            render: (_, one) => timeText(one.createdAt),
          },
          {
            title: '',
            key: 'actions',
            className: 'row-acts',
            width: 330,
            align: 'right',
            render: (_, one) => (
              <span className="row-tools">
                <RowEdit
                  label={t('manage.edit')}
                  title={t('manage.editOf', { name: one.name })}
                  initialValues={{ name: one.name, email: one.email }}
                  send={(values: { name: string; email: string }) => api.changeUser(one.id, values)}
                  fields={<PersonFields />}
                />
                <RevokeButton
                  label={t('manage.reset')}
                  ask={t('manage.resetAsk', { name: one.name })}
                  help={t('manage.resetHelp')}
                  send={async () => {
                    const { activation } = await api.resetUser(one.id);
                    setSecret({
                      title: t('manage.activation', { name: one.name }),
                      help: t('manage.activationHelp'),
                      value: wholeLink(activation),
                    });
                  }}
                />
                <RevokeButton
                  mild
                  label={t('manage.endSessions')}
                  ask={t('manage.endSessionsAsk', { name: one.name })}
                  help={t('manage.endSessionsHelp')}
                  send={() => api.endSessions(one.id)}
                />
                <RevokeButton
                  mild={!one.active}
                  label={t(one.active ? 'manage.disable' : 'manage.enable')}
                  ask={t(one.active ? 'manage.disableAsk' : 'manage.enableAsk', { name: one.name })}
                  help={t(one.active ? 'manage.disableUserHelp' : 'manage.enableHelp')}
                  send={() => api.setUserActive(one.id, !one.active)}
                />
              </span>
            ),
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
              <PersonFields />
            </>
          ),
        }}
      />
      <SecretModal secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}

/** Name and address of a person. */
function PersonFields() {
  const { t } = useTexts();
  return (
    <>
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
  );
}
