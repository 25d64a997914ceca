// A bank on the simulated cluster: clients move money between accounts on all primaries while primaries die, auditors look at the sums.
//
// Every transfer writes a row of the ledger in its own transaction. So at the end, whatever died in between:
//   - a transfer that was acknowledged is in the ledger, one that was rolled back is not;
//   - every balance is what the ledger makes of it: no transfer is there by half.
// And all the time every snapshot shows the same total, by primary key and by index (I9).

import type {Prng} from '../base/prng.ts';
import {BLOCKED, type Cursor, DONE, Isolation, LockMode, LockWait, ROW, type TableHandle} from '../engine/api.ts';
import type {Script, SimClient} from './client.ts';
import {createTable, insertOf, keyOf, type Row, readRow, rowsOf, tableCheck, updateOf} from './engine-table.ts';
import {expect} from './expect.ts';
import {RUN_DEFAULTS, type RunClient, type RunOptions, type RunRequest, SimRun, shortOfEverything} from './run.ts';
import {must, rollBack, sleep} from './script.ts';
import {mayWrite} from './sim-writers.ts';
import type {SimPrimary} from './world.ts';

export interface BankOptions extends RunOptions {
  readonly accounts: number;
  readonly clientsPerPrimary: number;
}

export const BANK_DEFAULTS: BankOptions = {...RUN_DEFAULTS, accounts: 24, clientsPerPrimary: 3};

const BALANCE = 1000;

/** A bank on a cluster that is short of everything, drawn from the seed. */
export function bankFromSeed(request: RunRequest): BankOptions {
  const {seed} = request;
  return {...shortOfEverything(request), accounts: 8 + (seed % 40), clientsPerPrimary: 2 + (seed % 4)};
}

export class Bank extends SimRun {
  readonly options: BankOptions;
  #accounts!: TableHandle;
  #ledger!: TableHandle;
  #nextTransfer = 1;
  readonly acknowledged = new Set<number>();
  readonly rolledBack = new Set<number>();
  readonly counts = {transfers: 0, rollbacks: 0, audits: 0, cancelledAudits: 0};

  constructor(options: Partial<BankOptions> = {}) {
    const all = {...BANK_DEFAULTS, ...options};
    super(all);
    this.options = all;
  }

  protected *open(client: SimClient): Script<void> {
    const {session} = client;
    this.#accounts = yield* createTable(session, 100, true);
    this.#ledger = yield* createTable(session, 101, false);
    session.begin(false, false);
    session.beginStatement();
    for (let id = 0; id < this.options.accounts; id++) {
      yield* must(insertOf(client, this.#accounts, {id, k: BALANCE, text: ''}));
    }
    session.endStatement();
    yield* must(() => session.commit());
  }

  protected load(primary: SimPrimary): void {
    if (mayWrite(primary)) this.loadWriter(primary);
    this.addClient(primary, self => this.#auditLoop(self));
  }

  protected override loadWriter(primary: SimPrimary): void {
    for (let i = 0; i < this.options.clientsPerPrimary; i++) this.addClient(primary, self => this.#transferLoop(self));
  }

  *#transferLoop(self: RunClient): Script<void> {
    const {client} = self;
    while (!this.stopping) {
      const id = this.#nextTransfer++;
      const isDone = yield* this.#transfer(client, id);
      if (isDone) self.done++;
      yield* this.think(client, isDone ? 0 : 1.5);
    }
  }

  *#transfer(client: SimClient, id: number): Script<boolean> {
    const {session} = client;
    const prng = this.prng;
    const from = prng.below(this.options.accounts);
    const to = (from + 1 + prng.below(this.options.accounts - 1)) % this.options.accounts;
    const amount = 1 + prng.below(20);
    const locking = prng.chance(0.5);
    session.isolation = locking && prng.chance(0.5) ? Isolation.readCommitted : Isolation.repeatableRead;
    session.lockWaitTimeoutMs = 200;
    session.begin(false, false);
    session.beginStatement();
    const lock = locking ? LockMode.exclusive : LockMode.none;
    const result = yield* this.#move(client, from, to, amount, id, lock);
    session.endStatement();
    if (result !== ROW || prng.chance(0.1)) {
      yield* rollBack(session);
      this.rolledBack.add(id);
      this.counts.rollbacks++;
      return false;
    }
    const committed = yield () => session.commit();
    if (committed !== ROW) {
      yield* rollBack(session);
      return false;
    }
    this.acknowledged.add(id);
    this.counts.transfers++;
    return true;
  }

  *#move(client: SimClient, from: number, to: number, amount: number, id: number, lock: LockMode): Script<number> {
    const accounts = this.#accounts;
    const balances: number[] = [];
    const point = client.session.newPointRead();
    for (const account of [from, to]) {
      const key = keyOf(account);
      const found = yield () => point.get(accounts, key, 4, lock, LockWait.wait);
      expect.notEqual(found, DONE, `account ${account} is gone`);
      if (found !== ROW) return found;
      balances.push(readRow(point).k);
    }
    const rows: Row[] = [
      {id: from, k: balances[0] - amount, text: pad(this.prng)},
      {id: to, k: balances[1] + amount, text: pad(this.prng)},
    ];
    for (const row of rows) {
      const updated = yield updateOf(client, accounts, row);
      expect.notEqual(updated, DONE, `account ${row.id} is gone`);
      if (updated !== ROW) return updated;
      if (this.prng.chance(0.1)) yield* sleep(client, this.prng.float() * 4);
    }
    return yield insertOf(client, this.#ledger, {id, k: from * 1000 + to, text: String(amount)});
  }

  *#auditLoop(self: RunClient): Script<void> {
    const {client} = self;
    const {session} = client;
    const cursor = session.newCursor();
    yield* hasCaughtUp(client);
    while (!this.stopping) {
      session.isolation = this.prng.chance(0.5) ? Isolation.readCommitted : Isolation.repeatableRead;
      session.begin(true, this.prng.chance(0.5));
      let isWhole = true;
      for (let i = 0; i < 2; i++) {
        session.beginStatement();
        const total = yield* this.#total(client, cursor, i, this.prng.chance(0.3));
        session.endStatement();
        isWhole &&= total >= 0;
        if (total >= 0) expect.equal(total, this.options.accounts * BALANCE, 'the total of a snapshot');
        yield* sleep(client, this.prng.float() * 10);
      }
      yield* must(() => session.commit());
      if (isWhole) self.done++;
      if (isWhole) this.counts.audits++;
      else this.counts.cancelledAudits++;
      yield* this.think(client, 0);
    }
  }

  /** Sum of all balances as the view sees them, on a read replica often while redo comes in; -1 when the snapshot was cancelled. */
  *#total(client: SimClient, cursor: Cursor, index: number, descending: boolean): Script<number> {
    const isSlow = client.primary.replica !== undefined && this.prng.chance(0.7);
    let total = 0;
    let rows = 0;
    cursor.open(
      this.#accounts,
      index,
      undefined,
      true,
      undefined,
      true,
      descending,
      LockMode.none,
      LockWait.wait,
      false,
    );
    for (;;) {
      const result = yield () => cursor.next();
      if (result === DONE) break;
      if (result !== ROW) return -1;
      total += readRow(cursor).k;
      rows++;
      if (isSlow) yield* sleep(client, this.prng.float() * 0.5);
    }
    expect.equal(rows, this.options.accounts, `rows seen by index ${index}`);
    return total;
  }

  /** The ledger explains every balance, and knows exactly the transfers that it must. */
  protected *check(client: SimClient): Script<void> {
    const balances = new Array<number>(this.options.accounts).fill(BALANCE);
    const found = new Set<number>();
    client.session.begin(true, true);
    client.session.beginStatement();
    for (const row of yield* rowsOf(client, this.#ledger)) {
      found.add(row.id);
      balances[Math.floor(row.k / 1000)] -= Number(row.text);
      balances[row.k % 1000] += Number(row.text);
    }
    const rows = yield* rowsOf(client, this.#accounts);
    expect.deepEqual(
      rows.map(row => row.k),
      balances,
      'balances are what the ledger says',
    );
    client.session.endStatement();
    yield* must(() => client.session.commit());
    yield* tableCheck(client, this.#accounts, this.options.accounts);
    yield* tableCheck(client, this.#ledger, found.size);
    for (const id of this.acknowledged) expect.ok(found.has(id), `acknowledged transfer ${id} is lost`);
    for (const id of this.rolledBack) expect.ok(!found.has(id), `rolled back transfer ${id} is there`);
  }
}

/** What a read replica shows lies in the past: not before the accounts were there. */
function* hasCaughtUp(client: SimClient): Script<void> {
  const {replica} = client.primary;
  const wanted = replica?.newest ?? 0;
  yield () => {
    if (replica === undefined || !replica.isReplica || replica.viewPoint >= wanted) return ROW;
    replica.whenMoved(client.session.waiter);
    return BLOCKED;
  };
}

/** Row texts of many lengths, so that updates grow and shrink rows. */
function pad(prng: Prng): string {
  return 'x'.repeat(prng.below(60));
}
