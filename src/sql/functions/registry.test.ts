// The registry as the documentation reads it.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {allFunctions, findFunction} from './registry.ts';
import {documented, MISSING} from './testing/document.ts';

test('every function has a name of its own, a summary and a sensible number of arguments', () => {
  const functions = allFunctions();
  assert.ok(functions.length > 200);
  assert.equal(new Set(functions.map(f => f.name)).size, functions.length);
  for (const {name, summary, minArgs, maxArgs} of functions) {
    assert.match(name, /^[A-Z][A-Z0-9_]*$/);
    assert.ok(summary.length > 3, name);
    assert.ok(minArgs >= 0 && maxArgs >= minArgs, name);
  }
});

test('functions are found in any case, and names of JavaScript are not functions', () => {
  assert.equal(findFunction('concat_WS')?.name, 'CONCAT_WS');
  for (const name of ['constructor', '__proto__', 'toString', '']) assert.equal(findFunction(name), undefined);
});

test('the documentation lists exactly the functions that are there', () => {
  const {actual, expected} = documented();
  assert.ok(actual === expected, 'run: node src/sql/functions/testing/document.ts');
  for (const name of MISSING) assert.equal(findFunction(name), undefined, name);
});
