import type { z } from 'zod';
import { coach, withoutValues } from '../../coach/coach.js';
import type { Catalogue } from '../../messages/catalogue.js';
import type { Queryable } from '../../store/store.js';
import type { Delivery } from '../../terms/delivery.js';
import type { Stage } from '../../terms/stage.js';
import type { Text } from '../../terms/text.js';
import type { Verdict } from '../../terms/verdict.js';
import type { declarationSummarySchema } from './shapes.js';

type Cause = NonNullable<z.output<typeof declarationSummarySchema>['cause']>;

interface Row {
  declaration_id: string;
  message_type: string;
  responsible_code: string;
  responsible_name: string;
  delivery: Delivery;
  waiting_for: string | null;
  verdict: Verdict;
  status: string | null;
  info_code: string | null;
  info: string | null;
}

/** Which document of a declaration is the reason that it stands in a stage that needs a person. */
const IS_CAUSE: Partial<Record<Stage, (d: Row) => boolean>> = {
  refused: (d) => ['refused', 'failed', 'sent-back'].includes(d.verdict),
  detained: (d) => d.verdict === 'detained',
  'port-refused': (d) => d.delivery === 'refused' || d.delivery === 'dead',
  unknown: (d) => d.delivery === 'unknown',
  draft: (d) => d.delivery === 'waiting' && d.waiting_for === 'draft',
  party: (d) => d.delivery === 'waiting' && (d.waiting_for === 'party' || d.waiting_for === 'number'),
};

const DELIVERED: Partial<Record<Delivery, { text: Text; remedy: Text }>> = {
  refused: {
    text: { zh: '口岸拒收报文', en: 'The port refused the message' },
    remedy: {
      zh: '核对企业备案与报文后重新发送',
      en: 'Check the registration and the message, then send again',
    },
  },
  dead: {
    text: { zh: '多次发送未成功，已停止发送', en: 'Could not be delivered and was given up' },
    remedy: { zh: '确认口岸恢复后重新发送', en: 'Send again once the port is back' },
  },
  unknown: {
    text: { zh: '已发送，未收到口岸应答', en: 'Sent, but the answer of the port was lost' },
    remedy: {
      zh: '网关会以相同报文自动核对，也可以人工重新发送',
      en: 'The gateway asks again with the same bytes; it can also be sent again by hand',
    },
  },
};

/**
 * Why declarations need a person, by id; those that need nobody have no entry. What the port filled into its words is
 * left out, since it may name a person.
 */
export async function causesOf(
  db: Queryable,
  declarations: readonly { id: string; attention: boolean; stage: Stage }[],
  catalogue: Catalogue,
): Promise<Map<string, Cause>> {
  const stages = new Map(declarations.filter((d) => d.attention).map((d) => [d.id, d.stage]));
  const causes = new Map<string, Cause>();
  if (stages.size === 0) return causes;
  const { rows } = await db.query<Row>(
    `select d.declaration_id, d.message_type, d.responsible_code, d.responsible_name, d.delivery, d.waiting_for, d.verdict,
            d.status, d.info_code,
            (select r.info from receipts r where r.document_id = d.id and r.return_status = d.status
              order by r.return_time desc nulls last limit 1) as info
       from documents d where d.declaration_id = any($1) and d.current and d.filing is null order by d.seq`,
    [[...stages.keys()]],
  );
  for (const row of rows) {
    const stage = stages.get(row.declaration_id);
    if (!stage || causes.has(row.declaration_id) || !IS_CAUSE[stage]?.(row)) continue;
    const mapping = catalogue.message(row.message_type);
    causes.set(row.declaration_id, {
      messageType: row.message_type,
      document: mapping?.title ?? { zh: row.message_type, en: row.message_type },
      ...wordsOf(row, stage, mapping?.receipt ?? row.message_type),
    });
  }
  return causes;
}

function wordsOf(row: Row, stage: Stage, receipt: string): Pick<Cause, 'text' | 'code' | 'remedy'> {
  if (stage === 'draft')
    return {
      code: null,
      text: { zh: '草稿尚未填写完整', en: 'The draft is not complete' },
      remedy: {
        zh: '请补填标出的内容，填齐后自动发送',
        en: 'Fill in what is marked; it leaves once nothing is missing',
      },
    };
  if (stage === 'party' && row.waiting_for === 'number')
    return {
      code: null,
      text: { zh: '同一编号的单证在海关尚有一票', en: 'Customs has another document with this number' },
      remedy: {
        zh: '编号有误请更正；编号无误请向给出编号的企业核实',
        en: 'Correct the number when it is wrong, else ask who gave it',
      },
    };
  if (stage === 'party') {
    const name = row.responsible_name || row.responsible_code;
    return {
      code: null,
      text: { zh: `等待“${name}”签名发送`, en: `Waiting for ${name} to sign and send` },
      remedy: {
        zh: '请责任主体签发，或在其自行申报后登记',
        en: 'Ask the party to sign, or note it once the party declared by itself',
      },
    };
  }
  const delivered = stage === 'port-refused' || stage === 'unknown' ? DELIVERED[row.delivery] : undefined;
  if (delivered) return { code: null, ...delivered };
  const said = withoutValues(
    coach().explain({
      receiptType: receipt,
      status: row.status ?? '',
      infoCode: row.info_code,
      info: row.info,
    }),
  );
  return { code: said.code, text: said.title, remedy: said.remedy };
}
