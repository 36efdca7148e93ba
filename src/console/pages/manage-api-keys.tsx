import { useState } from 'react';
import { Form, Input, Select } from 'antd';
import { api } from '../api/calls.js';
import type { ApiKey, NewApiKey, NewApiKeyAnswer } from '../api/types.js';
import { EnterpriseSelect, useEnterpriseName } from '../parts/enterprise-select.js';
import { timeText } from '../parts/format.js';
import { ManageList } from '../parts/manage-list.js';
import { RevokeButton } from '../parts/revoke.js';
import { RowEdit } from '../parts/row-edit.js';
import { SecretModal, type Secret } from '../parts/secret-modal.js';
import { roleTexts } from '../parts/states.js';
import { useTexts } from '../texts/index.js';

export function ApiKeysTab() {
  const { t, text } = useTexts();
  const nameOf = useEnterpriseName();
  const [secret, setSecret] = useState<Secret | null>(null);
  return (
    <>
      <ManageList<ApiKey, NewApiKey, NewApiKeyAnswer>
        what="api-keys"
        width={1100}
        help={t('manage.apiKeysHelp')}
        load={(signal) => api.apiKeys(signal)}
        rowKey={(one) => one.id}
        columns={[
          { title: t('field.purpose'), key: 'name', render: (_, one) => one.name },
          {
            title: t('field.prefix'),
            key: 'prefix',
            width: 140,
            className: 'mono',
            render: (_, one) => `${one.prefix}…`,
          },
          { title: t('field.enterprise'), key: 'tenant', render: (_, one) => nameOf(one.tenantId) },
          { title: t('field.role'), key: 'role', width: 110, render: (_, one) => text(roleTexts[one.role]) },
          {
            title: t('field.lastUsed'),
            key: 'lastUsedAt',
            width: 170,
            className: 'num',
            render: (_, one) => timeText(one.lastUsedAt),
          },
          {
            title: t('field.madeAt'),
            key: 'createdAt',
            width: 170,
            className: 'num',
            render: (_, one) => timeText(one.createdAt),
          },
          {
            title: '',
            key: 'revoke',
            className: 'row-acts',
            width: 250,
            align: 'right',
            render: (_, one) =>
              one.revokedAt && Date.parse(one.revokedAt) <= Date.now() ? (
                <span className="quiet num">{t('manage.revoked', { time: timeText(one.revokedAt) })}</span>
              ) : (
                <span className="row-tools">
                  {one.revokedAt ? (
                    <span className="quiet num">{t('manage.endsAt', { time: timeText(one.revokedAt) })}</span>
                  ) : (
                    <RowEdit
                      label={t('manage.rotate')}
                      title={t('manage.rotateOf', { name: one.name })}
                      help={t('manage.rotateHelp')}
                      initialValues={{ hours: 24 }}
                      send={({ hours }: { hours: number }) => api.rotateApiKey(one.id, hours)}
                      onDone={(key) =>
                        setSecret({
                          title: t('manage.secret', { name: one.name }),
                          help: t('manage.secretHelp'),
                          value: key.secret,
                        })
                      }
                      fields={
                        <Form.Item name="hours" label={t('manage.rotateHours')}>
                          <Select
                            options={[0, 1, 24, 72, 168].map((hours) => ({
                              value: hours,
                              label: hours === 0 ? t('manage.rotateNow') : t('manage.hours', { hours }),
                            }))}
                          />
                        </Form.Item>
                      }
                    />
                  )}
                  <RevokeButton
                    label={t('manage.revokeKey')}
                    ask={t('manage.revokeKeyAsk', { name: one.name })}
                    help={t('manage.revokeKeyHelp')}
                    send={() => api.revokeApiKey(one.id)}
                  />
                </span>
              ),
          },
        ]}
        adding={{
          title: t('manage.addApiKey'),
          send: api.addApiKey,
          onAdded: (key) =>
            setSecret({
              title: t('manage.secret', { name: key.name }),
              help: t('manage.secretHelp'),
              value: key.secret,
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
                label={t('field.purpose')}
                extra={t('manage.purposeHelp')}
                rules={[{ required: true, whitespace: true, message: t('form.nameNeeded') }]}
              >
                <Input maxLength={100} autoComplete="off" />
              </Form.Item>
            </>
          ),
        }}
      />
      <SecretModal secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}
