import { useState, type ReactNode } from 'react';
import { Select } from 'antd';
import { choosesSeller, useMe } from '../api/session.js';
import { useTexts } from '../texts/index.js';

interface SellerSelectProps {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  /** What stands for a seller in the value: its code (filters) or its tenant id (uploads). */
  by: 'code' | 'tenantId';
  allowAll?: boolean;
  placeholder?: string;
  id?: string;
  width?: number | string;
}

export function SellerSelect({
  value,
  onChange,
  by,
  allowAll = false,
  placeholder,
  id,
  width = 240,
}: SellerSelectProps) {
  const { sellers } = useMe();
  const { t } = useTexts();
  return (
    <Select
      id={id}
      aria-label={t('field.seller')}
      value={value}
      onChange={(chosen: string | undefined) => onChange(chosen)}
      allowClear={allowAll}
      placeholder={placeholder ?? t('filter.allSellers')}
      showSearch={{ optionFilterProp: 'search' }}
      style={{ width }}
      popupMatchSelectWidth={false}
      options={sellers.map((seller) => ({
        value: seller[by],
        label: seller.name,
        search: `${seller.name} ${seller.code}`,
        title: seller.code,
      }))}
    />
  );
}

/** The seller whose file is handed in: its own enterprise for a seller, chosen by everyone who acts for several. */
export function useSellerChoice(): { seller: string | undefined; select: ReactNode } {
  const me = useMe();
  const [seller, setSeller] = useState<string | undefined>(me.sellers[0]?.tenantId);
  return {
    seller,
    select: choosesSeller(me) && (
      <SellerSelect by="tenantId" value={seller} onChange={(value) => setSeller(value)} />
    ),
  };
}
