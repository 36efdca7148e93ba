import { useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Skeleton, Tooltip } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import { choosesSeller, useMe } from '../api/session.js';
import type { DefaultFields, SellerDefaults } from '../api/types.js';
import { FieldInput } from '../parts/field-input.js';
import { timeText } from '../parts/format.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { SellerSelect } from '../parts/seller-select.js';
import { useTexts } from '../texts/index.js';

/** What is the same for every order of a seller, given once. */
export default function DefaultsPage() {
  const { t } = useTexts();
  const me = useMe();
  const [seller, setSeller] = useState<string | undefined>(me.sellers[0]?.tenantId);
  const fields = useQuery({
    queryKey: keys.defaultFields,
    queryFn: ({ signal }) => api.defaultFields(signal),
  });
  const stored = useQuery({
    queryKey: keys.defaults(seller),
    queryFn: ({ signal }) => api.defaults(seller, signal),
  });
  return (
    <>
      <PageHead
        title={t('defaults.title')}
        sub={
          <>
            <Link to="/upload">{t('upload.title')}</Link> · {t('defaults.sub')}
          </>
        }
        actions={
          choosesSeller(me) && <SellerSelect by="tenantId" value={seller} onChange={setSeller} width={320} />
        }
      />
      {stored.isError && <ProblemView error={stored.error} onRetry={() => void stored.refetch()} />}
      {fields.isError && <ProblemView error={fields.error} onRetry={() => void fields.refetch()} />}
      {stored.data && fields.data ? (
        <DefaultsForm
          key={`${seller ?? ''} ${stored.data.version}`}
          stored={stored.data}
          fields={fields.data}
          seller={seller}
        />
      ) : (
        !stored.isError && <Skeleton active paragraph={{ rows: 8 }} className="page-skeleton" />
      )}
    </>
  );
}

function DefaultsForm({
  stored,
  fields,
  seller,
}: {
  stored: SellerDefaults;
  fields: DefaultFields;
  seller: string | undefined;
}) {
  const { t, text } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [values, setValues] = useState<Record<string, string>>(stored.values);
  const save = useMutation({
    mutationFn: () => api.saveDefaults({ seller, values, byRegime: stored.byRegime }),
    onSuccess: (answer) => {
      client.setQueryData(keys.defaults(seller), answer);
      void message.success(t('defaults.saved', { version: answer.version }));
    },
  });
  return (
    <>
      {fields.groups.map((group) => (
        <Panel key={group.title.en} title={text(group.title)}>
          <div className="defaults-grid">
            {group.fields.map((field) => (
              <div key={field.path}>
                <label htmlFor={`default-${field.path}`}>
                  <Tooltip title={text(field.help)}>{text(field.name)}</Tooltip>
                </label>
                <FieldInput
                  id={`default-${field.path}`}
                  label={text(field.name)}
                  codes={field.codes ?? undefined}
                  value={values[field.path] ?? ''}
                  onChange={(value) => setValues((before) => ({ ...before, [field.path]: value }))}
                />
              </div>
            ))}
          </div>
        </Panel>
      ))}
      {save.isError && <ProblemView error={save.error} />}
      <Panel>
        <div className="upload-seller">
          <Button type="primary" loading={save.isPending} onClick={() => save.mutate()}>
            {t('defaults.save')}
          </Button>
          <span className="quiet">
            {stored.version === 0
              ? t('defaults.none')
              : t('defaults.version', {
                  version: stored.version,
                  by: stored.changedBy ?? '',
                  time: stored.changedAt ? timeText(stored.changedAt) : '',
                })}
          </span>
        </div>
      </Panel>
    </>
  );
}
