// Reads of the catalog that see the newest committed state, whatever snapshot the session's own transaction has: definitions are
// never read from the past (a transaction that finds its table changed gets what is there now, or 1412).
//
// Each reader is an engine session of its own with a fresh view per read. They are pooled per primary: a session needs one only while
// it opens a table that is not in the cache.

import {type Engine, type EngineSession, Isolation, type Waiter} from '../../engine/api.ts';
import {expectRow, type Steps} from './steps.ts';

interface Reader {
  readonly engine: EngineSession;
  owner: Waiter | undefined;
}

export class CatalogReaders {
  readonly #engine: Engine;
  readonly #idle: Reader[] = [];

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Runs `body` in a transaction of its own with a view taken now. `owner` is polled again when the read goes on. */
  *read<T>(owner: Waiter, body: (engine: EngineSession) => Steps<T>): Steps<T> {
    const reader = this.#idle.pop() ?? this.#make();
    const {engine} = reader;
    reader.owner = owner;
    engine.begin(true, false);
    engine.beginStatement();
    let isUsable = false;
    try {
      const result = yield* body(engine);
      engine.endStatement();
      yield* expectRow(() => engine.commit());
      reader.owner = undefined;
      this.#idle.push(reader);
      isUsable = true;
      return result;
    } finally {
      // Failed or given up in the middle.
      if (!isUsable) engine.close(() => undefined);
    }
  }

  #make(): Reader {
    const reader: {engine: EngineSession; owner: Waiter | undefined} = {
      engine: this.#engine.newSession(() => reader.owner?.wake()),
      owner: undefined,
    };
    reader.engine.isolation = Isolation.readCommitted;
    return reader;
  }
}
