// Giving pages up: what must not be lost between a look at the directory and the release.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {GRANTED, PLockMode, WAITING} from '../../fusion/api.ts';
import {Scheduler, Task} from '../schedule/task.ts';
import {PagePool} from './page-pool.ts';
import {cleanLog, emptyStorage, StubPages, stoppedClock} from './testing/stub-world.ts';

const PAGE = 7;
const {none, shared, exclusive} = PLockMode;

/** The directory as one node sees it, with one page in it: the test plays all other nodes. */
class OnePage extends StubPages {
  held: PLockMode = none;
  /** A request is granted at once, if so. */
  isFree = true;
  requests = 0;
  /** Runs between the node's look at the entry and its release. */
  beforeRelease = (): void => {};

  acquire(_pageNo: number, mode: PLockMode): number {
    this.requests++;
    if (this.held < mode && this.isFree) this.held = mode;
    return this.held >= mode ? GRANTED : WAITING;
  }

  release(_entry: number, keep: PLockMode): PLockMode {
    this.beforeRelease();
    const held = this.held;
    this.held = keep;
    return held;
  }

  heldMode(): PLockMode {
    return this.held;
  }

  isWanted(): boolean {
    return false;
  }
}

/** A pool that holds the page in S, and a task that waits for it in X. `polls` is what each of its polls got. */
function upgrading(): {pool: PagePool; pages: OnePage; scheduler: Scheduler; polls: number[]} {
  const pages = new OnePage();
  const pool = new PagePool({pageSize: 512, frames: 4, incarnation: 1}, pages, emptyStorage(), cleanLog, stoppedClock);
  const scheduler = new Scheduler(() => {});
  scheduler.observe(pool);
  const reading = new Task(scheduler, () => void pool.fix(PAGE, shared, reading));
  scheduler.runNow(reading);
  assert.equal(pages.held, shared);
  pages.isFree = false;
  const polls: number[] = [];
  const writing = new Task(scheduler, () => void polls.push(pool.fix(PAGE, exclusive, writing)));
  scheduler.runNow(writing);
  assert.ok(polls[0] < 0, 'another node holds S too');
  return {pool, pages, scheduler, polls};
}

const runAll = (scheduler: Scheduler): void => void scheduler.runReady(() => false);

test('an upgrade that was granted before its S is given up serves who waited for it', () => {
  const {pool, pages, scheduler, polls} = upgrading();
  // The next one in the queue recalls the S; before it goes, the upgrade is granted. The bell that says so is still under way.
  pool.recalled(PAGE, 1);
  pages.held = exclusive;
  pool.giveUp();
  runAll(scheduler);
  assert.equal(polls.length, 2);
  assert.ok(polls[1] >= 0, 'the waiting task has the page in X');
});

test('an upgrade that was granted and released together with its S is asked for again', () => {
  const {pool, pages, scheduler, polls} = upgrading();
  pool.recalled(PAGE, 1);
  pages.beforeRelease = () => (pages.held = exclusive);
  pool.giveUp();
  assert.equal(pages.held, none);
  const before = pages.requests;
  runAll(scheduler);
  assert.ok(polls[1] < 0, 'it has to wait again');
  assert.equal(pages.requests, before + 1, 'but it stands in the queue: its bell would come');
  pages.isFree = true;
  pool.granted(PAGE);
  runAll(scheduler);
  assert.ok(polls[2] >= 0);
});
