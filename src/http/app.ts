import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { Router, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { projectRoot } from '../base/root.js';
import type { Gateway } from '../gateway.js';
import { paymentDataCallback } from './paymentData/callback.js';
import { mountDocs } from './docsPage.js';
import { loadExamples } from './examples.js';
import { receiptCallback } from './port/callback.js';
import { openApi } from './openapi.js';
import { failingKeys, type FailingKey } from '../documents/failingKeys.js';
import { problemHandler, sendProblem } from './problem.js';
import { countStranded, type Stranded } from '../sweeps/sweep.js';
import { mount } from './route.js';
import { allRoutes } from './routes.js';
import { notFoundFault } from '../base/faults.js';

const consoleDir = join(projectRoot, 'dist', 'console');
/** How long counts of /health stand, in milliseconds. */
const HEALTH_KEPT_MS = 15_000;

/** The HTTP edge: API, its documentation, health and the console; nothing here knows customs. */
export function createApp(gateway: Gateway): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', gateway.config.trustedProxies);
  app.use(endHalfSent(gateway.config.bodySeconds * 1000));
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          defaultSrc: ["'self'"],
          // antd and the API documentation write style elements at run time.
          styleSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", 'data:', 'blob:'],
          // Without TLS in front (a first start on one machine) an upgrade would break every link.
          upgradeInsecureRequests: null,
        },
      },
      strictTransportSecurity: gateway.publicUrl.startsWith('https:'),
    }),
  );

  app.get('/health/live', (_req, res) => void res.json({ status: 'live' }));
  app.get('/health/ready', (_req, res, next) => {
    gateway
      .notReady()
      .then((reason) => {
        if (reason === undefined) res.json({ status: 'ready', version: gateway.version });
        else res.status(503).json({ status: reason });
      })
      .catch(next);
  });

  // Counts are kept for a while: whoever asks often costs the database nothing.
  let counted:
    | { at: number; stranded: Promise<Stranded[]>; reachable: Promise<boolean>; keys: Promise<FailingKey[]> }
    | undefined;
  const { carrier } = gateway.signals;
  const context = gateway.journey.sweepContext();
  app.get('/health', (_req, res) => {
    if (!counted || performance.now() - counted.at > HEALTH_KEPT_MS)
      counted = {
        at: performance.now(),
        stranded: countStranded(gateway.store, context),
        reachable: gateway.signals.reachable(),
        keys: failingKeys(gateway.store),
      };
    Promise.all([counted.stranded, counted.reachable, counted.keys])
      .then(([stranded, reachable, keys]) => {
        const sum = stranded.reduce((n, s) => n + s.count, 0);
        const counts = Object.fromEntries(stranded.map((s) => [s.name, s.count]));
        res.json({
          status: sum === 0 ? 'well' : 'stranded',
          version: gateway.version,
          stranded: counts,
          signals: { carrier, reachable },
          failingKeys: keys.length,
        });
      })
      .catch(() => {
        counted = undefined;
        res.status(503).json({ status: 'database unreachable' });
      });
  });

  const routes = allRoutes(gateway);
  let document: ReturnType<typeof openApi> | undefined;
  app.get('/openapi.json', (_req, res, next) => {
    document ??= openApi(routes, gateway.version, loadExamples());
    document.then((made) => res.json(made)).catch(next);
  });
  mountDocs(app);

  const api = Router();
  api.use('/v1', (_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  });
  mount(api, routes, gateway.store);
  app.use(api);
  app.use(paymentDataCallback(gateway));
  app.use(receiptCallback(gateway));
  app.use('/v1', (_req, res) => sendProblem(res, 404, [notFoundFault('接口 / route')]));

  if (existsSync(consoleDir)) {
    app.use(express.static(consoleDir, { index: false, maxAge: '1h' }));
    app.get(/.*/, (req, res, next) => {
      if (req.accepts('html')) res.sendFile('index.html', { root: consoleDir, maxAge: 0 });
      else next();
    });
  }
  app.use((_req, res) => sendProblem(res, 404, [notFoundFault('页面 / page')]));
  app.use(problemHandler(gateway.log));
  return app;
}

/** Looks so often while a body may stand still. */
const LOOKS = 4;

/**
 * Ends a request whose body stands still: it would hold its connection and what was begun for it. Time in which the
 * gateway itself does not take what came is not the sender's.
 */
function endHalfSent(standstillMs: number): RequestHandler {
  return (req, _res, next) => {
    const { 'content-length': length = '0', 'transfer-encoding': coding } = req.headers;
    if (length !== '0' || coding !== undefined) {
      const { socket } = req;
      let seen = socket.bytesRead;
      let still = 0;
      const look = setInterval(() => {
        still = socket.bytesRead > seen || req.readableLength > 0 ? 0 : still + 1;
        seen = socket.bytesRead;
        if (still >= LOOKS) socket.destroy();
      }, standstillMs / LOOKS).unref();
      const over = () => {
        clearInterval(look);
        socket.off('close', over);
      };
      req.once('end', over).once('close', over);
    }
    next();
  };
}
