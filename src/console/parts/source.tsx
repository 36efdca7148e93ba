import type { ReactNode } from 'react';
import { useTexts } from '../texts/index.js';

/** What Chinese sources say of themselves, for those who do not read them; the first that fits. */
const GISTS: readonly [part: RegExp, gist: string][] = [
  [/企业对接报文规范/, "customs' message specification for enterprises, edition 202205"],
  [/海关总署公告(\d+)年第(\d+)号/, 'GACC announcement no. $2 of $1'],
  [/海关总署令第(\d+)号/, 'GACC decree no. $1'],
  [/国务院令第(\d+)号/, 'State Council decree no. $1'],
  [/总局令第(\d+)号/, 'decree no. $1 of the market or quality administration'],
  [/国(?:办)?(?:函|发|办发)〔(\d+)〕(\d+)号/, 'State Council document no. $2 of $1'],
  [/单一窗口货物申报字段说明/, 'field notes of the single window for goods declarations'],
  [/海关跨境业务节点报文定义/, "customs' message definitions, edition 202205"],
  [/(GB(?:\/T)? ?[\d-]+)/, 'national standard $1'],
  [/coo\.xsd/, 'schema of certificates of origin'],
  [/商检法|进出口商品检验法/, 'law on inspection of import and export commodities'],
  [/行政许可法/, 'administrative licence law'],
  [/邮政法/, 'postal law'],
  [/填制|申报指引/, 'instructions for completing customs declarations'],
  [/公开|非官方/, 'published material, not an official text'],
  [/签后即验/, 'rule of this gateway: verified after signing'],
  [/安全/, 'security rule of this gateway'],
  [/密钥/, 'rule of this gateway on keys'],
  [/网关|^HTTP 传输/, 'rule of this gateway'],
];

const HAN = /\p{Script=Han}/u;

/** Where a rule stands, as it stands there: an English reader is told what it is and that it is in Chinese. */
export function SourceText({ source }: { source: string }): ReactNode {
  const { language, t } = useTexts();
  if (language === 'zh' || !HAN.test(source)) return source;
  return (
    <>
      {gistOf(source) ?? t('fault.sourceChinese')} (<span lang="zh-CN">{source}</span>)
    </>
  );
}

function gistOf(source: string): string | undefined {
  for (const [part, gist] of GISTS) {
    const found = part.exec(source);
    if (found) return gist.replace(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? '');
  }
  return undefined;
}
