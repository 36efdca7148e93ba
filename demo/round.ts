import type { z } from 'zod';
import type { roundSchema } from '../src/http/awards/contract.js';
import type { Client } from '../test/support/client.js';

type Round = z.output<typeof roundSchema>;

const POLICY = 'qianjiang-2023';
const OFFICES = { commerce: '区商务委', tax: '区税务局', finance: '区财政局' } as const;
const GROUND = '示例：奖励评审联席会议纪要（演示数据）';
/** What the demo's committee decided where the text leaves it open. */
const READINGS = {
  A01: 'assumed-adopted',
  A02: 'record',
  A03: 'declared',
  A04: 'export-three',
  A05: 'while-registered',
  A06: 'departure',
  A07: 'inclusive',
  A08: 'year-once',
  A09: 'whole',
  A10: 'highest',
  A11: 'pro-rata',
  A12: 'outside-both',
  A13: 'listing-date',
  A14: 'paid',
  A15: 'net-original',
  A16: 'distinct',
  A17: 'third-party',
  A19: 'fen',
  A28: 'entity',
  A29: 'frozen',
};

/**
 * Three rounds to look at: last year's, frozen with the agreement of all offices; the same year by another reading, in review;
 * and this year's, where the draft is taken as a draft (测算). Returns what came of it beside what must.
 */
export async function handInRounds(
  operator: Client,
  officer: Client,
  committeeTenantId: string,
  year: number,
): Promise<[string, number, number][]> {
  const post = (id: string, what: string, body: unknown = {}) =>
    officer.post<Round>(`/v1/awards/rounds/${id}/${what}`, body);
  const open = async (title: string, of: number, readings: Record<string, string>) => {
    const { id } = await officer.post<Round>('/v1/awards/rounds', { policy: POLICY, year: of, title });
    await post(id, 'readings', { readings, note: GROUND });
    return id;
  };
  const give = async (id: string) => {
    const round = await post(id, 'compute');
    for (const [at, { enterprise, name }] of round.lines.entries())
      await post(id, 'inputs', {
        enterprise,
        name,
        inputs: { paysTax: true, ...(at === 0 ? { brandSalesCny: '21000000', trainees: '150' } : {}) },
        source: '示例：区税务局、商务委汇总表（演示数据）',
      });
    return post(id, 'compute');
  };

  const first = await open(`${year - 1} 年度跨境电商奖励`, year - 1, READINGS);
  const computed = await give(first);
  for (const flag of computed.flags)
    await post(first, `flags/${flag.id}`, { decision: 'dismissed', note: '示例：已与企业核实（演示数据）' });
  for (const { enterprise } of computed.lines.slice(0, 2))
    for (const item of ['licence', 'tax', 'settlement'])
      await officer.upload(
        `/v1/awards/rounds/${first}/evidence?enterprise=${enterprise}&item=${item}&fileName=${encodeURIComponent('示例材料.txt')}`,
        Buffer.from('示例材料，演示数据，不是真实文件。\n'),
      );
  for (const [office, name] of Object.entries(OFFICES)) {
    const key = await operator.post<{ secret: string; prefix: string }>('/v1/api-keys', {
      tenantId: committeeTenantId,
      name,
    });
    await post(first, 'signers', { office, signer: key.prefix });
    await operator
      .withKey(key.secret)
      .post(`/v1/awards/rounds/${first}/signatures`, { office, decision: 'agreed', note: '同意' });
  }
  const frozen = await post(first, 'freeze');

  const second = await open(`${year - 1} 年度（按毛额读法测比）`, year - 1, { ...READINGS, A15: 'gross' });
  await give(second);
  await post(second, 'signers', { office: 'commerce', signer: 'officer@demo.example' });
  const third = await open(`${year} 年度测算`, year, { ...READINGS, A01: 'draft' });
  await post(third, 'compute');
  return [
    ['冻结的评审 / frozen rounds', frozen.state === 'frozen' ? 1 : 0, 1],
    ['有奖励的企业 / enterprises with an award', frozen.lines.filter((l) => l.status === 'award').length, 4],
  ];
}
