// Installs what some tests need from Debian: the servers and clients of other languages that Pando is tried with. Runs before `npm test`.
// It does nothing where everything is there, where the machine is no Debian, or where this user may not install; the tests that lack
// something say what, and are counted as skipped.
import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';

/** A package, and a file by which one knows that it is there, wherever it came from. */
const PACKAGES = [
  ['mariadb-server', ['/usr/sbin/mariadbd']],
  ['mariadb-client', ['/usr/bin/mariadb', '/usr/bin/mariadb-dump']],
  ['php-cli', ['/usr/bin/php']],
  ['php-mysql', ['/usr/share/php8.2-mysql', '/usr/share/php8.4-mysql']],
  ['python3-pymysql', ['/usr/lib/python3/dist-packages/pymysql']],
  ['default-jdk-headless', ['/usr/bin/javac']],
  ['libmariadb-java', ['/usr/share/java/mariadb-java-client.jar']],
];
/** Seconds that the installation may take; a machine without a network should not wait long. */
const SECONDS_MAX = 300;

const missing = PACKAGES.filter(([, places]) => !places.some(place => existsSync(place))).map(([name]) => name);
const mayInstall = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
if (missing.length > 0 && !mayInstall) {
  console.log(`pando: not installed here, so some tests will be skipped: ${missing.join(', ')}`);
} else if (missing.length > 0) {
  console.log(`pando: installing for the tests: ${missing.join(', ')} ...`);
  const installed = run(['update', '-q']) && run(['install', '-y', '-q', '--no-install-recommends', ...missing]);
  if (!installed) console.log('pando: that did not work; the tests that need them will be skipped.');
}

function run(args) {
  const {status} = spawnSync('apt-get', args, {
    stdio: 'ignore',
    timeout: SECONDS_MAX * 1000,
    env: {...process.env, DEBIAN_FRONTEND: 'noninteractive'},
  });
  return status === 0;
}
