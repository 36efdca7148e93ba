import { shanghaiText } from '../../base/clock.js';
import { groupDigits } from '../../base/decimal.js';
import type { Block, Paper } from '../../prints/paper.js';
import type { PolicyBook } from '../../awards/book.js';
import { policyView } from './policies.js';
import type { RoundView } from './rounds.js';
import { statusText } from '../../awards/clause.js';
import { sheetView, type SheetView } from './sheet.js';
import { policyOf } from '../../awards/rounds.js';

const time = (iso: string | null): string => (iso === null ? '—' : shanghaiText(new Date(iso)));
const yuan = (value: string | null): string => (value === null ? '—' : groupDigits(value));

/** What stands on every paper of a round: draft or not frozen across the page, the hash at its foot. */
function common(view: RoundView, sheet: SheetView, title: string): Omit<Paper, 'blocks'> {
  const final = view.state === 'frozen' && !view.estimate;
  return {
    title,
    under: [`${sheet.heading.zh} · ${view.title}`, `${sheet.mark.zh} · 数据截至 ${time(view.asOf)}`],
    mark: view.estimate ? '测算' : final ? undefined : '未冻结',
    madeAt: new Date(view.frozenAt ?? view.computedAt ?? view.createdAt),
    foot: view.sha256 ? `冻结摘要 SHA-256 ${view.sha256}` : `${view.title} · ${sheet.mark.zh}`,
  };
}

const basis = (view: RoundView, sheet: SheetView): Block => ({
  kind: 'facts',
  rows: [
    ['依据', sheet.document],
    ['政策版本', `${view.version}（${view.policyStatus === 'draft' ? '征求意见稿' : '正式文本'}）`],
    ['政策数据摘要 SHA-256', view.policySha256],
    ['数据截至', time(view.asOf)],
    ['冻结', view.frozenAt ? time(view.frozenAt) : '尚未冻结'],
    ['冻结摘要 SHA-256', view.sha256 ?? '—'],
  ],
});

const seals = (sheet: SheetView): Block => ({
  kind: 'seals',
  seals: sheet.seals.map(({ text, signedBy, signedAt }) => ({
    office: text.zh,
    signed: signedBy ? `系统签署：${signedBy} · ${time(signedAt)}` : '尚未签署',
  })),
});

/** The award table of a round with its annex: readings, the calculation of every enterprise, evidence, flags, signatures. */
export function roundPaper(book: PolicyBook, view: RoundView): Paper {
  const sheet = sheetView(book, view);
  return {
    ...common(view, sheet, view.estimate ? '奖励资金测算表' : '奖励资金核算表'),
    landscape: true,
    blocks: [
      basis(view, sheet),
      {
        kind: 'table',
        columns: [
          { title: '序号' },
          { title: '统一社会信用代码' },
          { title: '企业名称', wide: true },
          { title: '结果' },
          { title: '适用条款' },
          { title: '核算金额（元）', align: 'right' },
          ...(view.estimate ? [{ title: '测算金额（元）', align: 'right' as const }] : []),
          { title: '拟拨付（元）', align: 'right' },
          { title: '记录数', align: 'right' },
        ],
        rows: [
          ...sheet.rows.map((r, at) => ({
            cells: [
              String(at + 1),
              r.enterprise,
              r.name,
              statusText(r.status).zh,
              r.clauses.join('、'),
              yuan(r.cny),
              ...(view.estimate ? [yuan(r.estimateCny)] : []),
              yuan(r.granted),
              String(r.records),
            ],
          })),
          {
            strong: true,
            cells: [
              '',
              '合计',
              '',
              '',
              '',
              yuan(view.cny),
              ...(view.estimate ? [yuan(view.estimated)] : []),
              yuan(sheet.granted),
              '',
            ],
          },
        ],
      },
      ...(sheet.pot
        ? [
            { kind: 'heading' as const, text: '资金总额' },
            ...sheet.pot.lines.map((l) => ({ kind: 'text' as const, text: l.zh })),
          ]
        : []),
      seals(sheet),
      { kind: 'heading', text: '附件一：所选读法', newPage: true },
      readingsTable(sheet),
      { kind: 'heading', text: '附件二：各企业计算过程' },
      ...view.lines.flatMap((line) => calculation(view, line)),
      { kind: 'heading', text: '附件三：材料、疑点与签署' },
      ...annexRecords(book, view),
    ],
  };
}

/** The sheet of one enterprise: what it gets, line by line, with the clause texts, the records and the evidence behind it. */
export function enterprisePaper(book: PolicyBook, view: RoundView, enterprise: string): Paper | undefined {
  const line = view.lines.find((l) => l.enterprise === enterprise);
  if (!line) return undefined;
  const sheet = sheetView(book, view);
  const clauses = policyView(book, policyOf(book, view.policy)).clauses;
  const mine = line.result.clauses.flatMap((made) => clauses.find((c) => c.id === made.clause) ?? []);
  return {
    ...common(view, sheet, view.estimate ? '企业奖励测算单' : '企业奖励核算单'),
    blocks: [
      {
        kind: 'facts',
        rows: [
          ['企业名称', line.name],
          ['统一社会信用代码', line.enterprise],
          ['结果', statusText(line.status).zh],
          ['核算金额（元）', yuan(line.cny)],
          ...(view.estimate ? [['测算金额（元）', yuan(line.result.estimateCny)] as const] : []),
          ['拟拨付（元）', yuan(line.granted)],
        ],
      },
      { kind: 'heading', text: '计算过程' },
      ...calculation(view, line),
      { kind: 'heading', text: '条文' },
      ...mine.map((c) => ({ kind: 'text' as const, text: `${c.id}（${c.article}）：“${c.quote}”` })),
      { kind: 'heading', text: '所选读法' },
      readingsTable(sheet),
      { kind: 'heading', text: '依据' },
      basis(view, sheet),
      seals(sheet),
    ],
  };
}

const readingsTable = (sheet: SheetView): Block =>
  sheet.readings.length === 0
    ? { kind: 'text', text: '没有选定读法。', quiet: true }
    : {
        kind: 'table',
        columns: [
          { title: '编号' },
          { title: '事项' },
          { title: '所选读法', wide: true },
          { title: '选定人' },
          { title: '选定时间' },
        ],
        rows: sheet.readings.map((r) => ({
          cells: [r.id, r.title.zh, r.text.zh, r.chosenBy ?? '', time(r.chosenAt)],
        })),
      };

/** The arithmetic of one enterprise, why it was not more, and the records it rests on. */
function calculation(view: RoundView, line: RoundView['lines'][number]): Block[] {
  const amount = line.cny ?? line.result.estimateCny;
  return [
    {
      kind: 'text',
      text: `${line.name}（${line.enterprise}） · ${statusText(line.status).zh}${amount === null ? '' : ` · ${yuan(amount)} 元${view.estimate ? '（测算）' : ''}`}`,
    },
    ...line.result.lines.map((l) => ({ kind: 'text' as const, text: `· ${l.zh}` })),
    ...line.why.map((l) => ({ kind: 'text' as const, text: `未能更多：${l.zh}` })),
    {
      kind: 'text',
      quiet: true,
      text: `依据 ${line.records} 条计数记录，其版本编号的 SHA-256：${line.recordsSha256}`,
    },
  ];
}

function annexRecords(book: PolicyBook, view: RoundView): Block[] {
  const items = new Map(
    policyOf(book, view.policy).clauses.flatMap((c) =>
      c.kind === 'award' ? c.evidence.map((e) => [e.id, e.text.zh] as const) : [],
    ),
  );
  const nameOf = new Map(view.lines.map((l) => [l.enterprise, l.name]));
  const table = (titles: string[], rows: string[][], none: string): Block =>
    rows.length === 0
      ? { kind: 'text', text: none, quiet: true }
      : {
          kind: 'table',
          columns: titles.map((title, at) => ({ title, wide: at === titles.length - 1 })),
          rows: rows.map((cells) => ({ cells })),
        };
  return [
    table(
      ['企业', '材料', '文件', 'SHA-256'],
      view.evidence.map((e) => [
        nameOf.get(e.enterprise) ?? e.enterprise,
        items.get(e.item) ?? e.item,
        e.fileName,
        e.sha256,
      ]),
      '没有上传材料。',
    ),
    table(
      ['企业', '疑点', '处理', '处理人', '说明'],
      view.flags.map((f) => [
        nameOf.get(f.enterprise) ?? f.enterprise,
        book.integrity.get(f.kind)?.text.zh ?? f.kind,
        f.decision === null ? '未处理' : f.decision === 'upheld' ? '属实' : '排除',
        f.decidedBy ?? '',
        f.note ?? '',
      ]),
      '没有疑点。',
    ),
    table(
      ['部门', '意见', '签署人', '签署时间', '说明'],
      view.signatures
        .filter((s) => s.current)
        .map((s) => [
          OFFICE[s.office],
          s.decision === 'agreed' ? '同意' : '不同意',
          s.signedBy,
          time(s.signedAt),
          s.note,
        ]),
      '没有签署。',
    ),
  ];
}

const OFFICE = { commerce: '商务', tax: '税务', finance: '财政' } as const;
