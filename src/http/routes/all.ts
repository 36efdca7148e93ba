import type { Gateway } from '../../gateway.js';
import { noticeRoutes } from '../notices/routes.js';
import type { AnyRoute } from '../route.js';
import { coachRoutes } from './coach.js';
import { declarationRoutes } from './declarations.js';
import { enterpriseRoutes } from './enterprises.js';
import { figureRoutes } from './figures.js';
import { filingRoutes } from './filings.js';
import { importRoutes } from './imports.js';
import { lifecycleRoutes } from './lifecycle.js';
import { orderRoutes } from './orders.js';
import { adviseRoutes } from './advise.js';
import { partyDocumentRoutes } from './partyDocuments.js';
import { portRoutes } from './port.js';
import { sessionRoutes } from './session.js';
import { templateRoutes } from './templates.js';
import { trayRoutes } from './tray.js';

/** Every operation of the API; the OpenAPI document and the access tests walk this list. */
export function allRoutes(gateway: Gateway): AnyRoute[] {
  return [
    ...sessionRoutes(gateway),
    ...orderRoutes(gateway),
    ...importRoutes(gateway),
    ...templateRoutes(gateway),
    ...adviseRoutes(gateway),
    ...partyDocumentRoutes(gateway),
    ...declarationRoutes(gateway),
    ...noticeRoutes(gateway),
    ...lifecycleRoutes(gateway),
    ...coachRoutes(gateway),
    ...filingRoutes(gateway),
    ...figureRoutes(gateway),
    ...trayRoutes(gateway),
    ...enterpriseRoutes(gateway),
    ...portRoutes(gateway),
  ];
}
