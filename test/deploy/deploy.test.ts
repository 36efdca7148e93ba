import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readConfig } from '../../src/base/config.js';
import { projectRoot } from '../../src/base/root.js';
import { renderChart } from '../support/chart.js';

const composeFile = join(projectRoot, 'deploy', 'compose.yaml');

interface Service {
  image?: string;
  build?: string;
  command?: string[];
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string>;
  volumes?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  ports?: string[];
}
interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

/** `${NAME:-default}` and `${NAME:?why}` in the texts of a file that was read, as compose fills them in. */
function interpolated(read: unknown, env: Record<string, string>): unknown {
  const text = (value: string) =>
    value.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind: string, rest: string) => {
      if (env[name]) return env[name];
      if (kind !== '-') throw new Error(`${name}: ${rest}`);
      return rest;
    });
  return JSON.parse(
    JSON.stringify(read, (_, value: unknown) => (typeof value === 'string' ? text(value) : value)),
  );
}

describe('deploy/compose.yaml', () => {
  const source: unknown = parse(readFileSync(composeFile, 'utf8'), { merge: true });
  const compose = interpolated(source, { POSTGRES_PASSWORD: 'secret' }) as Compose;
  const services = Object.entries(compose.services);
  const ours = services.filter(([, s]) => s.image === 'single-window-gateway');

  test('has two servers, two workers, PostgreSQL, Redis and the sandbox, all from one image of ours', () => {
    expect(services.map(([name]) => name).sort()).toEqual(
      ['database', 'redis', 'sandbox', 'server-a', 'server-b', 'worker-a', 'worker-b'].sort(),
    );
    expect(ours.map(([name, s]) => `${name}: ${s.command![0]}`).sort()).toEqual([
      'sandbox: sandbox',
      'server-a: serve',
      'server-b: serve',
      'worker-a: worker',
      'worker-b: worker',
    ]);
    expect(existsSync(join(projectRoot, 'Dockerfile'))).toBe(true);
  });

  test('names only services, conditions and volumes that exist', () => {
    for (const [name, service] of services) {
      expect({ name, made: Boolean(service.image ?? service.build) }).toEqual({ name, made: true });
      for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(condition).toBe('service_healthy');
        expect(compose.services[needed]?.healthcheck?.test).toBeDefined();
      }
      for (const mount of service.volumes ?? [])
        expect(Object.keys(compose.volumes)).toContain(mount.split(':')[0]);
    }
    const ports = services.flatMap(([, s]) => s.ports ?? []);
    expect(ports.every((p) => p.startsWith('127.0.0.1:'))).toBe(true);
    expect(new Set(ports).size).toBe(ports.length);
  });

  test('gives every server and worker the same settings, and the gateway takes them', () => {
    const settings = ours.filter(([name]) => name !== 'sandbox').map(([, s]) => s.environment!);
    for (const one of settings) expect(one).toEqual(settings[0]);
    const config = readConfig({ ...settings[0] });
    expect(config).toMatchObject({ redisUrl: 'redis://redis:6379', transport: { kind: 'http' } });
    expect(config.databaseUrl).toContain('@database:5432/');
    expect(() => interpolated(source, {})).toThrow('set it in deploy/.env');
  });

  test('keeps a Redis that throws no key away', () => {
    expect(compose.services.redis?.command?.join(' ')).toContain('--maxmemory-policy noeviction');
  });
});

const judge = spawnSync('docker-compose', ['version'], { stdio: 'ignore' }).status === 0;
(judge ? test : test.skip)(
  `docker-compose itself takes deploy/compose.yaml${judge ? '' : ' (left out: it is not installed)'}`,
  () => {
    const { status, stderr } = spawnSync('docker-compose', ['-f', composeFile, 'config', '-q'], {
      encoding: 'utf8',
      env: { ...process.env, POSTGRES_PASSWORD: 'secret' },
    });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  },
);

interface Pod {
  metadata: { labels: Record<string, string> };
  spec: {
    containers: {
      args: string[];
      ports?: { name: string }[];
      envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
      volumeMounts?: { name: string }[];
      [probe: `${string}Probe`]: { httpGet: { path: string; port: string } } | undefined;
    }[];
    volumes?: { name: string }[];
  };
}
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  spec?: {
    replicas?: number;
    selector: Record<string, string> & { matchLabels?: Record<string, string> };
    template?: Pod;
    ports?: { targetPort: string }[];
  };
}

describe('deploy/helm', () => {
  const chart = (over?: Record<string, unknown>) =>
    renderChart(join(projectRoot, 'deploy', 'helm'), 'gw', over) as unknown as Manifest[];
  const of = (all: Manifest[], kind: string) => all.filter((m) => m.kind === kind);
  const labelsFit = (wanted: Record<string, string>, labels: Record<string, string>) =>
    Object.entries(wanted).every(([name, value]) => labels[name] === value);

  test('renders objects with a kind and a name of their own', () => {
    const all = chart();
    for (const { apiVersion, kind, metadata } of all)
      expect({ apiVersion, kind, name: metadata.name }).toEqual({
        apiVersion: expect.stringMatching(/^(v1|apps\/v1|policy\/v1)$/),
        kind: expect.any(String),
        name: expect.stringMatching(/^gw(-[a-z]+)?$/),
      });
    expect(new Set(all.map((m) => `${m.kind} ${m.metadata.name}`)).size).toBe(all.length);
    expect(of(all, 'Deployment').map((d) => [d.metadata.name, d.spec!.replicas])).toEqual([
      ['gw-sandbox', 1],
      ['gw-server', 2],
      ['gw-worker', 2],
    ]);
  });

  test('every selector finds the pods it means, every service a named port of them', () => {
    const all = chart();
    const pods = of(all, 'Deployment').map((d) => {
      expect(labelsFit(d.spec!.selector.matchLabels!, d.spec!.template!.metadata.labels)).toBe(true);
      return d.spec!.template!;
    });
    for (const { spec } of of(all, 'Service')) {
      const found = pods.filter((p) => labelsFit(spec!.selector, p.metadata.labels));
      expect(found).toHaveLength(1);
      for (const { targetPort } of spec!.ports!)
        expect(found[0]!.spec.containers[0]!.ports!.map((p) => p.name)).toContain(targetPort);
    }
    for (const pod of pods)
      for (const { volumeMounts = [] } of pod.spec.containers)
        expect((pod.spec.volumes ?? []).map((v) => v.name)).toEqual(volumeMounts.map((m) => m.name));
  });

  test('the gateway takes its settings; servers and workers read the same, and both the Secret of connections', () => {
    const all = chart();
    const [settings] = of(all, 'ConfigMap');
    const connections = { DATABASE_URL: 'postgresql://db/gateway', REDIS_URL: 'redis://redis' };
    expect(readConfig({ ...settings!.data, ...connections }).transport).toMatchObject({
      url: 'http://gw-sandbox:8701',
    });
    const sources = of(all, 'Deployment').flatMap((d) => d.spec!.template!.spec.containers[0]!.envFrom ?? []);
    expect(sources).toEqual(
      [0, 1].flatMap(() => [
        { configMapRef: { name: settings!.metadata.name } },
        { secretRef: { name: 'gateway-connections' } },
      ]),
    );
  });

  test('servers are asked for their health where the gateway answers it', () => {
    const server = of(chart(), 'Deployment').find((d) => d.metadata.name === 'gw-server')!;
    const [container] = server.spec!.template!.spec.containers;
    for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const)
      expect(container![probe]?.httpGet).toEqual({
        path: probe === 'readinessProbe' ? '/health/ready' : '/health/live',
        port: 'http',
      });
  });

  test('pods write only where a volume is, with no right they do not need, and one of each kind stays while nodes are drained', () => {
    const all = chart();
    for (const { spec } of of(all, 'Deployment')) {
      const pod = spec!.template!.spec as unknown as {
        automountServiceAccountToken: boolean;
        securityContext: object;
        containers: { securityContext: object; volumeMounts?: { mountPath: string }[]; resources: object }[];
      };
      const [container] = pod.containers;
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(container!.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container!.resources).toMatchObject({ requests: { cpu: expect.any(String) } });
      if (container!.volumeMounts)
        expect(container!.volumeMounts.map((m) => m.mountPath)).toEqual([
          '/var/lib/gateway',
          '/var/lib/gateway/keys',
          '/tmp',
        ]);
    }
    expect(of(all, 'PodDisruptionBudget').map((b) => b.metadata.name)).toEqual(['gw-server', 'gw-worker']);
  });

  test('a volume for data and files of secrets stand in the pods of servers and workers where they are named', () => {
    const without = JSON.stringify(chart());
    expect(without).not.toContain('/run/secrets');
    const all = of(chart({ dataClaim: 'gw-data', secretFiles: 'gw-files', sandbox: false }), 'Deployment');
    expect(all).toHaveLength(2);
    for (const { spec } of all)
      expect(spec!.template!.spec.volumes).toMatchObject([
        { name: 'data', persistentVolumeClaim: { claimName: 'gw-data' } },
        { name: 'keys' },
        { name: 'tmp', emptyDir: {} },
        { name: 'secrets', secret: { secretName: 'gw-files' } },
      ]);
  });

  test('without the sandbox nothing of it is left, and the port must be named', () => {
    const all = chart({ sandbox: false });
    expect(JSON.stringify(all)).not.toContain('sandbox');
    const { data } = of(all, 'ConfigMap')[0]!;
    expect(() => readConfig({ ...data })).toThrow();
    // A port that is named is not spoken to yet: that a live host is meant has to be said as well.
    expect(data).not.toHaveProperty('GATEWAY_ALLOW_LIVE_HOST');
  });
});
