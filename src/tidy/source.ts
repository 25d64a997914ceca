// Reads the repository's own sources for the tidy tests: files, imports, functions. Text only, nothing is run.

import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface Source {
  /** Path from the repository's root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** All files below `folder` with one of the endings, without node_modules. */
export function sources(folder: string, ...endings: readonly string[]): Source[] {
  return readdirSync(join(root, folder), {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile() && endings.some(ending => entry.name.endsWith(ending)))
    .map(entry => join(entry.parentPath, entry.name))
    .filter(path => !path.includes('node_modules'))
    .map(path => ({path: relative(root, path), text: readFileSync(path, 'utf8')}))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Module names that a source imports, as written. */
export function importsOf(source: Source): string[] {
  const names: string[] = [];
  for (const match of source.text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|import\('([^']+)'\)/g,
  )) {
    names.push((match[1] ?? match[2]) as string);
  }
  return names;
}

/** The source with comments, strings and templates blanked out, line breaks kept. */
export function codeOf(text: string): string {
  return text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g, piece =>
    piece.replace(/[^\n]/g, ' '),
  );
}

export interface FunctionSize {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
  /** A function that is mostly one switch (or one table) may be longer. */
  readonly flatSwitch: boolean;
}

/** Sizes of functions and methods, found by their headers and matching braces. */
export function functionsOf(source: Source): FunctionSize[] {
  const code = codeOf(source.text);
  const found: FunctionSize[] = [];
  const header =
    /(?:^|\n)[ \t]*(?:export )?(?:(?:static |readonly |override |private |get |set )*#?[A-Za-z_$][\w$]*|(?:async )?function\*? [A-Za-z_$][\w$]*)\s*(?:<[^>{}()]*>)?\([^;{}]*\)\s*(?::\s*[^={};]+)?\{/g;
  for (const match of code.matchAll(header)) {
    const start = (match.index ?? 0) + match[0].length - 1;
    const name = /(#?[\w$]+)\s*(?:<[^>{}()]*>)?\(/.exec(match[0])?.[1] ?? '?';
    if (['if', 'for', 'while', 'switch', 'catch', 'return'].includes(name)) continue;
    const end = matchingBrace(code, start);
    const body = code.slice(start, end);
    const first = code.slice(0, start).split('\n').length;
    const cases = body.match(/\bcase\b/g)?.length ?? 0;
    const lines = body.split('\n').length;
    found.push({name, line: first, lines, flatSwitch: cases * 8 >= lines});
  }
  return found;
}

function matchingBrace(code: string, start: number): number {
  let depth = 0;
  for (let i = start; i < code.length; i++) {
    if (code[i] === '{') depth++;
    else if (code[i] === '}' && --depth === 0) return i + 1;
  }
  return code.length;
}
