// `npm test`: types, lint, the tests of every room, then two hundred simulated clusters (docs/reliability.md), under the pinned Node.
// `npm test -- src/format` runs only the tests below the paths given, without types and lint.
import {spawnSync} from 'node:child_process';
import {globSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `pando needs Node 24 or newer, this is ${process.versions.node}. Use \`npm test\`, which brings its own.`,
  );
  process.exit(1);
}
const bin = name => join(root, 'node_modules', '.bin', name);

function step(title, command, args) {
  const started = Date.now();
  console.log(`\n# ${title}`);
  const run = spawnSync(command, args, {cwd: root, stdio: 'inherit'});
  console.log(`# ${title}: ${run.status === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (run.status !== 0) process.exit(run.status ?? 1);
}

const only = process.argv.slice(2);
const places = only.length > 0 ? only : ['src', 'test', 'tools', 'bench'];
const files = places
  .flatMap(place => (place.endsWith('.test.ts') ? [place] : globSync(`${place}/**/*.test.ts`, {cwd: root})))
  .sort();
if (only.length === 0) {
  step('types', bin('tsc'), ['--noEmit']);
  step('lint', bin('biome'), ['check', '.']);
}
step(`tests in ${files.length} files`, process.execPath, [
  '--disable-warning=ExperimentalWarning',
  '--test',
  '--test-reporter=spec',
  '--test-concurrency=2',
  ...files,
]);
if (only.length === 0) {
  const sim = ['src/cli/main.mjs', 'sim', '--seeds', '200', '--for', '60s', '--workload', 'all'];
  step('200 simulated clusters, a minute each', process.execPath, ['--disable-warning=ExperimentalWarning', ...sim]);
}
