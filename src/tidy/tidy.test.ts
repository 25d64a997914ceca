// The repository checks itself: layers, the ban list of discipline D2, sizes, dead paths in documents.
// A rule that is not a test is a wish.

import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {dirname, join, posix} from 'node:path';
import {test} from 'node:test';
import {FILE_LINES_MAX, FUNCTION_LINES_MAX, layers} from './layers.ts';
import {codeOf, functionsOf, importsOf, root, type Source, sources} from './source.ts';

const code = sources('src', '.ts');
/** Tests, and the helpers of tests in folders called `testing`, may touch the platform and other rooms. */
const production = code.filter(source => !source.path.endsWith('.test.ts') && !source.path.includes('/testing/'));

function roomOf(path: string): string {
  return path.split('/')[1] as string;
}

function allowed(room: string, target: string): boolean {
  const parts = target.split('/').slice(1);
  const targetRoom = parts[0] as string;
  if (targetRoom === room) return true;
  return (layers[room] ?? []).some(name => {
    const wanted = name.split('/');
    return wanted.every((part, i) => (parts[i] ?? '').replace(/\.ts$/, '') === part);
  });
}

function wrongImports(source: Source): string[] {
  const room = roomOf(source.path);
  return importsOf(source)
    .filter(name => name.startsWith('.'))
    .map(name => posix.normalize(posix.join(posix.dirname(source.path), name)))
    .filter(target => target.startsWith('src/') && !allowed(room, target))
    .map(target => `${source.path} imports ${target}`);
}

test('imports go down the layer table', () => {
  assert.deepEqual(production.flatMap(wrongImports), []);
});

test('the layer check rejects an import that goes up', () => {
  const wrong = wrongImports({path: 'src/format/page/x.ts', text: "import {a} from '../../engine/api.ts';\n"});
  assert.equal(wrong.length, 1);
});

test('only os, host, cli and tidy touch node:* and npm packages', () => {
  const free = new Set(['os', 'host', 'cli', 'tidy', 'console']);
  const wrong = production
    .filter(source => !free.has(roomOf(source.path)))
    .flatMap(source =>
      importsOf(source)
        .filter(name => !name.startsWith('.'))
        .map(name => `${source.path} imports ${name}`),
    );
  assert.deepEqual(wrong, []);
});

const banned: readonly [RegExp, string][] = [
  [/\bDate\.now\b|\bnew Date\b/, 'env.clock'],
  [/\bperformance\./, 'env.clock'],
  [/\bMath\.random\b/, 'env.random'],
  [/\bset(?:Timeout|Interval|Immediate)\b/, 'env.clock.after / soon'],
  [/\bprocess\./, 'an option handed in'],
  [/\bconsole\./, 'env.trace'],
  [/\bqueueMicrotask\b/, 'env.clock.soon'],
  [/\beval\(|\bnew Function\b/, 'nothing: no code is built from text'],
];

test('outside os, host and cli the world is handed in (D2)', () => {
  const free = new Set(['os', 'host', 'cli', 'tidy', 'console']);
  const wrong: string[] = [];
  for (const source of production) {
    if (free.has(roomOf(source.path))) continue;
    const text = codeOf(source.text);
    for (const [pattern, instead] of banned) {
      const hit = pattern.exec(text);
      if (hit) wrong.push(`${source.path}:${text.slice(0, hit.index).split('\n').length} ${hit[0]} (use ${instead})`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('engine, storage, fusion, sql and protocol are synchronous (D1)', () => {
  const rooms = new Set(['format', 'storage', 'fusion', 'engine', 'sql', 'protocol']);
  const wrong = production
    .filter(source => rooms.has(roomOf(source.path)))
    .filter(source => /\basync\b|\bawait\b|\bPromise\b/.test(codeOf(source.text)))
    .map(source => source.path);
  assert.deepEqual(wrong, []);
});

test(`no file is longer than ${FILE_LINES_MAX} lines`, () => {
  const generated = /generated|-table\.ts$|-weights\.ts$|sql-error\.ts$/;
  const wrong = production
    .filter(source => !generated.test(source.path) && source.text.split('\n').length > FILE_LINES_MAX)
    .map(source => `${source.path}: ${source.text.split('\n').length}`);
  assert.deepEqual(wrong, []);
});

test(`no function is longer than ${FUNCTION_LINES_MAX} lines, but for a flat switch`, () => {
  const wrong = production.flatMap(source =>
    functionsOf(source)
      .filter(size => size.lines > FUNCTION_LINES_MAX && !size.flatSwitch)
      .map(size => `${source.path}:${size.line} ${size.name}: ${size.lines}`),
  );
  assert.deepEqual(wrong, []);
});

test('documents name only paths that exist', () => {
  const documents = [...sources('docs', '.md'), ...sources('src', '.md'), ...rootDocuments()];
  const wrong: string[] = [];
  for (const document of documents) {
    for (const match of document.text.matchAll(/`((?:src|docs|test|bench|scripts|tools)\/[\w./-]+)`/g)) {
      if (!existsSync(join(root, match[1] as string))) wrong.push(`${document.path}: ${match[1]}`);
    }
    for (const match of document.text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      if (!existsSync(join(root, dirname(document.path), match[1] as string)))
        wrong.push(`${document.path}: ${match[1]}`);
    }
  }
  assert.deepEqual(wrong, []);
});

function rootDocuments(): Source[] {
  return sources('.', '.md').filter(source => !source.path.includes('/'));
}

test('no machine paths and no registry hosts in the repository', () => {
  const everything = [...sources('src', '.ts', '.md', '.json'), ...sources('docs', '.md'), ...rootDocuments()];
  const pattern = new RegExp(['/wo' + 'rk/main', '/ro' + 'ot/', 'registry\\.npm' + 'js'].join('|'));
  assert.deepEqual(
    everything.filter(source => pattern.test(source.text)).map(source => source.path),
    [],
  );
});
