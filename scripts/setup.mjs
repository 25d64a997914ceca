// Makes a fresh clone ready: runs `npm ci` when node_modules is missing or older than package-lock.json, and makes the bundle when a source is newer.
// Plain JavaScript for any Node: it runs before the pinned Node 24 of devDependencies is there.
import {spawnSync} from 'node:child_process';
import {existsSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.pando-setup');
const lock = join(root, 'package-lock.json');

if (!existsSync(stamp) || statSync(stamp).mtimeMs < statSync(lock).mtimeMs) {
  console.log('pando: first run here, installing the pinned dependencies (npm ci) ...');
  const started = Date.now();
  const run = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (run.status !== 0) {
    console.error('pando: npm ci failed. Is the npm registry reachable? Run `npm ci` by hand to see more.');
    process.exit(1);
  }
  writeFileSync(stamp, '');
  console.log(`pando: ready after ${((Date.now() - started) / 1000).toFixed(0)} s.`);
}

try {
  await (await import('./bundle.mjs')).bundle();
} catch (error) {
  console.error(
    `pando: no bundle could be made; the sources are run instead, which start more slowly. ${error.message}`,
  );
}
