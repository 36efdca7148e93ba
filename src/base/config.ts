import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { FaultError, type Fault } from './fault.js';
import { makeFault } from './faults.js';
import { schemaWords } from './schemaWords.js';

const flag = z
  .enum(['true', 'false', '1', '0'])
  .default('false')
  .transform((v) => v === 'true' || v === '1');
const port = z.coerce.number().int().min(0).max(65535);

/** `203.0.113.7, 198.51.100.0/24` as a list; what is no address stops the start. */
function addressList(text: string, context: z.RefinementCtx): string[] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  for (const entry of entries) {
    const [address = '', prefix, ...more] = entry.split('/');
    const bits = isIP(address) === 6 ? 128 : 32;
    const fits = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
    if (isIP(address) === 0 || !fits || more.length > 0)
      context.addIssue({
        code: 'custom',
        message: `${entry} 不是 IP 地址或网段 / is no IP address or network`,
      });
  }
  return entries;
}

const settingsSchema = z.object({
  GATEWAY_HOST: z.string().default('127.0.0.1'),
  GATEWAY_PORT: port.default(8080),
  GATEWAY_TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  GATEWAY_BODY_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
  GATEWAY_PUBLIC_URL: z.url().optional(),
  GATEWAY_DATA_DIR: z
    .string()
    .default('data')
    .transform((v) => resolve(v)),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  GATEWAY_KEYS_DIR: z.string().optional(),
  GATEWAY_KEYS_PASSPHRASE_FILE: z.string().optional(),
  GATEWAY_SIGNATURE_PROFILE: z.string().default('official-202205'),
  GATEWAY_TRANSPORT: z.enum(['none', 'http', 'folder', 'amqp']).default('none'),
  GATEWAY_PORT_URL: z.url({ protocol: /^(http|amqp)s?$/ }).optional(),
  GATEWAY_PORT_DIR: z.string().optional(),
  GATEWAY_PORT_PROFILE: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .default('sandbox'),
  GATEWAY_PORT_ENT_CODE: z.string().max(50).optional(),
  GATEWAY_PORT_APP_ID: z.string().max(100).optional(),
  GATEWAY_PORT_SECRET_FILE: z.string().optional(),
  GATEWAY_PORT_PUBLIC_KEY_FILE: z.string().optional(),
  GATEWAY_PORT_CA_FILE: z.string().optional(),
  GATEWAY_PORT_PROXY: z.url({ protocol: /^http$/ }).optional(),
  GATEWAY_PORT_USER: z.string().max(100).optional(),
  GATEWAY_PORT_PASSWORD_FILE: z.string().optional(),
  GATEWAY_PORT_EXCHANGE: z.string().max(255).default(''),
  GATEWAY_PORT_ROUTING_KEY: z.string().max(255).optional(),
  GATEWAY_PORT_RECEIPTS_QUEUE: z.string().max(255).optional(),
  GATEWAY_PORT_CALLBACK_TOKEN_FILE: z.string().optional(),
  GATEWAY_PORT_CALLBACK_ALLOW: z.string().default('').transform(addressList),
  GATEWAY_CLIENT_DIR: z.string().optional(),
  GATEWAY_DEC_SIGN: z.enum(['none', 'message']).default('none'),
  GATEWAY_CLIENT_FOLDERS: z
    .string()
    .regex(/^[a-z]+=[\w./-]+:[\w./-]+(,[a-z]+=[\w./-]+:[\w./-]+)*$/, {
      error: 'dec=Deccus001/OutBox:Deccus001/InBox,ciq=…',
    })
    .optional(),
  GATEWAY_ALLOW_LIVE_HOST: flag,
  GATEWAY_PRIVATE_NETWORKS: z.string().default('').transform(addressList),
  GATEWAY_DXP_ID: z
    .string()
    .regex(/^[A-Z0-9]{1,30}$/)
    .optional(),
  GATEWAY_COP_CODE: z.string().max(18).optional(),
  GATEWAY_COP_NAME: z.string().max(100).optional(),
  GATEWAY_WRAP: z.enum(['none', 'DxpMsg', 'DxpMsgSv']).default('none'),
  GATEWAY_STA_NODE: z
    .string()
    .regex(/^\d{8}$/)
    .optional(),
  GATEWAY_END_NODE: z
    .string()
    .regex(/^\d{8}$/)
    .optional(),
  GATEWAY_SUBSCRIPTIONS: z
    .string()
    .regex(/^(ALL|DATA|RET):[A-Z0-9]{1,30}(,(ALL|DATA|RET):[A-Z0-9]{1,30}){0,4}$/)
    .optional(),
  GATEWAY_EXTENSION_FILE: z.string().optional(),
  GATEWAY_PACE: z.coerce.number().min(0).max(10_000).default(0),
  GATEWAY_BATCH: z.coerce.number().int().min(1).max(100).default(100),
  GATEWAY_179_URL: z.url({ protocol: /^https?$/ }).optional(),
  GATEWAY_179_ALLOW: z.string().default('').transform(addressList),
  GATEWAY_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
});

interface ExtensionElement {
  name: string;
  namespace: string;
  text?: string | undefined;
  children?: ExtensionElement[] | undefined;
}
const extensionElementSchema: z.ZodType<ExtensionElement> = z.lazy(() =>
  z.strictObject({
    name: z.string().regex(/^[A-Za-z_][\w.-]*$/),
    namespace: z.string().max(200),
    text: z.string().max(10_000).optional(),
    children: z.array(extensionElementSchema).max(100).optional(),
  }),
);
const extensionSchema = z.strictObject({
  name: z.string().min(1).max(30),
  version: z.string().min(1).max(30),
  content: extensionElementSchema,
});
export type Extension = z.output<typeof extensionSchema>;

/** How a counterpart of the network is connected to. */
export interface Connection {
  /** PEM: the only authorities that are believed; undefined: those of the system. */
  ca: string | undefined;
  /** `http://[user:password@]host:port`, never shown. */
  proxy: string | undefined;
}

/** Settings of one process, read once from the environment; see the table in README. */
export interface Config {
  host: string;
  /** Proxies in front whose X-Forwarded-For is believed; 0 believes none. */
  trustedProxies: number;
  /** How long a body that is being sent may stand still. */
  bodySeconds: number;
  port: number;
  publicUrl: string | undefined;
  dataDir: string;
  databaseUrl: string | undefined;
  /** Redis that carries wake-ups, pace, live status and rate limits between processes; undefined: the database does. */
  redisUrl: string | undefined;
  keysDir: string;
  /** Opens private keys that have no `key.pass` of their own; undefined when none is set. */
  keysPassphrase: string | undefined;
  signatureProfile: string;
  transport:
    | { kind: 'none' }
    | ({
        kind: 'http';
        url: string;
        allowLiveHost: boolean;
        /** How the counterpart's interface is spoken: an id of `mappings/counterparts`. */
        profile: string;
        credentials: {
          entCode: string | undefined;
          appId: string | undefined;
          secret: string | undefined;
          publicKey: string | undefined;
        };
      } & Connection)
    | {
        kind: 'amqp';
        url: string;
        allowLiveHost: boolean;
        user: string | undefined;
        password: string | undefined;
        ca: string | undefined;
        /** Where messages are published, and the queue of receipts. */
        exchange: string;
        routingKey: string;
        receipts: string;
      }
    | { kind: 'folder'; dir: string };
  /** Networks that are not of the Internet in which a counterpart may stand, see `counterpart`. */
  privateNetworks: readonly string[];
  /** ImpPath of the import client of the single window, and its folders by message family; left out, its own names. */
  client: { dir: string; folders: Record<string, { out: string; in: string }> | undefined } | undefined;
  /** Envelope of the data exchange platform around every message; undefined sends plain messages. */
  wrap: { form: 'DxpMsg' } | { form: 'DxpMsgSv'; staNode: string; endNode: string } | undefined;
  transfer: {
    copCode: string;
    copName: string;
    dxpId: string;
    /** Third parties that get data or receipts as well (BaseSubscribe), at most five. */
    subscriptions: { status: string; dxpMode: 'DXP'; dxpAddress: string }[];
    /** What rides along in ExtendMessage, at most one. */
    extensions: Extension[];
  };
  /** Raw payment data: where they are uploaded, and the addresses (or networks) from which customs may ask. */
  customs179: { url: string | undefined; allowLiveHost: boolean; allow: readonly string[] };
  /** Receipts that a counterpart brings: what its requests must carry, and from where they may come (empty: from anywhere). */
  callback: { token: string | undefined; allow: readonly string[] };
  /** Messages a second that the port takes, over all processes; 0: as fast as it goes. */
  pace: number;
  batch: number;
  logLevel: string;
}

type Needed =
  | 'GATEWAY_PORT_URL'
  | 'GATEWAY_PORT_ROUTING_KEY'
  | 'GATEWAY_PORT_RECEIPTS_QUEUE'
  | 'GATEWAY_PORT_DIR'
  | 'GATEWAY_DXP_ID'
  | 'GATEWAY_COP_CODE'
  | 'GATEWAY_COP_NAME'
  | 'GATEWAY_STA_NODE'
  | 'GATEWAY_END_NODE';

/** Reads the settings; throws one FaultError that names every missing or wrong one. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const filled = Object.fromEntries(Object.entries(env).filter(([, v]) => v !== ''));
  const parsed = settingsSchema.safeParse(filled, { error: schemaWords });
  const faults: Fault[] = [];
  if (!parsed.success) {
    for (const issue of parsed.error.issues)
      faults.push(
        makeFault('C01', String(issue.path[0]), { name: String(issue.path[0]), reason: issue.message }),
      );
    throw new FaultError(faults);
  }
  const s = parsed.data;
  const need = (name: Needed) => {
    const value = s[name];
    if (!value)
      faults.push(
        makeFault('C02', name, {
          name,
          because: name.endsWith('_NODE')
            ? 'GATEWAY_WRAP=DxpMsgSv'
            : `GATEWAY_TRANSPORT=${s.GATEWAY_TRANSPORT}`,
        }),
      );
    return value ?? '';
  };
  const file = (name: FileSetting) =>
    s[name] === undefined ? undefined : contentOf(name, s[name], faults)?.trim();
  const callbackToken = file('GATEWAY_PORT_CALLBACK_TOKEN_FILE');
  if (callbackToken !== undefined && callbackToken.length < LEAST_TOKEN)
    faults.push(
      makeFault('C01', 'GATEWAY_PORT_CALLBACK_TOKEN_FILE', {
        name: 'GATEWAY_PORT_CALLBACK_TOKEN_FILE',
        reason: `至少 ${LEAST_TOKEN} 个字符 / at least ${LEAST_TOKEN} characters`,
      }),
    );
  let transport: Config['transport'] = { kind: 'none' };
  if (s.GATEWAY_TRANSPORT === 'http')
    transport = {
      kind: 'http',
      url: need('GATEWAY_PORT_URL'),
      allowLiveHost: s.GATEWAY_ALLOW_LIVE_HOST,
      profile: s.GATEWAY_PORT_PROFILE,
      credentials: {
        entCode: s.GATEWAY_PORT_ENT_CODE ?? s.GATEWAY_COP_CODE,
        appId: s.GATEWAY_PORT_APP_ID,
        secret: file('GATEWAY_PORT_SECRET_FILE'),
        publicKey: file('GATEWAY_PORT_PUBLIC_KEY_FILE'),
      },
      ca: file('GATEWAY_PORT_CA_FILE'),
      proxy: s.GATEWAY_PORT_PROXY,
    };
  if (s.GATEWAY_TRANSPORT === 'amqp')
    transport = {
      kind: 'amqp',
      url: need('GATEWAY_PORT_URL'),
      allowLiveHost: s.GATEWAY_ALLOW_LIVE_HOST,
      user: s.GATEWAY_PORT_USER,
      password: file('GATEWAY_PORT_PASSWORD_FILE'),
      ca: file('GATEWAY_PORT_CA_FILE'),
      exchange: s.GATEWAY_PORT_EXCHANGE,
      routingKey: need('GATEWAY_PORT_ROUTING_KEY'),
      receipts: need('GATEWAY_PORT_RECEIPTS_QUEUE'),
    };
  if (s.GATEWAY_TRANSPORT === 'folder')
    transport = { kind: 'folder', dir: resolve(need('GATEWAY_PORT_DIR')) };
  const sends = transport.kind !== 'none';
  const transfer = {
    copCode: sends ? need('GATEWAY_COP_CODE') : (s.GATEWAY_COP_CODE ?? ''),
    copName: sends ? need('GATEWAY_COP_NAME') : (s.GATEWAY_COP_NAME ?? ''),
    dxpId: sends ? need('GATEWAY_DXP_ID') : (s.GATEWAY_DXP_ID ?? ''),
    subscriptions: (s.GATEWAY_SUBSCRIPTIONS?.split(',') ?? []).map((entry) => {
      const [status = '', dxpAddress = ''] = entry.split(':');
      return { status, dxpMode: 'DXP' as const, dxpAddress };
    }),
    extensions: [] as Extension[],
  };
  if (s.GATEWAY_EXTENSION_FILE) {
    const read = readExtension(s.GATEWAY_EXTENSION_FILE);
    if (typeof read === 'string')
      faults.push(
        makeFault('C01', 'GATEWAY_EXTENSION_FILE', { name: 'GATEWAY_EXTENSION_FILE', reason: read }),
      );
    else transfer.extensions.push(read);
  }
  const keysPassphrase = s.GATEWAY_KEYS_PASSPHRASE_FILE && readSecret(s.GATEWAY_KEYS_PASSPHRASE_FILE, faults);
  let wrap: Config['wrap'];
  if (s.GATEWAY_WRAP === 'DxpMsg') wrap = { form: 'DxpMsg' };
  if (s.GATEWAY_WRAP === 'DxpMsgSv')
    wrap = { form: 'DxpMsgSv', staNode: need('GATEWAY_STA_NODE'), endNode: need('GATEWAY_END_NODE') };
  if (faults.length > 0) throw new FaultError(faults);
  return {
    host: s.GATEWAY_HOST,
    trustedProxies: s.GATEWAY_TRUST_PROXY,
    bodySeconds: s.GATEWAY_BODY_SECONDS,
    port: s.GATEWAY_PORT,
    publicUrl: s.GATEWAY_PUBLIC_URL,
    dataDir: s.GATEWAY_DATA_DIR,
    databaseUrl: s.DATABASE_URL,
    redisUrl: s.REDIS_URL,
    keysDir: resolve(s.GATEWAY_KEYS_DIR ?? `${s.GATEWAY_DATA_DIR}/keys`),
    keysPassphrase,
    signatureProfile: s.GATEWAY_SIGNATURE_PROFILE,
    transport,
    privateNetworks: s.GATEWAY_PRIVATE_NETWORKS,
    client: s.GATEWAY_CLIENT_DIR
      ? { dir: resolve(s.GATEWAY_CLIENT_DIR), folders: clientFoldersOf(s.GATEWAY_CLIENT_FOLDERS) }
      : undefined,
    wrap,
    transfer,
    customs179: {
      url: s.GATEWAY_179_URL,
      allowLiveHost: s.GATEWAY_ALLOW_LIVE_HOST,
      allow: s.GATEWAY_179_ALLOW,
    },
    callback: { token: callbackToken, allow: s.GATEWAY_PORT_CALLBACK_ALLOW },
    pace: s.GATEWAY_PACE,
    batch: s.GATEWAY_BATCH,
    logLevel: s.GATEWAY_LOG_LEVEL,
  };
}

/** `dec=out:in,ciq=out:in` as folders by family. */
const clientFoldersOf = (text: string | undefined) =>
  text === undefined
    ? undefined
    : Object.fromEntries(
        text.split(',').map((entry) => {
          const [family = '', out = '', inbox = ''] = entry.split(/[=:]/);
          return [family, { out, in: inbox }];
        }),
      );

/** The extension of a file, or what is wrong with it. */
function readExtension(file: string): Extension | string {
  try {
    const parsed = extensionSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : z.prettifyError(parsed.error);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Who guesses a token that opens the callback needs longer than a key lives. */
const LEAST_TOKEN = 32;

type FileSetting =
  | 'GATEWAY_PORT_PASSWORD_FILE'
  | 'GATEWAY_PORT_SECRET_FILE'
  | 'GATEWAY_PORT_PUBLIC_KEY_FILE'
  | 'GATEWAY_PORT_CA_FILE'
  | 'GATEWAY_PORT_CALLBACK_TOKEN_FILE';

/** What a file of the settings holds; adds C01 when it is empty or cannot be read. */
function contentOf(name: string, file: string, faults: Fault[]): string | undefined {
  try {
    const content = readFileSync(file, 'utf8');
    if (content.trim() !== '') return content;
    faults.push(makeFault('C01', name, { name, reason: '文件为空 / the file is empty' }));
  } catch (error) {
    faults.push(
      makeFault('C01', name, { name, reason: error instanceof Error ? error.message : String(error) }),
    );
  }
  return undefined;
}

/** The first line of the passphrase's file that holds something; adds C01 when there is none. */
const readSecret = (file: string, faults: Fault[]): string | undefined =>
  contentOf('GATEWAY_KEYS_PASSPHRASE_FILE', file, faults)
    ?.split(/\r?\n/)
    .find((line) => line !== '');

/** How declarations that leave as declared are signed; undefined where only drafts leave. */
export const decSignOf = (env: NodeJS.ProcessEnv): 'message' | undefined =>
  env.GATEWAY_DEC_SIGN === 'message' ? 'message' : undefined;

/** The data folder of an environment, for commands that need nothing else of the settings. */
export const dataDirOf = (env: NodeJS.ProcessEnv): string => resolve(env.GATEWAY_DATA_DIR ?? 'data');
