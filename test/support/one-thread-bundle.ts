// The one-thread server (one-thread.ts) and its page cache in one piece: most of what a start costs is loading modules, and a proof starts it a thousand times.

import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type BuildOptions, build} from 'esbuild';

const {FORM} = (await import(new URL('../../scripts/bundle.mjs', import.meta.url).href)) as {FORM: BuildOptions};
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** As one-thread.mjs. */
const MAIN = `import {loadFast} from '../../src/host/fast-loading.mjs';

loadFast();
if (process.env.PANDO_TEST_CACHE !== undefined) await import('./page-cache.mjs');
await import('./one-thread.mjs');
`;

/** Makes it from the sources as they are now, in a directory of this process. Returns the program to start; its directory is the caller's to remove. */
export async function bundleOneThread(): Promise<{program: string; directory: string}> {
  const directory = join(ROOT, 'dist', `one-thread.${process.pid}`);
  mkdirSync(dirname(directory), {recursive: true});
  const entryPoints = {'one-thread': 'test/support/one-thread.ts', 'page-cache': 'test/support/page-cache.ts'};
  await build({...FORM, absWorkingDir: ROOT, entryPoints, outdir: directory});
  const program = join(directory, 'main.mjs');
  writeFileSync(program, MAIN);
  return {program, directory};
}
