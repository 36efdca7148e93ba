import type { Gateway } from '../gateway.js';
import { attachmentRoutes } from './attachments/routes.js';
import { awardRoutes } from './awards/routes.js';
import { noticeRoutes } from './notices/routes.js';
import { defaultRoutes } from './defaults/routes.js';
import { goodsFormRoutes } from './forms/routes.js';
import { goodsRoutes } from './goods/routes.js';
import { profileRoutes } from './profiles/routes.js';
import type { AnyRoute } from './route.js';
import { certificateRoutes } from './certificates/routes.js';
import { coachRoutes } from './coach/routes.js';
import { declarationRoutes } from './declarations/routes.js';
import { enterpriseRoutes } from './enterprises/routes.js';
import { figuresRoutes } from './figures/figuresRoutes.js';
import { reportRoutes } from './figures/reportRoutes.js';
import { figureRoutes } from './figures/routes.js';
import { filingBatchRoutes } from './filings/batchRoutes.js';
import { filingRoutes } from './filings/routes.js';
import { indicatorRoutes } from './indicators/routes.js';
import { inspectionRoutes } from './inspections/routes.js';
import { importRoutes } from './imports/routes.js';
import { lifecycleRoutes } from './corrections/routes.js';
import { orderRoutes } from './orders/routes.js';
import { adviseRoutes } from './advise/routes.js';
import { partyDocumentRoutes } from './partyDocuments/routes.js';
import { paymentDataRoutes } from './paymentData/routes.js';
import { recordRoutes } from './records/routes.js';
import { sheetRoutes } from './sheets/routes.js';
import { warehouseRoutes } from './warehouses/routes.js';
import { warehousePrintRoutes } from './warehouses/printRoutes.js';
import { stockRoutes } from './warehouses/stockRoutes.js';
import { rateRoutes } from './rates/routes.js';
import { registryRoutes } from './registry/routes.js';
import { portRoutes } from './port/routes.js';
import { sessionRoutes } from './session/routes.js';
import { templateRoutes } from './templates/routes.js';
import { trayRoutes } from './tray/routes.js';

/** Every operation of the API; the OpenAPI document and the access tests walk this list. */
export function allRoutes(gateway: Gateway): AnyRoute[] {
  return [
    ...sessionRoutes(gateway),
    ...orderRoutes(gateway),
    ...importRoutes(gateway),
    ...profileRoutes(gateway),
    ...defaultRoutes(gateway),
    ...goodsRoutes(gateway),
    ...templateRoutes(gateway),
    ...adviseRoutes(gateway),
    ...partyDocumentRoutes(gateway),
    ...declarationRoutes(gateway),
    ...goodsFormRoutes(gateway),
    ...attachmentRoutes(gateway),
    ...inspectionRoutes(gateway),
    ...certificateRoutes(gateway),
    ...noticeRoutes(gateway),
    ...lifecycleRoutes(gateway),
    ...coachRoutes(gateway),
    ...filingRoutes(gateway),
    ...filingBatchRoutes(gateway),
    ...figureRoutes(gateway),
    ...figuresRoutes(gateway),
    ...reportRoutes(gateway),
    ...awardRoutes(gateway),
    ...indicatorRoutes(gateway),
    ...trayRoutes(gateway),
    ...enterpriseRoutes(gateway),
    ...rateRoutes(gateway),
    ...registryRoutes(gateway),
    ...recordRoutes(gateway),
    ...sheetRoutes(gateway),
    ...stockRoutes(gateway),
    ...warehousePrintRoutes(gateway),
    ...warehouseRoutes(gateway),
    ...paymentDataRoutes(gateway),
    ...portRoutes(gateway),
  ];
}
