// The adjudicator (K17): the first proposal wins, the refused one comes next, and what a dead node had only proposed never was.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FencedError} from '../../base/errors.ts';
import {ACCEPTED, BUSY, STALE, SUPERVISOR_BELL} from '../api.ts';
import {Adjudicator} from './adjudicator.ts';
import {AdjudicatorMemory} from './layout.ts';

const A = 101;
const B = 102;
const C = 103;

function setup(entries = 64) {
  const memory = AdjudicatorMemory.create({nodes: 4, entries});
  const join = (node: number, incarnation: number): Adjudicator => {
    const one = new Adjudicator(AdjudicatorMemory.attach(memory.descriptor()), node, incarnation);
    one.join();
    return one;
  };
  return {
    memory,
    supervisor: new Adjudicator(memory, SUPERVISOR_BELL, 0),
    a: join(0, A),
    b: join(1, B),
    c: join(2, C),
    join,
  };
}

test('the first proposal wins; the loser is stale, and is accepted with the new version', () => {
  const {a, b} = setup();
  assert.equal(a.propose(7, 10, A), ACCEPTED);
  assert.equal(b.propose(7, 10, A), BUSY, 'the poll of A has it');
  a.advance(7, 11, 500);
  a.release([7]);
  assert.equal(b.propose(7, 10, A), STALE);
  assert.equal(b.want(7), 0, 'A is to be rung');
  assert.equal(a.wanted, 500);
  assert.equal(b.propose(7, 11, A), ACCEPTED);
});

test('who was refused comes next, but not for ever', () => {
  const {a, b} = setup();
  assert.equal(a.propose(7, 10, A), ACCEPTED);
  a.advance(7, 11, 500);
  a.release([7]);
  assert.equal(b.propose(7, 10, A), STALE);
  let refused = 0;
  while (a.propose(7, 11, A) === BUSY) refused++;
  assert.ok(refused >= 16 && refused < 1000, `${refused}`);
  a.release([7]);
  assert.equal(b.propose(7, 10, A), STALE);
  b.giveUp(7);
  assert.equal(a.propose(7, 11, A), ACCEPTED, 'B does not want it any more');
});

test('a version that was never durable never was: the survivor goes on with the one before, once it has all of the dead stream', () => {
  const {a, b, supervisor} = setup();
  b.publishCut(0, A, 300);
  assert.equal(a.propose(7, 10, B), ACCEPTED);
  a.advance(7, 11, 500);
  supervisor.orphan(0, A, 400);
  assert.equal(b.propose(7, 10, B), STALE, 'redo of A up to 400 may change the page');
  b.publishCut(0, A, 400);
  assert.equal(b.propose(7, 10, B), ACCEPTED);
});

test('of several changes of the dead one the last durable one counts, and no older version of anybody', () => {
  const {a, b, c, supervisor} = setup();
  assert.equal(a.propose(7, 10, A), ACCEPTED);
  a.advance(7, 11, 100);
  a.release([7]);
  assert.equal(c.propose(7, 11, A), ACCEPTED);
  c.advance(7, 12, 50);
  c.release([7]);
  assert.equal(a.propose(7, 12, C), ACCEPTED);
  a.advance(7, 13, 200);
  a.advance(7, 14, 300);
  a.release([7]);
  supervisor.orphan(0, A, 250);
  b.publishCut(0, A, 250);
  assert.equal(b.propose(7, 11, A), STALE, 'its own older version, below that of C');
  assert.equal(b.propose(7, 13, A), ACCEPTED);
});

test('a zombie is refused', () => {
  const {a, supervisor} = setup();
  supervisor.orphan(0, A, 400);
  assert.throws(() => a.propose(7, 10, A), FencedError);
});

test('a claim, and a page kept, of a dead node are dropped', () => {
  const {a, b, c, supervisor} = setup();
  assert.equal(a.propose(7, 10, C), ACCEPTED);
  assert.equal(c.propose(8, 20, C), ACCEPTED);
  c.advance(8, 21, 10);
  c.release([8]);
  assert.equal(a.propose(8, 20, C), STALE);
  assert.equal(b.propose(8, 21, C), BUSY);
  supervisor.orphan(0, A, 400);
  assert.equal(b.propose(7, 10, C), ACCEPTED);
  assert.equal(b.propose(8, 21, C), ACCEPTED);
});

test('what everybody has applied is forgotten when room is short; what somebody lacks is not', () => {
  const {a, b, c} = setup(64);
  assert.equal(a.propose(1000, 1, A), ACCEPTED);
  a.advance(1000, 2, 900);
  a.release([1000]);
  for (let page = 0; page < 300; page++) {
    assert.equal(a.propose(page, 1, A), ACCEPTED, `page ${page}`);
    a.advance(page, 2, page + 1);
    a.release([page]);
    b.publishCut(0, A, page + 1);
    c.publishCut(0, A, page + 1);
  }
  assert.equal(b.propose(1000, 1, A), STALE, 'B has not applied it');
  assert.ok(a.used < 64);
});
