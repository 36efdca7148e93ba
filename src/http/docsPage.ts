import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type Express } from 'express';

const PAGE = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>接口文档</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"><link rel="stylesheet" href="/docs/start.css"></head>
<body><header><a href="/">← <span id="back">控制台</span></a><button id="language" type="button" lang="en">English</button></header>
<main id="swagger-ui"></main>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>`;

const STYLE = `body { margin: 0; }
header { display: flex; justify-content: space-between; align-items: center; max-width: 1460px; margin: 0 auto; padding: 12px 20px 0; font: 14px sans-serif; }
header button { font: inherit; padding: 5px 14px; cursor: pointer; }
@media (max-width: 640px) {
  header { padding: 10px 10px 0; }
  .swagger-ui .wrapper, .swagger-ui .information-container { padding: 0 10px; }
  .swagger-ui .info { margin: 20px 0; overflow-wrap: anywhere; }
  .swagger-ui .scheme-container .schemes { padding: 0 10px; }
  .swagger-ui .opblock .opblock-summary, .swagger-ui .opblock .opblock-summary-control { flex-wrap: wrap; min-width: 0; }
  .swagger-ui .opblock .opblock-summary-path, .swagger-ui .opblock .opblock-summary-path__deprecated { max-width: 100%; overflow-wrap: anywhere; }
  .swagger-ui .opblock .opblock-summary-method { min-width: 62px; padding: 6px 0; }
  .swagger-ui .opblock-tag { font-size: 18px; padding: 8px 4px; }
  .swagger-ui .opblock-body, .swagger-ui .parameters-container, .swagger-ui .responses-wrapper, .swagger-ui .opblock-section { overflow-x: auto; }
  .swagger-ui .opblock-body pre.microlight, .swagger-ui select { max-width: 100%; }
}
`;

/**
 * Runs in the page. The document says most things in both languages, Chinese first (中文 / English, or one below the other);
 * one press leaves the English alone, and the next one puts the Chinese back.
 */
const START = `const button = document.getElementById('language');
const han = /\\p{Script=Han}/u;
const english = (text) => {
  for (const between of [' / ', '\\n\\n']) {
    const parts = text.split(between);
    const at = parts.findIndex((part) => !han.test(part));
    if (at > 0 && han.test(parts[0])) return parts.slice(at).join(between);
  }
  return text;
};
const translated = (value, key) => {
  if (Array.isArray(value)) return value.map((one) => translated(one, key));
  if (typeof value === 'string') return ['title', 'summary', 'description', 'tags'].includes(key) ? english(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, one]) =>
    [name, name === 'example' || name === 'value' ? one : translated(one, name)]));
  // Of an operation the description is what its summary says, in English.
  if (typeof copy.operationId === 'string') [copy.summary, copy.description] = [copy.description, ''];
  return copy;
};
/**
 * The page draws the document as OpenAPI 3.0 would say it, which costs a quarter of the time: it resolves a document of 3.1 as a
 * whole, again for every operation that is opened. The document itself stays what it is.
 */
const older = (value) => {
  if (Array.isArray(value)) return value.map(older);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, one]) =>
    [name, name === 'example' || name === 'value' || name === 'default' ? one : older(one)]));
  if (Array.isArray(copy.type)) {
    copy.nullable = copy.type.includes('null');
    copy.type = copy.type.find((one) => one !== 'null');
  }
  if ('const' in copy) copy.enum = [copy.const];
  if (Array.isArray(copy.examples)) copy.example ??= copy.examples[0];
  return copy;
};
const show = (spec, language) => {
  const zh = language === 'zh';
  document.documentElement.lang = zh ? 'zh-CN' : 'en';
  document.title = zh ? '接口文档' : 'API documentation';
  document.getElementById('back').textContent = zh ? '控制台' : 'Console';
  button.textContent = zh ? 'English' : '中文';
  button.lang = zh ? 'en' : 'zh-CN';
  button.onclick = () => show(spec, zh ? 'en' : 'zh');
  // As long as one page shows 200 operations opened, every browser is slow: its headings come first.
  SwaggerUIBundle({ spec: zh ? spec : translated(spec), dom_id: '#swagger-ui', validatorUrl: null, docExpansion: 'none',
    deepLinking: true, filter: true, defaultModelsExpandDepth: -1 });
};
fetch('/openapi.json').then((answer) => answer.json()).then((spec) => show({ ...older(spec), openapi: '3.0.3' }, 'zh'), () => {
  document.getElementById('swagger-ui').textContent = '接口文档没有取到，请刷新页面。The documentation did not come: reload the page.';
});
`;

/** The API documentation at `/docs`: the installed package and the document of this gateway, so that it works offline. */
export function mountDocs(app: Express): void {
  const dist = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  app.get('/docs', (_req, res) => void res.type('html').send(PAGE));
  app.get('/docs/start.js', (_req, res) => void res.type('js').send(START));
  app.get('/docs/start.css', (_req, res) => void res.type('css').send(STYLE));
  app.use('/docs', express.static(dist, { index: false }));
}
