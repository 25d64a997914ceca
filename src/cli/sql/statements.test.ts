import assert from 'node:assert/strict';
import {test} from 'node:test';
import {StatementCutter} from './statements.ts';

/** Statements of a text, line by line, and what is left. */
function cut(text: string): {found: string[]; rest: string} {
  const cutter = new StatementCutter();
  const found = text.split('\n').flatMap(line => cutter.line(line));
  return {found, rest: cutter.rest()};
}

test('statements end at semicolons, over several lines, several on one', () => {
  assert.deepEqual(cut('SELECT 1; SELECT\n2\n;\n;; SELECT 3'), {found: ['SELECT 1', 'SELECT\n2'], rest: 'SELECT 3'});
});

test('semicolons in quotes and comments do not count', () => {
  const text = `SELECT 'a;''b', "c\\";", \`d;\`; -- e; f
SELECT 1 /* g; */ # h;
;`;
  assert.deepEqual(cut(text).found, [`SELECT 'a;''b', "c\\";", \`d;\``, '-- e; f\nSELECT 1 /* g; */ # h;']);
});

test('two minus signs without a space are no comment', () => {
  assert.deepEqual(cut('SELECT 5--1; SELECT 2;').found, ['SELECT 5--1', 'SELECT 2']);
});

test('DELIMITER changes the end, as stored programs need it', () => {
  const text = 'DELIMITER //\nBEGIN a; b; END//\ndelimiter ;\nSELECT 1;';
  assert.deepEqual(cut(text), {found: ['BEGIN a; b; END', 'SELECT 1'], rest: ''});
});
