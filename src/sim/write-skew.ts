// Write skew on the simulated cluster: what snapshot isolation allows and SERIALIZABLE must not.
//
// Doctors are on call, in wards of a few. One may go off call if another one of the ward is on: he looks at the whole ward (by primary key, or by the index on the ward) and then changes his own row
// only. Two who do so at once each see the other, change different rows, and leave the ward empty. Every transaction is SERIALIZABLE; auditors look at all wards in
// READ COMMITTED statements, and never find an empty one.

import {DONE, Isolation, LockMode, LockWait, ROW, type TableHandle} from '../engine/api.ts';
import type {Script, SimClient} from './client.ts';
import {createTable, insertOf, keyOf, type Row, readRow, rowsOf, tableCheck, updateOf} from './engine-table.ts';
import {expect} from './expect.ts';
import {type RunClient, type RunOptions, type RunRequest, SimRun, shortOfEverything} from './run.ts';
import {must, rollBack, sleep} from './script.ts';
import type {SimPrimary} from './world.ts';

const WARDS = 6;
const DOCTORS_PER_WARD = 3;
const CLIENTS_PER_PRIMARY = 3;
const ON = 'on call';
const OFF = 'off';

export class WriteSkew extends SimRun {
  #doctors!: TableHandle;
  readonly counts = {changes: 0, refused: 0, audits: 0};

  protected *open(client: SimClient): Script<void> {
    const {session} = client;
    this.#doctors = yield* createTable(session, 100, true);
    session.begin(false, false);
    session.beginStatement();
    for (let id = 0; id < WARDS * DOCTORS_PER_WARD; id++) {
      yield* must(insertOf(client, this.#doctors, {id, k: wardOf(id), text: ON}));
    }
    session.endStatement();
    yield* must(() => session.commit());
  }

  protected load(primary: SimPrimary): void {
    for (let i = 0; i < CLIENTS_PER_PRIMARY; i++) this.addClient(primary, self => this.#dutyLoop(self));
    this.addClient(primary, self => this.#auditLoop(self));
  }

  *#dutyLoop(self: RunClient): Script<void> {
    const {client} = self;
    while (!this.stopping) {
      const isDone = yield* this.#change(client, this.prng.below(WARDS * DOCTORS_PER_WARD));
      if (isDone) this.counts.changes++;
      else this.counts.refused++;
      self.done++;
      yield* this.think(client, isDone ? 0.2 : 2);
    }
  }

  /** The doctor goes off call if he may, or comes back. False: the transaction was refused. */
  *#change(client: SimClient, doctor: number): Script<boolean> {
    const {session} = client;
    session.isolation = Isolation.serializable;
    session.lockWaitTimeoutMs = 100;
    session.begin(false, false);
    session.beginStatement();
    const ward = yield* this.#ward(client, wardOf(doctor));
    session.endStatement();
    if (ward === undefined) return yield* this.#giveUp(client);
    if (this.prng.chance(0.3)) yield* sleep(client, this.prng.float() * 3);
    const isOn = ward.some(({id, text}) => id === doctor && text === ON);
    const others = ward.filter(({id, text}) => id !== doctor && text === ON);
    session.beginStatement();
    const row = {id: doctor, k: wardOf(doctor), text: isOn && others.length > 0 ? OFF : ON};
    const updated = yield updateOf(client, this.#doctors, row);
    session.endStatement();
    if (updated !== ROW) return yield* this.#giveUp(client);
    const committed = yield () => session.commit();
    return committed === ROW ? true : yield* this.#giveUp(client);
  }

  *#giveUp(client: SimClient): Script<boolean> {
    yield* rollBack(client.session);
    return false;
  }

  /** The doctors of a ward as the transaction sees them; undefined when it must be given up. */
  #ward(client: SimClient, ward: number): Script<Row[] | undefined> {
    const first = ward * DOCTORS_PER_WARD;
    return this.prng.chance(0.5)
      ? this.#scan(client, 1, ward, ward + 1)
      : this.#scan(client, 0, first, first + DOCTORS_PER_WARD);
  }

  /** Doctors with keys from `low` up to, not including, `high`; undefined when the snapshot was taken away. */
  *#scan(client: SimClient, index: number, low: number, high: number): Script<Row[] | undefined> {
    const rows: Row[] = [];
    const cursor = client.session.newCursor();
    const [from, to] = [keyOf(low), keyOf(high)];
    cursor.open(this.#doctors, index, from, true, to, false, false, LockMode.none, LockWait.wait, false);
    for (;;) {
      const result = yield () => {
        const answer = cursor.next();
        if (answer === ROW) rows.push(readRow(cursor));
        return answer;
      };
      if (result === ROW) continue;
      cursor.close();
      return result === DONE ? rows : undefined;
    }
  }

  *#auditLoop(self: RunClient): Script<void> {
    const {client} = self;
    const {session} = client;
    session.isolation = Isolation.readCommitted;
    while (!this.stopping) {
      session.begin(true, false);
      session.beginStatement();
      const rows = yield* this.#scan(client, 0, 0, WARDS * DOCTORS_PER_WARD);
      if (rows !== undefined) this.#expectManned(rows);
      session.endStatement();
      yield* must(() => session.commit());
      self.done++;
      this.counts.audits++;
      yield* this.think(client, 3);
    }
  }

  #expectManned(rows: readonly Row[]): void {
    for (let ward = 0; ward < WARDS; ward++) {
      const doctors = rows.filter(({k}) => k === ward);
      expect.equal(doctors.length, DOCTORS_PER_WARD, `doctors of ward ${ward}`);
      expect.ok(
        doctors.some(({text}) => text === ON),
        `nobody of ward ${ward} is on call: write skew`,
      );
    }
  }

  protected *check(client: SimClient): Script<void> {
    client.session.begin(true, true);
    client.session.beginStatement();
    this.#expectManned(yield* rowsOf(client, this.#doctors));
    client.session.endStatement();
    yield* must(() => client.session.commit());
    yield* tableCheck(client, this.#doctors, WARDS * DOCTORS_PER_WARD);
  }
}

function wardOf(doctor: number): number {
  return Math.floor(doctor / DOCTORS_PER_WARD);
}

export function writeSkewFromSeed(request: RunRequest): RunOptions {
  return {...shortOfEverything({...request, seed: request.seed + 900_000}), seed: request.seed};
}
