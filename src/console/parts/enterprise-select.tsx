import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { Enterprise, Role } from '../api/types.js';
import { useTexts } from '../texts/index.js';
import { roleTexts } from './states.js';

export const useEnterprises = () =>
  useQuery({ queryKey: keys.manage('enterprises'), queryFn: ({ signal }) => api.enterprises(signal) });

interface EnterpriseSelectProps {
  roles?: readonly Role[];
  // Given by Form.Item:
  id?: string;
  value?: string;
  onChange?: (tenantId: string) => void;
}

/** Chooses an enterprise by name or code; the value is its tenant id. */
export function EnterpriseSelect({ roles, id, value, onChange }: EnterpriseSelectProps) {
  const { text, t } = useTexts();
  const { data = [], isPending } = useEnterprises();
  const shown = roles ? data.filter((one) => roles.includes(one.role)) : data;
  return (
    <Select
      id={id}
      value={value}
      onChange={onChange}
      loading={isPending}
      placeholder={t('manage.chooseEnterprise')}
      showSearch={{ optionFilterProp: 'search' }}
      options={shown.map((one) => ({
        value: one.tenantId,
        label: `${one.name} · ${text(roleTexts[one.role])}`,
        search: `${one.name} ${one.code ?? ''}`,
      }))}
    />
  );
}

/** The enterprise of a tenant id by name, for tables that only carry the id. */
export function useEnterpriseName(): (tenantId: string) => string {
  const { data = [] } = useEnterprises();
  const names = new Map(data.map((one: Enterprise) => [one.tenantId, one.name]));
  return (tenantId) => names.get(tenantId) ?? tenantId;
}
