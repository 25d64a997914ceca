// Puts the program into a few files, dist/bundle/, because a primary is some five hundred modules and loading them one by one takes longer than everything else
// that a start does. Only a matter of speed: main.mjs runs the sources when the bundle is not there or older than they are.
//
//   program.mjs     the command line, `pando start` included     thread.mjs   a primary's thread
//   chunk-*.mjs     what they share                               inputs.json  the sources they are made of
//
// Packages stay outside. Names are kept and nothing is made shorter, so that an error still says where it came from.
import {mkdirSync, renameSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {freshBundle} from '../src/host/bundle-state.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = join(root, 'dist', 'bundle');

/** A thread switches fast loading on before it loads the rest, as src/host/thread-main.mjs does. */
const THREAD_MAIN = `import {loadFast} from '../../src/host/fast-loading.mjs';

loadFast();
await import('./thread.mjs');
`;

/** How sources become a bundle, whatever they are. */
export const FORM = {
  outExtension: {'.js': '.mjs'},
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  packages: 'external',
  logLevel: 'silent',
};

/** Makes the bundle when there is none or a source has changed. */
export async function bundle() {
  if (freshBundle() !== undefined) return;
  const began = Date.now();
  const {build} = await import('esbuild');
  const made = `${target}.${process.pid}`;
  const entryPoints = {program: 'src/cli/program.ts', thread: 'src/host/thread.ts'};
  const {metafile} = await build({...FORM, absWorkingDir: root, entryPoints, outdir: made, metafile: true});
  writeFileSync(join(made, 'thread-main.mjs'), THREAD_MAIN);
  const sources = Object.keys(metafile.inputs);
  const inputs = join(made, 'inputs.json');
  writeFileSync(inputs, JSON.stringify(sources));
  // What changes while the bundle is made is newer than it.
  utimesSync(inputs, began / 1000, began / 1000);
  rmSync(target, {recursive: true, force: true});
  mkdirSync(dirname(target), {recursive: true});
  renameSync(made, target);
  console.log(`pando: bundled ${sources.length} modules in ${Date.now() - began} ms.`);
}
