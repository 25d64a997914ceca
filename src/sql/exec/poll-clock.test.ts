// Long statements give way: after a millisecond a poll ends, the statement is queued again, and its answer is the same.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {BLOCKED, DONE, INTERRUPTED} from '../../engine/api.ts';
import type {Value} from '../../format/value/types.ts';
import {TestSession} from '../functions/testing/evaluate.ts';
import type {ExecContext} from './contract.ts';
import {TestDatabase} from './testing/test-database.ts';

/** A session whose clock goes on by `step` microseconds with each look. */
class TickingSession extends TestSession {
  readonly step: number;
  isKilled = false;
  #now = 0;

  constructor(step: number) {
    super();
    this.step = step;
  }

  override nowMicros(): number {
    this.#now += this.step;
    return this.#now;
  }

  override sleepUntil(): number {
    return this.isKilled ? INTERRUPTED : 1;
  }
}

/** Runs a query poll by poll; how often it blocked, how often it was woken, its rows, its last result. */
function run(db: TestDatabase, session: TickingSession, sql: string) {
  let woken = 0;
  const engine = Object.assign(db.engine, {waiter: {wake: () => woken++}});
  const context: ExecContext = {registers: [], parameters: [], engine, session};
  const rows: Value[][] = [];
  const sink = {
    begin: () => {},
    row: (values: readonly Value[]) => rows.push([...values]) > 0,
    rowBytes: () => true,
    end: () => {},
  };
  const {execution} = db.plan(sql);
  execution.start(context);
  let polls = 1;
  let result = execution.poll(context, sink);
  for (; result === BLOCKED; polls++) result = execution.poll(context, sink);
  execution.finish(context);
  return {polls, woken, rows, result};
}

function database(): TestDatabase {
  const db = new TestDatabase();
  db.run('create table t (id int primary key, a int)');
  const values = Array.from({length: 1000}, (_, id) => `(${id}, ${id % 10})`);
  db.run(`insert into t values ${values.join(',')}`);
  return db;
}

for (const sql of [
  'select count(*) from t where a + 0 >= 0',
  'select count(*) from (select distinct a, id from t) d, (select 1 union select 2) e where e.1 > 1 and d.id >= 0',
  'with recursive n as (select 0 x union all select x + 1 from n where x < 999) select count(*) from n',
]) {
  test(`gives way after a millisecond: ${sql}`, () => {
    const slow = run(database(), new TickingSession(400), sql);
    assert.equal(slow.result, DONE);
    assert.equal(Number(slow.rows[0][0]), 1000);
    assert.ok(slow.polls > 2);
    assert.equal(slow.woken, slow.polls - 1);
    assert.equal(run(database(), new TickingSession(0), sql).polls, 1);
  });
}

test('a killed statement ends at its next look at the clock', () => {
  const session = new TickingSession(2000);
  session.isKilled = true;
  assert.equal(run(database(), session, 'select count(*) from t where a + 0 >= 0').result, INTERRUPTED);
});
