// Programs that the tests use as independent judges; installed where the machine lets us, named plainly where not.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'];

/** What is needed, the Debian package that brings it, and the tests that cannot do without. */
const TOOLS = [
  {
    name: 'openssl',
    package: 'openssl',
    for: 'test/signing: judges SM2 and SM3, reads certificates',
    find: () => inPath('openssl'),
  },
  {
    name: 'xmlsec1',
    package: 'xmlsec1',
    for: 'test/signing: judges RSA signatures',
    find: () => inPath('xmlsec1'),
  },
  {
    name: 'xmllint',
    package: 'libxml2-utils',
    for: 'test/signing, test/messages: judges canonical form and structure',
    find: () => inPath('xmllint'),
  },
  {
    name: 'pdftotext',
    package: 'poppler-utils',
    for: 'test/prints: reads the text of printed files back',
    find: () => inPath('pdftotext'),
  },
  {
    name: 'redis-server',
    package: 'redis-server',
    for: 'test/adapters, test/crash: many processes with a real Redis, which they start and stop',
    find: () => inPath('redis-server'),
  },
  {
    name: 'rabbitmq',
    package: 'rabbitmq-server',
    for: 'test/adapters: a real broker for AMQP, which they start and stop',
    find: () => existsSync('/usr/lib/rabbitmq/bin/rabbitmq-server'),
  },
  {
    name: 'chromium',
    package: 'chromium',
    for: 'test/console: opens the console in a real browser (or set CHROMIUM_PATH)',
    find: findChromium,
  },
];
/** Wanted only so that Chinese shows in screenshots; never a reason to fail. */
const FONT = { package: 'fonts-noto-cjk', find: hasChineseFont };

/** Finds or installs every tool; ends with a list of what is missing when that is not possible. Returns Chromium's path. */
export function ensureTools() {
  const missing = () => TOOLS.filter((tool) => !tool.find());
  if (missing().length > 0) {
    const packages = [...missing().map((tool) => tool.package), ...(FONT.find() ? [] : [FONT.package])];
    installPackages(packages);
  }
  const still = missing();
  if (still.length === 0) return findChromium();
  console.error('Missing programs that the tests need:');
  for (const tool of still) console.error(`  ${tool.name.padEnd(12)} (${tool.for})`);
  console.error('Install them and run the tests again, for example on Debian or Ubuntu:');
  console.error(
    `  sudo apt-get update && sudo apt-get install -y ${still.map((tool) => tool.package).join(' ')}`,
  );
  process.exit(1);
}

function installPackages(packages) {
  const prefix = privilege();
  if (!prefix || !inPath('apt-get')) return;
  console.log(`Installing ${packages.join(' ')} (apt-get) …`);
  const apt = (...args) => {
    const [command = 'apt-get', ...rest] = [
      ...prefix,
      'apt-get',
      '-q',
      '-o',
      'DPkg::Lock::Timeout=120',
      ...args,
    ];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const { status, stdout, stderr } = spawnSync(command, rest, {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (status !== 0)
      console.error(`${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-10).join('\n'));
    return status === 0;
  };
  if (apt('update')) apt('install', '-y', '--no-install-recommends', ...packages);
}

/** What to put before apt-get: nothing as root, sudo where it asks for no password; undefined when neither. */
function privilege() {
  if (process.getuid?.() === 0) return [];
  if (!inPath('sudo')) return undefined;
  const asked = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  return asked.status === 0 ? ['sudo', '-n', '--preserve-env=DEBIAN_FRONTEND'] : undefined;
}

function findChromium() {
  const given = process.env.CHROMIUM_PATH;
  if (given) return existsSync(given) ? given : undefined;
  for (const name of CHROMIUM) {
    const found = inPath(name);
    if (found) return found;
  }
  return undefined;
}

function hasChineseFont() {
  if (!inPath('fc-list')) return false;
  const { stdout } = spawnSync('fc-list', [':lang=zh', 'family'], { encoding: 'utf8' });
  return (stdout ?? '').trim() !== '';
}

function inPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder || '.', name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  return undefined;
}
