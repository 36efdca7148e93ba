import { useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Skeleton, Tabs, Tooltip } from 'antd';
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
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';

/** The tab of what holds under every regime. */
const ALL = 'all';

/** What is the same for every order of a seller, given once: for all of them, and for those of one regime. */
export default function DefaultsPage() {
  const { t } = useTexts();
  const me = useMe();
  const [seller, setSeller] = useState<string | undefined>(me.sellers[0]?.tenantId);
  const [typed, setTyped] = useState(false);
  const leaving = useUnsaved(typed);
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
          choosesSeller(me) && (
            <SellerSelect
              by="tenantId"
              value={seller}
              onChange={(next) =>
                leaving(() => {
                  setTyped(false);
                  setSeller(next);
                })
              }
              width={320}
            />
          )
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
          onTyped={setTyped}
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
  onTyped,
}: {
  stored: SellerDefaults;
  fields: DefaultFields;
  seller: string | undefined;
  onTyped: (typed: boolean) => void;
}) {
  const { t, text } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [given, setGiven] = useState({ values: stored.values, byRegime: stored.byRegime });
  const [regime, setRegime] = useState(ALL);
  const values: Record<string, string> = (regime === ALL ? given.values : given.byRegime[regime]) ?? {};
  const setValue = (path: string, value: string) => {
    onTyped(true);
    setGiven((before) =>
      regime === ALL
        ? { ...before, values: { ...before.values, [path]: value } }
        : {
            ...before,
            byRegime: { ...before.byRegime, [regime]: { ...before.byRegime[regime], [path]: value } },
          },
    );
  };
  const save = useMutation({
    mutationFn: () => api.saveDefaults({ seller, ...given }),
    onSuccess: (answer) => {
      onTyped(false);
      client.setQueryData(keys.defaults(seller), answer);
      void message.success(t('defaults.saved', { version: answer.version }));
    },
  });
  /** The name of a tab with how many values it holds, if any. */
  const tab = (name: string, of: Record<string, string> | undefined) => {
    const count = Object.values(of ?? {}).filter((value) => value !== '').length;
    return count === 0 ? name : t('defaults.tab', { name, count });
  };
  return (
    <>
      <Tabs
        activeKey={regime}
        onChange={setRegime}
        items={[
          { key: ALL, label: tab(t('defaults.all'), given.values) },
          ...fields.regimes.map((code) => ({
            key: code,
            label: tab(code, given.byRegime[code]),
          })),
        ]}
      />
      <p className="quiet">{t(regime === ALL ? 'defaults.allHelp' : 'defaults.regimeHelp', { regime })}</p>
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
                  placeholder={regime === ALL ? '' : (given.values[field.path] ?? '')}
                  onChange={(value) => setValue(field.path, value)}
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
