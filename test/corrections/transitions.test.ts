import { expect, test } from '@jest/globals';
import { loadFaultDefinitions } from '../../src/base/faults.js';
import { actionNames, documentKinds, Transitions, type Standing } from '../../src/corrections/transitions.js';
import { deliverySchema } from '../../src/terms/delivery.js';
import { verdictSchema } from '../../src/terms/verdict.js';

const table = Transitions.load();
const title = { zh: '出口电子订单', en: 'Export order' };

const plain: Standing = {
  kind: 'order',
  delivery: 'sent',
  verdict: 'accepted',
  status: '120',
  built: true,
  appType: '1',
  current: true,
  withdrawn: false,
  listed: false,
  held: true,
  numbered: false,
  expired: false,
  ieFlag: 'E',
  statisticsFlag: 'A',
};

/** Every state a document can be in, with a status that fits its verdict. */
function* everyStanding(): Generator<Standing> {
  const yesNo = [false, true];
  for (const kind of documentKinds)
    for (const delivery of deliverySchema.options)
      for (const verdict of verdictSchema.options)
        for (const status of verdict === 'received' ? ['1', '2', '3', null] : [null])
          for (const appType of ['1', '2', '3'])
            for (const current of yesNo)
              for (const built of yesNo)
                for (const withdrawn of kind === 'list' ? yesNo : [false])
                  yield { ...plain, kind, delivery, verdict, status, appType, current, built, withdrawn };
}

/** The flags that do not make the stage. */
function* everyFlag(): Generator<Partial<Standing>> {
  const yesNo = [false, true];
  for (const listed of yesNo)
    for (const held of yesNo)
      for (const numbered of yesNo)
        for (const expired of yesNo)
          for (const ieFlag of ['E', 'I'] as const)
            for (const statisticsFlag of ['A', 'B', ''])
              yield { listed, held, numbered, expired, ieFlag, statisticsFlag };
}

/** One document of every kind in every stage: the flags do the rest. */
function oneOfEach(): Map<string, Standing> {
  const found = new Map<string, Standing>();
  for (const standing of everyStanding()) {
    const name = `${standing.kind} ${table.stageOf(standing).stage}`;
    if (!found.has(name)) found.set(name, standing);
  }
  return found;
}
const examples = oneOfEach();

test('every state a document can be in has a stage', () => {
  const seen = new Set<string>();
  for (const standing of everyStanding()) seen.add(table.stageOf(standing).stage);
  expect([...seen].sort()).toEqual(table.stages.map((s) => s.stage).sort());
});

test('every action has exactly one answer in every stage, for every kind of document and every flag', () => {
  const flags = [...everyFlag()];
  let answers = 0;
  const wrong: string[] = [];
  for (const [name, standing] of examples)
    for (const flag of flags)
      for (const action of actionNames) {
        const found = table.matching(action, { ...standing, ...flag }).length;
        answers++;
        if (found !== 1) wrong.push(`${action} ${name} ${JSON.stringify(flag)}: ${found}`);
      }
  expect(wrong).toEqual([]);
  expect(answers).toBeGreaterThan(40_000);
});

test('a refusal names the state, the document and what to do instead, with its source, in both languages', () => {
  for (const standing of examples.values())
    for (const action of actionNames) {
      const answer = table.answer(action, standing, title);
      if (answer.allowed) continue;
      const { message, fix, source } = answer.reason;
      for (const text of [message.zh, message.en, fix.zh, fix.en]) expect(text).not.toMatch(/\{\w+\}/);
      expect(source.length).toBeGreaterThan(3);
    }
});

const answers = (standing: Partial<Standing>) => {
  const whole: Standing = { ...plain, ...standing };
  return Object.fromEntries(
    actionNames.map((action) => {
      const answer = table.answer(action, whole, title);
      return [action, answer.allowed ? answer.make : answer.reason.code];
    }),
  );
};
const revision = (appType: string) => ({ what: 'revision', appType });

test('an accepted order may be changed or deleted until a list refers to it', () => {
  expect(answers({})).toMatchObject({
    change: revision('2'),
    delete: revision('3'),
    resubmit: 'T28',
    withdraw: 'T36',
  });
  expect(answers({ listed: true })).toMatchObject({ change: 'T27', delete: 'T27', resubmit: 'T28' });
});

test('a refused order is declared again as new, a refused change of a held order as a change', () => {
  const refused = { verdict: 'refused', status: '100', held: false } as const;
  expect(answers(refused)).toMatchObject({
    change: 'T29',
    delete: 'T29',
    resubmit: revision('1'),
    resend: 'T42',
  });
  const change = { verdict: 'failed', status: '-303003', appType: '2', held: true } as const;
  expect(answers(change)).toMatchObject({ change: 'T29', delete: revision('3'), resubmit: revision('2') });
});

test('a list is changed before release, withdrawn before clearance and returned after release', () => {
  const list = { kind: 'list', numbered: true, statisticsFlag: 'B' } as const;
  expect(answers({ ...list })).toMatchObject({
    change: revision('2'),
    delete: 'T35',
    withdraw: { what: 'filing', message: 'CEB605Message' },
    return: 'T37',
  });
  expect(answers({ ...list, verdict: 'released' })).toMatchObject({
    change: 'T31',
    withdraw: { what: 'filing', message: 'CEB605Message' },
    return: { what: 'filing', message: 'CEB213Message' },
  });
  expect(answers({ ...list, verdict: 'cleared' })).toMatchObject({
    withdraw: 'T33',
    return: { what: 'filing', message: 'CEB213Message' },
  });
  expect(answers({ ...list, statisticsFlag: 'A', verdict: 'cleared' })).toMatchObject({ withdraw: 'T32' });
  expect(answers({ ...list, verdict: 'cleared', expired: true })).toMatchObject({ return: 'T38' });
  expect(answers({ ...list, verdict: 'accepted', numbered: false })).toMatchObject({ withdraw: 'T39' });
});

test('an import list is withdrawn and returned by the import messages', () => {
  const list = {
    kind: 'list',
    numbered: true,
    statisticsFlag: '',
    ieFlag: 'I',
    verdict: 'released',
  } as const;
  expect(answers(list)).toMatchObject({
    withdraw: { what: 'filing', message: 'CEB623Message' },
    return: { what: 'filing', message: 'CEB625Message' },
  });
});

test('what is under inspection or detained is left alone until customs is done', () => {
  for (const verdict of ['inspection', 'detained'] as const)
    expect(answers({ kind: 'list', numbered: true, verdict })).toMatchObject({
      change: 'T30',
      delete: 'T30',
      resubmit: 'T30',
      withdraw: 'T30',
    });
});

test('while a message is on its way or unanswered nothing may overtake it; only the same bytes may go again', () => {
  expect(answers({ delivery: 'sending', verdict: 'none', held: false })).toMatchObject({
    change: 'T22',
    resend: 'T42',
  });
  expect(answers({ delivery: 'sent', verdict: 'received', held: false })).toMatchObject({
    change: 'T23',
    resubmit: 'T23',
  });
  for (const [delivery, fault] of [
    ['unknown', 'T24'],
    ['dead', 'T25'],
  ] as const)
    expect(answers({ delivery, verdict: 'none', held: false })).toMatchObject({
      change: fault,
      resubmit: fault,
      resend: { what: 'same-bytes' },
    });
  expect(answers({ delivery: 'refused', verdict: 'none', held: false })).toMatchObject({
    change: 'T29',
    delete: 'T26',
    resubmit: revision('1'),
    resend: { what: 'same-bytes' },
  });
});

test('what is not sent yet changes in place', () => {
  expect(answers({ delivery: 'waiting', verdict: 'none', held: false })).toMatchObject({
    change: { what: 'rewrite' },
    delete: 'T21',
    resend: 'T21',
  });
});

test('what could not be built may be corrected, and built anew', () => {
  expect(answers({ delivery: 'dead', verdict: 'none', held: false, built: false })).toMatchObject({
    change: { what: 'rewrite' },
    resubmit: 'T21',
    resend: { what: 'same-bytes' },
  });
});

test('what was deleted can be declared again; a withdrawn list is at its end', () => {
  const deleted = { appType: '3', verdict: 'received', status: '3', held: false } as const;
  expect(answers(deleted)).toMatchObject({ change: 'T41', delete: 'T41', resubmit: revision('1') });
  expect(answers({ kind: 'list', withdrawn: true })).toMatchObject({
    change: 'T40',
    resubmit: 'T40',
    withdraw: 'T40',
  });
});

test('goods sent back, a superseded revision and a filing are out of reach of corrections', () => {
  expect(answers({ kind: 'list', verdict: 'sent-back' })).toMatchObject({
    change: 'T34',
    withdraw: 'T34',
    return: 'T34',
  });
  expect(new Set(Object.values(answers({ current: false })))).toEqual(new Set(['T20']));
  expect(answers({ kind: 'filing' })).toMatchObject({
    change: 'T43',
    delete: 'T43',
    resubmit: 'T43',
    withdraw: 'T36',
  });
});

test('every transition fault of the catalogue is the answer to some combination', () => {
  const given = new Set<string>();
  const flags = [...everyFlag()];
  for (const standing of examples.values())
    for (const flag of flags)
      for (const action of actionNames)
        for (const rule of table.matching(action, { ...standing, ...flag }))
          if (rule.fault) given.add(rule.fault);
  const catalogued = [...loadFaultDefinitions().keys()].filter((code) => /^T[2-9]\d$/.test(code));
  expect([...given].sort()).toEqual(catalogued.sort());
});

test('a return is late a year after release of an export and 30 days after that of an import', () => {
  const released = new Date('2026-01-01T00:00:00Z');
  const after = (days: number) => new Date(released.getTime() + days * 86_400_000 + 1);
  expect(table.isExpired('E', released, after(364))).toBe(false);
  expect(table.isExpired('E', released, after(365))).toBe(true);
  expect(table.isExpired('I', released, after(29))).toBe(false);
  expect(table.isExpired('I', released, after(30))).toBe(true);
  expect(table.isExpired('E', null, after(999))).toBe(false);
});
