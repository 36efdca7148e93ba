import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { mappingPath, projectRoot } from '../../src/base/root.js';
import { sourceInEnglish, type SourceGist } from '../../src/terms/source.js';

test('no text of a rule or fault speaks of a field without naming it', () => {
  for (const folder of ['rules', 'faults'])
    for (const file of readdirSync(mappingPath(folder)))
      expect({ file, bare: readFileSync(mappingPath(folder, file), 'utf8').includes('该项') }).toEqual({
        file,
        bare: false,
      });
});

test('the code that a person may have meant is suggested, and nothing where none is near', () => {
  const { codes } = loadCatalogue();
  expect(codes.get('country').nearest('美利坚')).toBeUndefined();
  expect(codes.get('currency').nearest('英傍')).toBe('303');
  expect(codes.get('country').nearest('Germny')).toBe('304');
  expect(codes.get('unit').nearest('完全不是单位的文字')).toBeUndefined();
});

test('every source of a rule, fault, limit or table says in English what it is', () => {
  const { sources: gists } = JSON.parse(readFileSync(mappingPath('sources', 'english.json'), 'utf8')) as {
    sources: SourceGist[];
  };
  const sources = new Set<string>();
  const inProgram = new Set<string>();
  const collect = (value: unknown) => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === 'object' && value !== null)
      for (const [name, one] of Object.entries(value))
        if (name === 'source' && typeof one === 'string') sources.add(one);
        else collect(one);
  };
  // The examples of the API hold sources that people typed.
  for (const file of readdirSync(mappingPath(), { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.json') && !file.startsWith('api'))
      collect(JSON.parse(readFileSync(mappingPath(file), 'utf8')));
  // A few stand in the program, beside what they are the reason of.
  for (const file of readdirSync(join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.ts') && !file.startsWith('console'))
      for (const [, source = ''] of readFileSync(join(projectRoot, 'src', file), 'utf8').matchAll(
        /\bsource: ['"`]([^'"`]*\p{Script=Han}[^'"`]*)['"`]/gu,
      ))
        inProgram.add(source);
  expect(inProgram.size).toBeGreaterThan(0);
  const chinese = [...sources, ...inProgram].filter((source) => /\p{Script=Han}/u.test(source));
  expect(chinese.length).toBeGreaterThan(300);
  expect(chinese.filter((source) => sourceInEnglish(source, gists) === '')).toEqual([]);
  expect(chinese.filter((source) => /\p{Script=Han}/u.test(sourceInEnglish(source, gists)))).toEqual([]);
  expect(sourceInEnglish('海关总署公告2018年第194号；GB 11643-1999 公民身份号码', gists)).toBe(
    'GACC announcement no. 194 of 2018; national standard GB 11643-1999',
  );
});
