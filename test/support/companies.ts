import { makeUscc } from './uscc.js';

/** A stream of pseudo-random numbers in [0, 1) that is the same on every machine (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Company {
  code: string;
  name: string;
}
export const company = (seed: number, name: string): Company => ({ code: makeUscc(seed), name });

export const sellers: readonly (Company & { telephone: string })[] = [
  '重庆嘉陵晨光贸易有限公司',
  '重庆渝岭跨境电子商务有限公司',
  '重庆缙云优品供应链有限公司',
  '重庆南山茶语商贸有限公司',
  '重庆歌乐山户外用品有限公司',
  '重庆磁器口工艺品有限公司',
].map((name, i) => ({ ...company(100 + i, name), telephone: `023-6000010${i}` }));
export const platforms: readonly Company[] = [
  company(200, '重庆山城跨境商城科技有限公司'),
  company(201, '重庆云桥电子商务平台有限公司'),
  { code: '无', name: 'Northern Star Marketplace' },
];
export const payers = [
  company(300, '重庆两江示例支付有限公司'),
  company(301, '重庆长江示例支付服务有限公司'),
];
export const carriers = [company(400, '重庆果园国际物流有限公司'), company(401, '重庆江北航空快递有限公司')];
/** Runs the customs-controlled place that arrivals and inbound tallies are handed in for. */
export const terminal = company(701, '重庆两路寸滩示例监管场所有限公司');
export const agents = [company(500, '重庆南岸报关有限公司'), company(501, '重庆空港报关服务有限公司')];
export const producers = [company(600, '重庆北碚玩具制造有限公司'), company(601, '重庆璧山电子有限公司')];
