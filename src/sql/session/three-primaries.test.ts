// Metadata locks between three primaries: who only reads is let in, and who waits to change is not forgotten over it.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {TestCluster} from './test-cluster.test.ts';

test('a lock that is shared again still goes to the primary that waits to change the table', () => {
  const cluster = new TestCluster(3, {nodes: 3});
  const [a, b, c] = [0, 1, 2].map(node => cluster.connect(node));
  a.ok('CREATE TABLE t (id INT PRIMARY KEY)', 'ALTER TABLE t ADD n INT', 'BEGIN', 'INSERT INTO t VALUES (1, 1)');
  b.start('SELECT COUNT(*) FROM t');
  c.start('ALTER TABLE t ADD m INT');
  cluster.world.time.run(20);
  assert.equal(b.finish()[0].error, undefined);
  assert.equal(c.isDone, false);
  a.ok('COMMIT');
  cluster.world.time.run(20);
  assert.equal(c.isDone, true);
  assert.equal(c.finish()[0].error, undefined);
});
