// Values of SET GLOBAL and SET PERSIST: records of the system tree, the same on all primaries and after a restart.
//
// One metadata lock stands for all of them. Who changes one takes it exclusively, which takes it from every primary that has it; each of those then reads
// the records anew, which waits for the change to be committed.

import {SqlError} from '../../base/sql-error.ts';
import type {Engine, EngineSession} from '../../engine/api.ts';
import type {Clock} from '../../env/clock.ts';
import type {Catalog} from './catalog.ts';
import {RecordKind} from './record-tree.ts';
import {expectRow, type Steps} from './steps.ts';

/** The id of the lock: below that of the accounts (rights-cache.ts), where no table or schema will ever be. */
const SETTINGS_ID = 0x07ff_fffe;
/** A read that failed is tried again after this pause, milliseconds. */
const RETRY_MS = 1000;

type Setting = string | number | null;

interface SettingText {
  readonly format: number;
  readonly value: Setting;
}

export class SharedSettings {
  readonly #catalog: Catalog;
  readonly #engine: Engine;
  readonly #apply: (values: ReadonlyMap<string, Setting>) => void;

  /** `apply` gets all values whenever they have been read; `run` runs steps that belong to no client. */
  constructor(engine: Engine, catalog: Catalog, apply: (values: ReadonlyMap<string, Setting>) => void) {
    this.#engine = engine;
    this.#catalog = catalog;
    this.#apply = apply;
  }

  /** Reads the values, and from now on again whenever they change. `run` runs steps that belong to no client. */
  follow(clock: Clock, run: (make: (engine: EngineSession) => Steps<void>) => void): void {
    const read = (engine: EngineSession): Steps<void> =>
      this.#tryRead(engine, () => clock.after(RETRY_MS, () => run(read)));
    // Not at once: the lock is about to leave this primary, and reading would take it again while it is given back.
    this.#engine.watchMetadata(SETTINGS_ID, () => clock.soon(() => run(read)));
    run(read);
  }

  *#tryRead(engine: EngineSession, again: () => void): Steps<void> {
    try {
      yield* this.#read(engine);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      // A wait has timed out: the values are as they were, and are looked at again.
      again();
    }
  }

  *#read(engine: EngineSession): Steps<void> {
    engine.begin(true, false);
    engine.beginStatement();
    yield* expectRow(() => engine.lockMetadata(SETTINGS_ID, false));
    engine.renewView();
    const records = yield* this.#catalog.records.list(engine, RecordKind.setting);
    this.#apply(new Map(records.map(({name1, text}) => [name1, (JSON.parse(text) as SettingText).value])));
    engine.endStatement();
    yield* expectRow(() => engine.commit());
  }

  /** Stores a value (undefined: none any more) in a transaction of its own on `engine`, which must be outside of one. */
  *store(engine: EngineSession, name: string, value: Setting | undefined): Steps<void> {
    const {records} = this.#catalog;
    engine.begin(false, false);
    engine.beginStatement();
    yield* expectRow(() => engine.lockMetadata(SETTINGS_ID, true));
    engine.renewView();
    engine.bumpMetadata(SETTINGS_ID);
    yield* records.remove(engine, RecordKind.setting, name, '');
    if (value !== undefined) {
      const text: SettingText = {format: 1, value};
      yield* records.insert(engine, RecordKind.setting, {name1: name, name2: '', text: JSON.stringify(text)});
    }
    engine.endStatement();
    yield* expectRow(() => engine.commit());
  }
}
