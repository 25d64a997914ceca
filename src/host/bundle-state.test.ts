// The bundle is run only while it is what the sources say.

import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {pathToFileURL} from 'node:url';

const {freshBundle} = (await import(new URL('./bundle-state.mjs', import.meta.url).href)) as {
  freshBundle: (root: URL) => string | undefined;
};

const root = mkdtempSync(join(tmpdir(), 'pando-bundle-'));
const url = pathToFileURL(`${root}/`);
const inputs = join(root, 'dist', 'bundle', 'inputs.json');
after(() => rmSync(root, {recursive: true}));

/** Seconds since 1970 of the bundle, and of one of its sources. */
function made(bundle: number, source: number): void {
  utimesSync(inputs, bundle, bundle);
  utimesSync(join(root, 'b.ts'), source, source);
}

test('without a bundle the sources are run', () => {
  assert.equal(freshBundle(url), undefined);
});

test('a bundle is run until one of its sources changes or goes', () => {
  mkdirSync(join(root, 'dist', 'bundle'), {recursive: true});
  for (const name of ['a.ts', 'b.ts']) {
    writeFileSync(join(root, name), '');
    utimesSync(join(root, name), 1000, 1000);
  }
  writeFileSync(inputs, JSON.stringify(['a.ts', 'b.ts']));
  made(2000, 1999);
  assert.equal(freshBundle(url), new URL('dist/bundle/program.mjs', url).href);
  made(2000, 2001);
  assert.equal(freshBundle(url), undefined);
  made(2000, 1999);
  rmSync(join(root, 'a.ts'));
  assert.equal(freshBundle(url), undefined);
});
