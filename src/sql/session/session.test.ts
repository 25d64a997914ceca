// The way of a statement through a session, on a real engine.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {TestCluster} from './test-cluster.test.ts';

test('a table is created, filled and read', () => {
  const client = new TestCluster(1).connect();
  client.ok('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20), n INT DEFAULT 7)');
  const {reply} = client.ok("INSERT INTO t (id, name) VALUES (2, 'two'), (1, 'one')");
  assert.equal(reply?.affectedRows, 2);
  assert.equal(reply?.info, 'Records: 2  Duplicates: 0  Warnings: 0');
  assert.deepEqual(client.rows('SELECT * FROM t'), ['1|one|7', '2|two|7']);
});
