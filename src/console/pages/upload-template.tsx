import { useState } from 'react';
import { FileExcelOutlined, FileTextOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import type { Text } from '../api/types.js';
import { MadeFileButton } from '../parts/made-file.js';
import { useTexts } from '../texts/index.js';

/** One template per regime and direction: the files the gateway itself reads. */
const regimeFiles = import.meta.glob<{ regime: string; ieFlag: string; title: Text }>(
  '../../../mappings/regimes/*.json',
  { eager: true, import: 'default' },
);

/** Several versions of one regime share a template; a direction is named only where the code alone does not tell. */
const templates = [
  ...new Map(
    Object.values(regimeFiles).map(({ regime, ieFlag, title }) => {
      const name = ieFlag === 'I' ? `${regime}-import` : regime;
      return [name, { name, title }] as const;
    }),
  ).values(),
].sort((a, b) => order(a.name).localeCompare(order(b.name)));

/** Exports first; 9610 is what most people come for. */
function order(name: string): string {
  return `${name.endsWith('-import') ? 1 : 0}${name.startsWith('9610') ? 0 : 1}${name}`;
}

/** The import template of a chosen regime, as workbook or CSV. */
export function TemplateChoice() {
  const { t, text } = useTexts();
  const [name, setName] = useState('9610');
  return (
    <>
      <Select
        aria-label={t('upload.templateOf')}
        value={name}
        onChange={setName}
        options={templates.map((one) => ({
          value: one.name,
          label: `${one.name.replace('-import', '')} ${text(one.title)}`,
        }))}
        popupMatchSelectWidth={false}
        style={{ width: 260 }}
      />
      <MadeFileButton path={`/v1/templates/${name}.xlsx`} icon={<FileExcelOutlined />}>
        {t('upload.templateXlsx')}
      </MadeFileButton>
      <Button icon={<FileTextOutlined />} href={`/v1/templates/${name}.csv`} download>
        {t('upload.templateCsv')}
      </Button>
    </>
  );
}
