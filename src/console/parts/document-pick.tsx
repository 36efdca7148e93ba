import { useState } from 'react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Segmented, Select } from 'antd';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import { useTexts } from '../texts/index.js';
import { DeclarationPick } from './declaration-pick.js';
import { deliveryLooks, verdictLooks } from './states.js';

interface DocumentPickProps {
  id?: string;
  value?: string | undefined;
  onChange?: (documentId: string | undefined) => void;
}

/** Chooses one document in words: first its declaration by any of its numbers, or its filing, then which of its documents. */
export function DocumentPick({ id, value, onChange }: DocumentPickProps) {
  const { t, text } = useTexts();
  const [of, setOf] = useState<'declaration' | 'filing'>('declaration');
  const [owner, setOwner] = useState<string>();
  const declaration = useQuery({
    queryKey: keys.declaration(owner ?? ''),
    queryFn: ({ signal }) => api.declaration(owner ?? '', signal),
    enabled: of === 'declaration' && owner !== undefined,
  });
  const filings = useQuery({
    queryKey: keys.filings({}),
    queryFn: ({ signal }) => api.filings({}, undefined, 100, signal),
    enabled: of === 'filing',
    placeholderData: keepPreviousData,
  });
  const filing = useQuery({
    queryKey: keys.filing(owner ?? ''),
    queryFn: ({ signal }) => api.filing(owner ?? '', signal),
    enabled: of === 'filing' && owner !== undefined,
  });
  const documents = owner ? ((of === 'declaration' ? declaration : filing).data?.documents ?? []) : [];
  const choose = (next: string | undefined) => {
    setOwner(next);
    onChange?.(undefined);
  };
  return (
    <div className="document-pick">
      <Segmented<'declaration' | 'filing'>
        size="small"
        value={of}
        onChange={(next) => {
          setOf(next);
          choose(undefined);
        }}
        options={[
          { value: 'declaration', label: t('field.declaration') },
          { value: 'filing', label: t('nav.filings') },
        ]}
      />
      {of === 'declaration' ? (
        <DeclarationPick value={owner} onChange={choose} />
      ) : (
        <Select
          aria-label={t('nav.filings')}
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          value={owner}
          onChange={choose}
          loading={filings.isFetching}
          options={(filings.data?.items ?? []).map((one) => ({
            value: one.id,
            label: `${text(one.title)} ${one.number}`,
          }))}
        />
      )}
      <Select
        {...(id ? { id } : {})}
        value={value}
        onChange={(next: string) => onChange?.(next)}
        disabled={documents.length === 0}
        placeholder={t('tray.document')}
        options={documents.map((one) => ({
          value: one.id,
          label: [
            text(one.title),
            text(one.verdict === 'none' ? deliveryLooks[one.delivery].text : verdictLooks[one.verdict].text),
            ...(one.revision > 1 ? [t('document.revision', { n: one.revision })] : []),
          ].join(' · '),
        }))}
      />
    </div>
  );
}
