import { describe, expect, test } from '@jest/globals';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { Statuses } from '../../src/clearance/state.js';
import { attribute, type Answer, type Revision } from '../../src/receipts/attribute.js';

const statuses = new Statuses(loadCatalogue().statuses);
const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 1, 0, second));
const DAY = 86_400;

/** Where something stands among what left and arrived, while nobody touches the clock. */
const tickAt = (moment: Date) => moment.getTime() / 1000;

/** A revision first attempted at that second; null never left. */
const revision = (id: string, attempt: number | null, over: Partial<Revision> = {}): Revision => {
  const attempts = over.attempts ?? (attempt === null ? [] : [at(attempt)]);
  return {
    id,
    chain: 'one',
    revision: 1,
    appType: '1',
    createdAt: at(0),
    attempts,
    ticks: attempts.map(tickAt),
    refusedByPort: false,
    ...over,
  };
};
let n = 0;
const said = (status: string, second: number | undefined, over: Partial<Answer> = {}): Answer => ({
  id: `r${++n}`,
  answers: null,
  status,
  time: second === undefined ? undefined : at(second),
  receivedAt: at(9 * 365 * DAY),
  tick: tickAt(over.receivedAt ?? at(9 * 365 * DAY)),
  info: '',
  infoCode: undefined,
  preNo: undefined,
  invtNo: undefined,
  ...over,
});
/** What each answer is about, in the order of the answers; whatever order they are looked at. */
function about(revisions: Revision[], answers: Answer[]): (string | undefined)[] {
  const found = attribute(revisions, answers, statuses);
  const again = attribute([...revisions].reverse(), [...answers].reverse(), statuses);
  expect(again).toEqual(found);
  return answers.map((a) => found.get(a.id)?.documentId);
}

const first = revision('first', 1);
const second = (appType: '1' | '2' | '3', attempt: number | null = 30, over: Partial<Revision> = {}) =>
  revision('second', attempt, { revision: 2, appType, ...over });
const third = (attempt: number) => revision('third', attempt, { revision: 3, appType: '2' });

describe('a receipt answers', () => {
  test('the revision that was the last one attempted when customs spoke', () => {
    expect(about([first, second('1')], [said('2', 2), said('100', 8), said('120', 31)])).toEqual([
      'first',
      'first',
      'second',
    ]);
  });

  test('the new one when the old one had its refusal already, even if our clock runs ahead of customs', () => {
    expect(about([first, second('1')], [said('100', 8), said('120', 29)])).toEqual(['first', 'second']);
  });

  test('the old one while that has no final answer', () => {
    expect(about([first, second('2')], [said('120', 6), said('800', 29)])).toEqual(['first', 'first']);
  });

  test('the revision customs holds, once a change of it has failed', () => {
    const answers = [said('120', 6), said('-604002', 31), said('800', 40)];
    expect(about([first, second('2')], answers)).toEqual(['first', 'second', 'first']);
    expect(about([first, second('2'), third(50)], [...answers, said('120', 52)])).toEqual([
      'first',
      'second',
      'third',
      'third',
    ]);
    expect(about([first, second('2'), third(5000)], answers)).toEqual(['first', 'second', 'first']);
  });

  test('never a revision that was not attempted, signed or not', () => {
    expect(about([first, second('2', null)], [said('120', 40), said('800', undefined)])).toEqual([
      'first',
      'first',
    ]);
    expect(about([revision('only', null)], [said('800', 40)])).toEqual([undefined]);
  });

  test('never a revision whose every attempt the port refused, unless it is the only one that could be meant', () => {
    expect(about([first, second('2', 30, { refusedByPort: true })], [said('800', 40)])).toEqual(['first']);
    expect(about([{ ...first, refusedByPort: true }], [said('120', 40)])).toEqual(['first']);
  });

  test('never a revision first attempted after it had arrived, however far ahead customs’ clock runs', () => {
    expect(about([first, second('1')], [said('100', 300, { receivedAt: at(20) })])).toEqual(['first']);
  });

  // By our clock what arrives now was there five days before what was sent a minute ago.
  const back = { receivedAt: at(60 - 5 * DAY), tick: tickAt(at(60)) };
  const sentAfter = { ticks: [tickAt(at(30))] };

  test('what was sent before our clock was put back by days, with a time of customs or without', () => {
    expect(about([first], [said('120', 6, back), said('-604002', undefined, back)])).toEqual([
      'first',
      'first',
    ]);
    expect(about([first, second('2', 7 - 5 * DAY, sentAfter)], [said('800', 40, back)])).toEqual(['second']);
    // What customs said before there was anything to answer answers nothing, whenever it arrived.
    const early = { receivedAt: at(-3600) };
    expect(about([first], [said('120', -3600, early)])).toEqual([undefined]);
  });

  test('without a time, in the order in which things left and arrived, whatever our clock said', () => {
    const after = second('1', 7 - 5 * DAY, sentAfter);
    const between = { receivedAt: at(1 - 5 * DAY), tick: tickAt(at(9)) };
    expect(about([first, after], [said('100', undefined, between), said('120', undefined, back)])).toEqual([
      'first',
      'second',
    ]);
    // A change that failed in words without a time leaves what customs holds in force.
    const failed = said('-604002', undefined, { ...back, tick: tickAt(at(40)) });
    const change = second('2', 7 - 5 * DAY, sentAfter);
    expect(about([first, change], [said('120', 6, between), failed, said('800', undefined, back)])).toEqual([
      'first',
      'second',
      'first',
    ]);
  });

  test('what was sent by a clock that ran days ahead, once that was put right', () => {
    const ahead = revision('first', 5 * DAY, { ticks: [1] });
    const right = second('1', 30, { ticks: [3] });
    const between = { receivedAt: at(9), tick: 2 };
    const late = { receivedAt: at(40), tick: 4 };
    expect(about([ahead, right], [said('100', 8, between), said('120', 35, late)])).toEqual([
      'first',
      'second',
    ]);
    expect(about([ahead, right], [said('100', undefined, between), said('120', undefined, late)])).toEqual([
      'first',
      'second',
    ]);
  });

  test('without a time, the revision that was the last one attempted when it arrived', () => {
    expect(about([first, second('1')], [said('100', undefined, { receivedAt: at(9) })])).toEqual(['first']);
    expect(about([first, second('1')], [said('120', undefined, { receivedAt: at(40) })])).toEqual(['second']);
  });

  test('the document it names, whatever its time says', () => {
    expect(about([first, second('1')], [said('100', 50, { answers: 'first' })])).toEqual(['first']);
  });
});

describe('where a number belongs to documents of several declarations', () => {
  const other = (attempt: number) => revision('other', attempt, { chain: 'two' });

  test('time decides when they began months apart', () => {
    const later = 180 * DAY;
    expect(about([first, other(later)], [said('120', 40), said('120', later + 5)])).toEqual([
      'first',
      'other',
    ]);
  });

  test('the number customs gave decides, from whichever receipt it is known', () => {
    const answers = [
      said('120', 40, { preNo: 'P1', receivedAt: at(45) }),
      said('800', 400, { preNo: 'P1', invtNo: 'I1' }),
      said('899', 500, { invtNo: 'I1' }),
    ];
    expect(about([first, other(100)], answers)).toEqual(['first', 'first', 'first']);
  });

  test('what nothing decides is left to a person', () => {
    expect(about([first, other(100)], [said('120', 400)])).toEqual([undefined]);
    expect(about([first, other(180 * DAY)], [said('120', undefined)])).toEqual([undefined]);
  });
});

test('“I have this already” is news about delivery only after a second attempt that it can answer', () => {
  const info = '已存在相同编号的单证';
  expect(statuses.isDuplicate('-604002', info)).toBe(true);
  const twice = revision('first', null, { attempts: [at(1), at(60)] });
  const early = said('-604002', 5, { info, receivedAt: at(10) });
  const late = said('-604002', 65, { info });
  const found = attribute([twice], [early, late], statuses);
  expect([found.get(early.id)?.notice, found.get(late.id)?.notice]).toEqual([false, true]);
});
