// A bank on the simulated cluster: clients move money between accounts on all primaries while primaries die, auditors look at the sums.
//
// Every transfer writes a row of the ledger in its own transaction. So at the end, whatever died in between:
//   - a transfer that was acknowledged is in the ledger, one that was rolled back is not;
//   - every balance is what the ledger makes of it: no transfer is there by half.
// And all the time every snapshot shows the same total, by primary key and by index (I9).

import {Prng} from '../base/prng.ts';
import {type Cursor, DONE, Isolation, LockMode, LockWait, ROW, type TableHandle} from '../engine/api.ts';
import type {Session} from '../engine/session/session.ts';
import {bootstrapSpace} from '../engine/space/bootstrap.ts';
import {checkWorld, digestOf} from './check-world.ts';
import {type Script, SimClient} from './client.ts';
import {createTable, keyOf, type Row, RowBytes, readRow} from './engine-table.ts';
import {expect as assert} from './expect.ts';
import {must, rollBack, sleep} from './script.ts';
import {type SimHost, SimSupervisor} from './sim-supervisor.ts';
import {DRIVER, type SimOptions, type SimPrimary, SimWorld} from './world.ts';

export interface BankOptions {
  readonly seed: number;
  readonly primaries: number;
  readonly accounts: number;
  readonly clientsPerPrimary: number;
  /** Faults are made for this long. Milliseconds of simulated time. */
  readonly faultMs: number;
  /** Mean pause between two faults; 0 = none. */
  readonly faultEveryMs: number;
  readonly world: Partial<SimOptions>;
}

export const BANK_DEFAULTS: BankOptions = {
  seed: 1,
  primaries: 2,
  accounts: 24,
  clientsPerPrimary: 3,
  faultMs: 150,
  faultEveryMs: 40,
  world: {},
};

const BALANCE = 1000;
/** Transfers that every client must get done once all is well again, and the time it has for them. */
const HEALTHY_TRANSFERS = 3;
const HEALTHY_MS = 60_000;

/** Shapes of a cluster that is short of everything, drawn from the seed. */
export function bankFromSeed(seed: number): BankOptions {
  const prng = new Prng(seed * 7919 + 13);
  const primaries = 2 + prng.below(2);
  return {
    seed,
    primaries,
    accounts: 8 + prng.below(40),
    clientsPerPrimary: 2 + prng.below(4),
    faultMs: 100 + prng.below(150),
    faultEveryMs: prng.chance(0.15) ? 0 : 20 + prng.below(80),
    world: {
      nodes: primaries + 3,
      pageSize: prng.chance(0.8) ? 512 : 1024,
      frames: 16 + prng.below(12),
      dbpFrames: 4 + prng.below(5),
      titSlots: 8 + prng.below(24),
      redoFileSize: 1 << (17 + prng.below(3)),
    },
  };
}

interface BankClient {
  readonly client: SimClient;
  done: number;
}

export class Bank implements SimHost {
  readonly options: BankOptions;
  readonly world: SimWorld;
  readonly supervisor: SimSupervisor;
  readonly #prng: Prng;
  #clients: BankClient[] = [];
  #accounts!: TableHandle;
  #ledger!: TableHandle;
  #ready = false;
  #stopping = false;
  #nextTransfer = 1;
  readonly acknowledged = new Set<number>();
  readonly rolledBack = new Set<number>();
  /** What happened, for the reader of a failing seed and for tests that demand that something did. */
  readonly counts = {transfers: 0, rollbacks: 0, audits: 0, kills: 0, crashes: 0};

  constructor(options: Partial<BankOptions> = {}) {
    this.options = {...BANK_DEFAULTS, ...options};
    const {seed, primaries} = this.options;
    this.#prng = new Prng(seed ^ 0x5bd1e995);
    this.world = new SimWorld({nodes: primaries + 3, ...this.options.world, seed});
    this.supervisor = new SimSupervisor(this.world, this, new Prng(seed + 77), primaries);
  }

  /** Faults, then health, then progress, then rest and checks. Returns the digest of the end state. */
  run(): string {
    this.#open();
    const end = this.world.time.now + this.options.faultMs;
    if (this.options.faultEveryMs > 0) this.#planFault(end);
    this.#pass(this.options.faultMs);
    this.#demandProgress();
    this.#stop();
    this.#checkBooks();
    assert.deepEqual(checkWorld(this.world), []);
    return digestOf(this.world);
  }

  started(primary: SimPrimary): void {
    if (!this.#ready) return;
    for (let i = 0; i < this.options.clientsPerPrimary; i++) this.#addClient(primary);
    this.#runScript(new SimClient(this.world, primary), this.#auditLoop.bind(this));
  }

  died(primary: SimPrimary): void {
    this.#clients = this.#clients.filter(({client}) => client.primary !== primary);
  }

  #addClient(primary: SimPrimary): void {
    this.#runScript(new SimClient(this.world, primary), this.#transferLoop.bind(this));
  }

  #runScript(client: SimClient, script: (self: BankClient) => Script<void>): void {
    const self = {client, done: 0};
    this.#clients.push(self);
    client.start(script(self));
  }

  /** Lets time pass; what a client meets is thrown here. */
  #pass(ms: number, until: () => boolean = () => false): boolean {
    const reached = this.world.time.runUntil(() => until() || this.#failure() !== undefined, ms);
    const failure = this.#failure();
    if (failure !== undefined) throw failure;
    return reached;
  }

  #failure(): Error | undefined {
    for (const {client} of this.#clients) if (client.failure !== undefined) return client.failure;
    return undefined;
  }

  /** Runs one script to its end on any primary. */
  #once(script: (client: SimClient) => Script<void>): void {
    const client = new SimClient(this.world, this.world.alive()[0]);
    client.start(script(client));
    const ended = this.#pass(HEALTHY_MS, () => client.idle);
    if (client.failure !== undefined) throw client.failure;
    assert.ok(ended, 'a script does not end');
  }

  #open(): void {
    assert.ok(this.#pass(1000, () => this.supervisor.isWhole));
    const {accounts} = this.options;
    this.#once(
      function* (this: Bank, client: SimClient): Script<void> {
        const {session} = client;
        yield* must(() => bootstrapSpace(client.primary.engine.core, (session as Session).task));
        this.#accounts = yield* createTable(session, 100, true);
        this.#ledger = yield* createTable(session, 101, false);
        session.begin(false, false);
        session.beginStatement();
        for (let id = 0; id < accounts; id++) yield* must(insertOf(client, this.#accounts, {id, k: BALANCE, text: ''}));
        session.endStatement();
        yield* must(() => session.commit());
      }.bind(this),
    );
    this.#ready = true;
    for (const primary of this.world.alive()) this.started(primary);
  }

  #planFault(end: number): void {
    const pause = this.#prng.float() * 2 * this.options.faultEveryMs;
    this.world.time.schedule(pause, DRIVER, () => {
      if (this.world.time.now >= end) return;
      this.#makeFault();
      this.#planFault(end);
    });
  }

  #makeFault(): void {
    const alive = this.world.alive();
    if (this.#prng.chance(0.3)) {
      this.counts.crashes++;
      this.supervisor.crashEverything(this.#prng.chance(0.5));
    } else if (alive.length > 0) {
      this.counts.kills++;
      this.supervisor.kill(alive[this.#prng.below(alive.length)]);
    }
  }

  #demandProgress(): void {
    assert.ok(
      this.#pass(HEALTHY_MS, () => this.supervisor.isWhole),
      'the cluster becomes whole again',
    );
    const before = new Map(this.#clients.map(self => [self, self.done]));
    const all = (): boolean => [...before].every(([self, done]) => self.done >= done + HEALTHY_TRANSFERS);
    if (this.#pass(HEALTHY_MS, all)) return;
    const stuck = [...before].filter(([self, done]) => self.done < done + HEALTHY_TRANSFERS);
    assert.fail(`${stuck.length} of ${before.size} clients make no progress`);
  }

  /** Clients end their transactions; then purge catches up and the logs become durable. */
  #stop(): void {
    this.#stopping = true;
    const areIdle = this.#pass(HEALTHY_MS, () => this.#clients.every(({client}) => client.idle));
    assert.ok(areIdle, `the clients stop, but: ${this.#stuck()}`);
    const atRest = (): boolean =>
      this.world
        .alive()
        .every(({engine: {core}}) => core.history.length === 0 && core.log.endLsn === core.log.durableLsn);
    assert.ok(this.#pass(HEALTHY_MS, atRest), 'purge catches up');
  }

  /** What clients are blocked in. */
  #stuck(): string {
    const busy = this.#clients.filter(({client}) => !client.idle);
    return busy.map(({client}) => `node ${client.primary.node}: ${client.blockedIn}`).join('; ');
  }

  *#transferLoop(self: BankClient): Script<void> {
    const {client} = self;
    while (!this.#stopping) {
      const id = this.#nextTransfer++;
      const isDone = yield* this.#transfer(client, id);
      if (isDone) self.done++;
      else yield* sleep(client, this.#prng.float() * 3);
    }
  }

  *#transfer(client: SimClient, id: number): Script<boolean> {
    const {session} = client;
    const prng = this.#prng;
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
      assert.notEqual(found, DONE, `account ${account} is gone`);
      if (found !== ROW) return found;
      balances.push(readRow(point).k);
    }
    const rows: Row[] = [
      {id: from, k: balances[0] - amount, text: pad(this.#prng)},
      {id: to, k: balances[1] + amount, text: pad(this.#prng)},
    ];
    for (const row of rows) {
      const updated = yield updateOf(client, accounts, row);
      assert.notEqual(updated, DONE, `account ${row.id} is gone`);
      if (updated !== ROW) return updated;
      if (this.#prng.chance(0.1)) yield* sleep(client, this.#prng.float() * 4);
    }
    return yield insertOf(client, this.#ledger, {id, k: from * 1000 + to, text: String(amount)});
  }

  *#auditLoop(self: BankClient): Script<void> {
    const {client} = self;
    const {session} = client;
    const cursor = session.newCursor();
    while (!this.#stopping) {
      session.isolation = this.#prng.chance(0.5) ? Isolation.readCommitted : Isolation.repeatableRead;
      session.begin(true, this.#prng.chance(0.5));
      for (let i = 0; i < 2; i++) {
        session.beginStatement();
        const total = yield* this.#total(cursor, i, this.#prng.chance(0.3));
        session.endStatement();
        if (total >= 0) assert.equal(total, this.options.accounts * BALANCE, 'the total of a snapshot');
        yield* sleep(client, this.#prng.float() * 10);
      }
      yield* must(() => session.commit());
      self.done++;
      this.counts.audits++;
    }
  }

  /** Sum of all balances as the view sees them; -1 when the snapshot was cancelled. */
  *#total(cursor: Cursor, index: number, descending: boolean): Script<number> {
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
    }
    assert.equal(rows, this.options.accounts, `rows seen by index ${index}`);
    return total;
  }

  /** The ledger explains every balance, and knows exactly the transfers that it must. */
  #checkBooks(): void {
    const balances = new Array<number>(this.options.accounts).fill(BALANCE);
    const found = new Set<number>();
    this.#once(
      function* (this: Bank, client: SimClient): Script<void> {
        client.session.begin(true, true);
        client.session.beginStatement();
        for (const row of yield* rowsOf(client, this.#ledger)) {
          found.add(row.id);
          balances[Math.floor(row.k / 1000)] -= Number(row.text);
          balances[row.k % 1000] += Number(row.text);
        }
        const rows = yield* rowsOf(client, this.#accounts);
        assert.deepEqual(
          rows.map(row => row.k),
          balances,
          'balances are what the ledger says',
        );
        client.session.endStatement();
        yield* must(() => client.session.commit());
        yield* tableCheck(client, this.#accounts, this.options.accounts);
        yield* tableCheck(client, this.#ledger, found.size);
      }.bind(this),
    );
    for (const id of this.acknowledged) assert.ok(found.has(id), `acknowledged transfer ${id} is lost`);
    for (const id of this.rolledBack) assert.ok(!found.has(id), `rolled back transfer ${id} is there`);
  }
}

/** Row texts of many lengths, so that updates grow and shrink rows. */
function pad(prng: Prng): string {
  return 'x'.repeat(prng.below(60));
}

export function insertOf(client: SimClient, table: TableHandle, row: Row): () => number {
  const bytes = new RowBytes().set(row);
  return () => client.session.writer.insert(table, bytes.memory, 0, bytes.length);
}

export function updateOf(client: SimClient, table: TableHandle, row: Row): () => number {
  const bytes = new RowBytes().set(row);
  const key = keyOf(row.id);
  return () => client.session.writer.update(table, key, 4, bytes.memory, 0, bytes.length);
}

/** All rows that the view sees, by primary key. */
export function* rowsOf(client: SimClient, table: TableHandle): Script<Row[]> {
  const rows: Row[] = [];
  const cursor = client.session.newCursor();
  cursor.open(table, 0, undefined, true, undefined, true, false, LockMode.none, LockWait.wait, false);
  for (;;) {
    const result = yield () => cursor.next();
    if (result === DONE) return rows;
    assert.equal(result, ROW);
    rows.push(readRow(cursor));
  }
}

export function* tableCheck(client: SimClient, table: TableHandle, rows: number): Script<void> {
  const job = client.primary.engine.newTableCheck(client.session, table);
  while ((yield () => job.poll()) !== DONE);
  assert.deepEqual(job.violations, []);
  assert.equal(job.rows, rows);
}
