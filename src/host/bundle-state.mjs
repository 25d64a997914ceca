// Is the bundle (scripts/bundle.mjs) still what the sources say? Asked before it is made and before it is run. Plain JavaScript for any Node: set-up runs before the pinned one is there.

import {readFileSync, statSync} from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

/** The program in one piece, as a URL; undefined when there is none, or a source has changed since it was made. */
export function freshBundle(root = ROOT) {
  const bundle = new URL('dist/bundle/', root);
  try {
    const inputs = new URL('inputs.json', bundle);
    const madeAt = statSync(inputs).mtimeMs;
    const isFresh = JSON.parse(readFileSync(inputs, 'utf8')).every(
      input => statSync(new URL(input, root)).mtimeMs <= madeAt,
    );
    return isFresh ? new URL('program.mjs', bundle).href : undefined;
  } catch {
    return undefined;
  }
}
