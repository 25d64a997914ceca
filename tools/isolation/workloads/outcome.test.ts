// Which errors are failures and which are doubts, and that every workload speaks valid conversations.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createWorkload, workloadNames} from './catalog.ts';
import {OperationFailure, Refused, single, transaction, transactionAtOnce} from './outcome.ts';
import {drive, query, type Script, type SqlClient, SqlFailure, type SqlResult, type SqlValue} from './sql-client.ts';
import type {Workload} from './workload.ts';

const nothing: SqlResult = {rows: [], affectedRows: 0, insertId: 0};

/** A client that fails at statements with a given beginning, and remembers what it was asked. */
function failing(failures: Record<string, SqlFailure>): {client: SqlClient; asked: string[]} {
  const asked: string[] = [];
  const query = (sql: string): Promise<SqlResult> => {
    asked.push(sql);
    const failure = failures[sql.split(' ')[0]];
    return failure === undefined ? Promise.resolve(nothing) : Promise.reject(failure);
  };
  const client: SqlClient = {
    query,
    queryAll: statements => Promise.all(statements.map(({sql}) => query(sql))),
    close: () => Promise.resolve(),
  };
  return {client, asked};
}

async function outcome(
  failures: Record<string, SqlFailure>,
  script: () => Script<unknown>,
): Promise<[string, string[]]> {
  const {client, asked} = failing(failures);
  try {
    await drive(client, script(), () => Promise.resolve());
    return ['ok', asked];
  } catch (error) {
    assert.ok(error instanceof OperationFailure, String(error));
    return [`${error.certain ? 'fail' : 'info'}${error.lost ? ' lost' : ''}`, asked];
  }
}

const deadlock = new SqlFailure('deadlock', 1213, false);
const full = new SqlFailure('disk full', 1021, false);
const gone = new SqlFailure('gone', 0, true);
const update = (): Script<unknown> => transaction(() => query('UPDATE t SET x = 1'));

test('transactions: only what was certainly rolled back is a failure', async () => {
  const cases: [Record<string, SqlFailure>, string][] = [
    [{}, 'ok'],
    [{UPDATE: deadlock}, 'fail'],
    [{UPDATE: full}, 'fail'],
    [{UPDATE: gone}, 'info lost'],
    [{UPDATE: deadlock, ROLLBACK: gone}, 'info lost'],
    [{UPDATE: deadlock, ROLLBACK: full}, 'info'],
    [{COMMIT: deadlock}, 'fail'],
    [{COMMIT: full}, 'info'],
    [{COMMIT: gone}, 'info lost'],
    [{COMMIT: deadlock, ROLLBACK: gone}, 'info lost'],
    [{BEGIN: gone}, 'fail lost'],
    [{BEGIN: full}, 'fail'],
  ];
  for (const [failures, expected] of cases)
    assert.equal((await outcome(failures, update))[0], expected, JSON.stringify(failures));
});

test('statements at once: every failure is followed by ROLLBACK, for what came after it was run', async () => {
  const both = (): Script<unknown> =>
    transactionAtOnce([
      {sql: 'UPDATE t SET x = 1', params: []},
      {sql: 'DELETE FROM t', params: []},
    ]);
  assert.deepEqual(await outcome({}, both), ['ok', ['UPDATE t SET x = 1', 'DELETE FROM t', 'COMMIT']]);
  assert.deepEqual(await outcome({UPDATE: deadlock}, both), [
    'fail',
    ['UPDATE t SET x = 1', 'DELETE FROM t', 'ROLLBACK'],
  ]);
  assert.equal((await outcome({UPDATE: gone}, both))[0], 'info lost');
  assert.equal((await outcome({COMMIT: full}, both))[0], 'info');
});

test('a transaction that failed is rolled back before the next one', async () => {
  const [, asked] = await outcome({UPDATE: full}, update);
  assert.deepEqual(asked, ['BEGIN', 'UPDATE t SET x = 1', 'ROLLBACK']);
});

test('an operation may refuse to happen', async () => {
  const refuse = (): Script<unknown> =>
    transaction(function* () {
      yield* query('SELECT 1');
      throw new Refused('no cover');
    });
  assert.deepEqual(await outcome({}, refuse), ['fail', ['BEGIN', 'SELECT 1', 'ROLLBACK']]);
});

test('single statements: an answered error is a failure, silence is a doubt', async () => {
  assert.equal((await outcome({INSERT: full}, () => single('INSERT INTO t VALUES (1)')))[0], 'fail');
  assert.equal((await outcome({INSERT: gone}, () => single('INSERT INTO t VALUES (1)')))[0], 'info lost');
});

test('a mistake in a workload is not taken for an outcome', async () => {
  const broken = (): Script<unknown> =>
    transaction(function* () {
      yield* query('SELECT 1');
      throw new TypeError('a mistake');
    });
  const {client} = failing({});
  await assert.rejects(
    drive(client, broken(), () => Promise.resolve()),
    TypeError,
  );
});

for (const name of workloadNames) {
  test(`${name}: as many values as question marks, the same seed the same operations, and no doubt from a clean refusal`, async () => {
    const plan = (workload: Workload): string =>
      JSON.stringify(Array.from({length: 50}, (_, i) => workload.next(i % 4).value));
    const workload = createWorkload(name, {seed: 9, pause: 0}) as Workload;
    assert.equal(plan(workload), plan(createWorkload(name, {seed: 9, pause: 0}) as Workload));
    const query = (sql: string, params: readonly SqlValue[]): Promise<SqlResult> => {
      assert.equal(params.length, sql.split('?').length - 1, sql);
      const refusing =
        !/^(BEGIN|COMMIT|ROLLBACK|DROP|CREATE)/.test(sql) &&
        !sql.includes('(id, balance) VALUES') &&
        !sql.includes('(0, 0)');
      return refusing ? Promise.reject(deadlock) : Promise.resolve(nothing);
    };
    const client: SqlClient = {
      query,
      queryAll: statements => Promise.all(statements.map(({sql, params}) => query(sql, params))),
      close: () => Promise.resolve(),
    };
    const pause = (): Promise<void> => Promise.resolve();
    await drive(client, workload.setup(), pause);
    for (let i = 0; i < 50; i++) {
      await assert.rejects(
        drive(client, workload.next(i % 4).run(), pause),
        (error: unknown) => error instanceof OperationFailure && error.certain,
      );
    }
    assert.ok(Array.isArray(workload.final()));
  });
}
