// Makes a start fast: a primary is some five hundred modules, and finding, stripping and compiling them is most of what a start costs.
//
//   compiled code    is kept on disk between starts
//   module paths     inside this program are what the import says; Node would look at the file system and at package.json for each of two thousand imports
//
// Every thread has to ask for it, before it loads anything else. That is why this file and the two that begin a thread are plain JavaScript: the first
// TypeScript file that is not in the cache loads the whole machinery that takes types out.

import {constants, enableCompileCache, flushCompileCache, registerHooks} from 'node:module';
import {fileURLToPath} from 'node:url';

/** Beside the installed dependencies: a directory that only the owner of the program writes to. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/pando', import.meta.url));
/** What was compiled is written when the start is over. Milliseconds. */
const FLUSH_MS = 3000;
const SOURCES = new URL('../', import.meta.url).href;

/** Switches it on in this thread. Without a writable directory everything is compiled as ever. */
export function loadFast() {
  registerHooks({
    resolve(specifier, context, next) {
      const {parentURL} = context;
      const isOwn = specifier.startsWith('.') && specifier.endsWith('.ts') && parentURL?.startsWith(SOURCES) === true;
      if (!isOwn) return next(specifier, context);
      return {url: new URL(specifier, parentURL).href, format: 'module-typescript', shortCircuit: true};
    },
  });
  const {status} = enableCompileCache(CACHE);
  if (status === constants.compileCacheStatus.ENABLED) setTimeout(flushCompileCache, FLUSH_MS).unref();
}
