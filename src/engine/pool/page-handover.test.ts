// Giving pages up: what must not be lost between a look at the directory and the release.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Memory} from '../../format/memory.ts';
import {At} from '../../format/page/layout.ts';
import {GRANTED, PLockMode, WAITING} from '../../fusion/api.ts';
import type {RedoLog} from '../log/redo-log.ts';
import {Scheduler, Task} from '../schedule/task.ts';
import {CONTENDED_USES} from './frames.ts';
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

/** The page was changed by node 2 last; it can be had at once, and its bytes come from the buffer pool. */
class SharedPage extends OnePage {
  copies = 0;
  version = 5;
  override newestLlsn = (): number => this.version;
  override newestIncarnation = (): number => 2;
  override copyFromDbp = (_entry: number, target: Memory, at: number): boolean => {
    target.view.setUint32(at + At.pageNo, PAGE, true);
    target.view.setUint32(at + At.incarnation, 2, true);
    target.view.setUint32(at + At.llsn, this.version, true);
    this.copies++;
    return true;
  };
}

/** A pool over a shared page, and what uses the page once in a poll of its own, in this mode. */
function sharing(log: RedoLog): {pool: PagePool; pages: SharedPage; use: (mode: PLockMode) => number} {
  const pages = new SharedPage();
  const pool = new PagePool({pageSize: 512, frames: 4, incarnation: 1}, pages, emptyStorage(), log, stoppedClock);
  const scheduler = new Scheduler(() => {});
  scheduler.observe(pool);
  const use = (mode: PLockMode): number => {
    let base = -1;
    const task: Task = new Task(scheduler, () => void (base = pool.fix(PAGE, mode, task)));
    scheduler.runNow(task);
    return base;
  };
  return {pool, pages, use};
}

test('a page that another node has changed is given back after its use, and its bytes serve again as long as they are the newest', () => {
  const {pool, pages, use} = sharing(cleanLog);
  use(shared);
  assert.equal(pages.held, shared, 'not while the poll runs');
  pool.giveUp();
  assert.equal(pages.held, none);
  use(shared);
  assert.equal(pages.copies, 1, 'nobody has changed it');
  pool.giveUp();
  pages.version++;
  use(shared);
  assert.equal(pages.copies, 2);
});

test('a contended page that was changed here is given back when its redo is written, not before', () => {
  const log = {...cleanLog, writtenLsn: 0} as {writtenLsn: number};
  const {pool, pages, use} = sharing(log as unknown as RedoLog);
  pool.markDirty(use(exclusive), 100);
  pool.giveUp();
  assert.equal(pages.held, exclusive);
  log.writtenLsn = 100;
  pool.giveUp();
  assert.equal(pages.held, none);
});

test('a page that nobody else changes any more is kept', () => {
  const {pool, pages, use} = sharing(cleanLog);
  for (let uses = 0; uses <= CONTENDED_USES; uses++) {
    assert.equal(pages.held, none, `use ${uses}`);
    use(shared);
    pool.giveUp();
  }
  assert.equal(pages.held, shared);
});

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
