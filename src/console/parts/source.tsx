import type { ReactNode } from 'react';
import english from '../../../mappings/sources/english.json';
import { sourceInEnglish } from '../../terms/source.js';
import { useTexts } from '../texts/index.js';

const HAN = /\p{Script=Han}/u;

/** Where a rule stands, as it stands there: an English reader is told what it is and that it is in Chinese. */
export function SourceText({ source }: { source: string }): ReactNode {
  const { language, t } = useTexts();
  if (language === 'zh' || !HAN.test(source)) return source;
  return (
    <>
      {sourceInEnglish(source, english.sources) || t('fault.sourceChinese')} (
      <span lang="zh-CN">{source}</span>)
    </>
  );
}
