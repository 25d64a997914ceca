// What became of index builds whose builder is gone (ADR 0009): records of the system tree say which tables are being built on, and every primary looks at them
// when it starts, when others have been recovered, and when a statement of its own was given up in the middle.

import {SqlError} from '../../base/sql-error.ts';
import type {Engine, EngineSession} from '../../engine/api.ts';
import type {Clock} from '../../env/clock.ts';
import type {Catalog} from './catalog.ts';
import {RecordKind} from './record-tree.ts';
import {expectRow, type Steps} from './steps.ts';

/** A build that goes on is not waited for, but looked at again after this pause. Milliseconds. */
const RETRY_MS = 1000;
/** How long to wait for its lock, milliseconds: it is free, or somebody builds. */
const WAIT_MS = 100;

/** The text of a record: the number of the build, which is also that of its lock. */
export function encodeBuild(build: number): string {
  return JSON.stringify({format: 1, build});
}

function decodeBuild(text: string): number {
  return (JSON.parse(text) as {readonly build: number}).build;
}

export class IndexBuilds {
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  /** Runs steps that belong to no client. */
  readonly #run: (make: (engine: EngineSession) => Steps<void>) => void;
  #isAsked = false;

  constructor(
    engine: Engine,
    catalog: Catalog,
    clock: Clock,
    run: (make: (engine: EngineSession) => Steps<void>) => void,
  ) {
    this.#catalog = catalog;
    this.#clock = clock;
    this.#run = run;
    engine.watchRecovery(() => this.look());
  }

  /** Somebody may have left a build unfinished. */
  readonly look = (): void => {
    if (this.#isAsked || !this.#catalog.isReady) return;
    this.#isAsked = true;
    this.#clock.soon(() => {
      this.#isAsked = false;
      this.#run(engine => this.#clean(engine));
    });
  };

  *#clean(engine: EngineSession): Steps<void> {
    const {readers, records} = this.#catalog;
    engine.lockWaitTimeoutMs = WAIT_MS;
    try {
      const builds = yield* readers.read(engine.waiter, reader => records.list(reader, RecordKind.build));
      for (const {name1, name2, text} of builds) yield* this.#end(engine, name1, name2, decodeBuild(text));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.#clock.after(RETRY_MS, this.look);
    }
  }

  /** To open the table exclusively ends what nobody goes on with; its lock is asked for first, so that a build that goes on is not disturbed. */
  *#end(engine: EngineSession, schema: string, name: string, build: number): Steps<void> {
    engine.begin(false, false);
    engine.beginStatement();
    yield* expectRow(() => engine.lockMetadata(build, true));
    yield* this.#catalog.open(engine, schema, name, true);
    engine.endStatement();
    yield* expectRow(() => engine.commit());
  }
}
