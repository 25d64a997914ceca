// A step that needs several contended pages gets them, although each is recalled as soon as it has been used (S4).

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {GRANTED, PLockMode, WAITING} from '../../fusion/api.ts';
import {Scheduler, Task} from '../schedule/task.ts';
import {PagePool} from './page-pool.ts';
import {cleanLog, emptyStorage, StubPages, stoppedClock} from './testing/stub-world.ts';

const {none, exclusive} = PLockMode;

/** A directory in which every page is wanted by others all the time: a request waits its turn, and a grant is recalled at once. */
class Contended extends StubPages {
  readonly held = new Set<number>();
  readonly asked = new Set<number>();
  releases = 0;

  acquire(pageNo: number): number {
    this.entry = pageNo;
    if (this.held.has(pageNo)) return GRANTED;
    this.asked.add(pageNo);
    return WAITING;
  }

  release(entry: number): PLockMode {
    this.releases++;
    return this.held.delete(entry) ? exclusive : none;
  }

  heldMode(entry: number): PLockMode {
    return this.held.has(entry) ? exclusive : none;
  }

  isWanted(): boolean {
    return true;
  }
}

test('a step that needs three pages at once gets them all, in ascending order, though each is recalled with its grant', () => {
  const pages = new Contended();
  const pool = new PagePool({pageSize: 512, frames: 8, incarnation: 1}, pages, emptyStorage(), cleanLog, stoppedClock);
  const scheduler = new Scheduler(() => {});
  scheduler.observe(pool);
  let hasAll = false;
  // In an order that is not the ascending one.
  const step = new Task(scheduler, () => {
    hasAll ||= [9, 4, 6].every(page => pool.fix(page, exclusive, step) >= 0);
  });
  scheduler.runNow(step);
  let rounds = 0;
  for (; !hasAll && rounds < 100; rounds++) {
    for (const page of [...pages.asked]) {
      pages.asked.delete(page);
      pages.held.add(page);
      pool.granted(page);
      pool.recalled(page, 1);
    }
    scheduler.runReady(() => false);
    pool.giveUp();
  }
  assert.ok(hasAll, `${rounds} rounds, and never all three at once`);
  assert.ok(pool.orderedAcquisitions > 0);
  pool.giveUp();
  assert.equal(pages.held.size, 0, 'and gives them back');
});
