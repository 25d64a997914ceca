// One primary's view of the catalog: where the system tree is, definitions that are cached under their metadata locks, changes.
//
// Opening a table is: name -> id (cache, or a read of the row), metadata lock on the id, then look whether what we know was learned under this lock
// without a break (`metadataVersion`); else read the row again. A name whose row has another id by then starts over. So a plan or a
// definition is never older than its lock, and needs no message when another primary changes the table: taking the exclusive lock there
// takes the shared one from here, which changes the version.

import {SqlError} from '../../base/sql-error.ts';
import type {Engine, EngineSession} from '../../engine/api.ts';
import {ROW} from '../../engine/api.ts';
import {VERSION_MAX} from '../../format/row/layout.ts';
import {buildTable} from './build-table.ts';
import {CatalogReaders} from './catalog-reader.ts';
import {isFunctional, type TableDefinition} from './definition.ts';
import {type CatalogRecord, RecordKind, RecordTree} from './record-tree.ts';
import {expectRow, type Steps} from './steps.ts';
import {
  CATALOG_FORMAT,
  decodeSchema,
  decodeTable,
  encodeObject,
  nextLayout,
  type StoredSchema,
  type StoredTable,
  type StoredView,
} from './stored-table.ts';

/** Roots of the space header that belong to the catalog. The format is written last: as long as it is 0 there is no catalog. */
const Root = {format: 0, treeId: 1, rootPage: 2} as const;

/** Holds off other primaries while one makes the system tree. */
const BOOTSTRAP_LOCK = 'pando catalog bootstrap';
const BOOTSTRAP_TIMEOUT_MS = 60_000;

/** Definitions kept per primary; the least recently opened go first. */
const TABLES_CACHED_MAX = 4096;

/** An open table: good while the metadata lock is held and `metadataVersion` is `epoch`. */
export interface OpenTable {
  readonly kind: 'table';
  readonly id: number;
  readonly epoch: number;
  /** CTS of the snapshot in which the definition was read: newer snapshots see it too, as long as the lock is held. */
  readonly readAt: number;
  readonly definition: TableDefinition;
  readonly stored: StoredTable;
}

export interface OpenView {
  readonly kind: 'view';
  readonly id: number;
  readonly epoch: number;
  readonly view: StoredView;
}

export type OpenObject = OpenTable | OpenView;

/** What a new volume begins with, besides the schemas that are always there. */
export interface CatalogSeed {
  readonly schemas: readonly StoredSchema[];
  readonly accounts: readonly CatalogRecord[];
}

export class Catalog {
  readonly engine: Engine;
  readonly readers: CatalogReaders;
  readonly #pageSize: number;
  readonly #tables: Map<string, OpenObject> = new Map();
  #tree: RecordTree | undefined;
  /** CTS of the snapshot of the last read: valid right behind it. */
  #readAt = 0;

  /** Called when a statement leaves an index build unfinished. */
  buildAbandoned: () => void = () => {};

  constructor(engine: Engine, pageSize: number) {
    this.engine = engine;
    this.#pageSize = pageSize;
    this.readers = new CatalogReaders(engine);
  }

  /** True when the system tree is known: `prepare` has run on this primary. */
  get isReady(): boolean {
    return this.#tree !== undefined;
  }

  /** The system tree. `prepare` must have run. */
  get records(): RecordTree {
    if (this.#tree === undefined) throw new Error('the catalog is not open');
    return this.#tree;
  }

  /** Finds the system tree, or makes it on a new volume. The session must be outside a transaction; it is so afterwards too. */
  *prepare(engine: EngineSession, seed: CatalogSeed): Steps<void> {
    if (this.#tree !== undefined) return;
    if ((yield* this.#readRoot(engine, Root.format)) === 0) yield* this.#bootstrap(engine, seed);
    const treeId = yield* this.#readRoot(engine, Root.treeId);
    const rootPage = yield* this.#readRoot(engine, Root.rootPage);
    this.#tree = new RecordTree({treeId, rootPage}, this.#pageSize);
  }

  *#readRoot(engine: EngineSession, index: number): Steps<number> {
    yield* expectRow(() => this.engine.readRoot(engine, index));
    return this.engine.rootValue;
  }

  *#bootstrap(engine: EngineSession, seed: CatalogSeed): Steps<void> {
    engine.begin(false, false);
    yield* expectRow(() => engine.lockNamed(BOOTSTRAP_LOCK, BOOTSTRAP_TIMEOUT_MS));
    yield* expectRow(() => engine.commit());
    if ((yield* this.#readRoot(engine, Root.format)) === 0) yield* this.#makeTree(engine, seed);
    engine.unlockNamed(BOOTSTRAP_LOCK);
  }

  /** The tree is committed before the roots name it, so that a crash in between only loses one page. */
  *#makeTree(engine: EngineSession, seed: CatalogSeed): Steps<void> {
    engine.begin(false, false);
    engine.beginStatement();
    yield* expectRow(() => engine.createTree(true));
    const {treeId, rootPage} = engine.newTree;
    const records = new RecordTree({treeId, rootPage}, this.#pageSize);
    for (const schema of seed.schemas) {
      yield* expectRow(() => engine.takeId());
      const text = encodeObject({...schema, id: engine.counterValue});
      yield* records.insert(engine, RecordKind.schema, {name1: schema.name, name2: '', text});
    }
    for (const account of seed.accounts) yield* records.insert(engine, RecordKind.account, account);
    engine.endStatement();
    yield* expectRow(() => engine.commit());
    yield* expectRow(() => this.engine.writeRoot(engine, Root.treeId, treeId));
    yield* expectRow(() => this.engine.writeRoot(engine, Root.rootPage, rootPage));
    yield* expectRow(() => this.engine.writeRoot(engine, Root.format, CATALOG_FORMAT));
  }

  // --- Tables and views ----------------------------------------------------------------------------------------------

  /**
   * The cached definition, if its metadata lock can be had at once (shared): the way of a statement on known tables. Undefined: use
   * `open`, which may wait.
   */
  openCached(engine: EngineSession, schema: string, name: string): OpenObject | undefined {
    const known = this.#tables.get(tableKey(schema, name));
    if (known === undefined || engine.lockMetadata(known.id, false) !== ROW) return undefined;
    return engine.metadataVersion(known.id) === known.epoch ? known : undefined;
  }

  /**
   * The table or view under a metadata lock that lasts to the transaction's end; undefined when there is none. Exclusively: when nobody builds an index of it,
   * but for the caller himself, who gives the number of his build.
   */
  *open(
    engine: EngineSession,
    schema: string,
    name: string,
    exclusive: boolean,
    ownBuild = 0,
  ): Steps<OpenObject | undefined> {
    for (;;) {
      const found = yield* this.#open(engine, schema, name, exclusive);
      if (!exclusive || found?.kind !== 'table' || isFree(found.stored, ownBuild)) return found;
      yield* this.#endBuild(engine, found.stored);
    }
  }

  *#open(engine: EngineSession, schema: string, name: string, exclusive: boolean): Steps<OpenObject | undefined> {
    const key = tableKey(schema, name);
    let known = this.#tables.get(key);
    let id = known?.id;
    for (;;) {
      if (id === undefined) id = (yield* this.#read(engine, schema, name, exclusive))?.id;
      if (id === undefined) return undefined;
      const objectId = id;
      yield* expectRow(() => engine.lockMetadata(objectId, exclusive));
      const epoch = engine.metadataVersion(objectId);
      if (known !== undefined && known.epoch === epoch) return known;
      const stored = yield* this.#read(engine, schema, name, exclusive);
      // Under an exclusive lock it may be the transaction's own, which may yet be rolled back: not for the cache.
      if (stored?.id === objectId) {
        const object = opened(stored, epoch, this.#readAt);
        return exclusive ? object : this.#keep(key, object);
      }
      engine.unlockMetadata(objectId);
      this.#tables.delete(key);
      known = undefined;
      id = stored?.id;
    }
  }

  /**
   * Waits for the end of a build. The lock of the build is held by its builder; whoever gets it and still finds the build there comes after a builder who has
   * died, and gives up what that one has left.
   */
  *#endBuild(engine: EngineSession, table: StoredTable): Steps<void> {
    const build = buildNumber(table);
    engine.unlockMetadata(table.id);
    yield* expectRow(() => engine.lockMetadata(build, true));
    yield* expectRow(() => engine.lockMetadata(table.id, true));
    const left = yield* this.#read(engine, table.schema, table.name, true);
    if (left?.kind === 'table' && left.building.length > 0 && buildNumber(left) === build)
      yield* this.giveUpBuild(engine, left);
  }

  /** Takes the indexes that are being built out of the definition, and gives their trees up. The exclusive metadata lock must be held. */
  *giveUpBuild(engine: EngineSession, table: StoredTable): Steps<void> {
    for (const {tree, notes} of table.building) {
      yield* expectRow(() => engine.dropTree(tree));
      yield* expectRow(() => engine.dropTree(notes));
    }
    const {version, indexes} = table;
    const isUsed = (column: number): boolean => indexes.some(({parts}) => parts.some(part => part.column === column));
    // Columns that were published for functional key parts are the last ones.
    let kept = table.columns.length;
    while (isFunctional(table.columns[kept - 1]) && !isUsed(kept - 1)) kept--;
    // Where there is no further layout they stay until rows are next written anew.
    const hasLayout = kept < table.columns.length && table.rowVersion < VERSION_MAX;
    const rows = hasLayout ? nextLayout(table, table.columns.slice(0, kept)) : {};
    yield* this.changeTable(engine, table, {...table, ...rows, version: version + 1, building: []});
    yield* this.records.remove(engine, RecordKind.build, table.schema, table.name);
  }

  /**
   * Throws 1412 when the session's snapshot is older than what the definition says of rows and indexes: it would not find its rows there. A snapshot that nobody
   * has read with yet is taken anew instead.
   */
  *checkSnapshot(engine: EngineSession, {stored, readAt}: OpenTable): Steps<void> {
    if (engine.snapshot === 0 || engine.snapshot >= readAt || engine.renewView()) return;
    const {schema, name} = stored;
    const text = yield* this.records.read(engine, RecordKind.table, schema, name);
    const seen = text === undefined ? undefined : decodeTable(text);
    const known = seen?.kind === 'table' ? seen.indexes : [];
    const isKnown = ({tree}: StoredTable['indexes'][number]): boolean =>
      known.some(index => index.tree.treeId === tree.treeId);
    if (!stored.indexes.every(isKnown)) throw new SqlError('ER_TABLE_DEF_CHANGED');
  }

  /** The object as committed now; `own`: as the session's transaction has left it, which may have changed it under its exclusive lock. */
  *#read(
    engine: EngineSession,
    schema: string,
    name: string,
    own: boolean,
  ): Steps<StoredTable | StoredView | undefined> {
    if (own) engine.renewView();
    let readAt = engine.snapshot;
    const {records} = this;
    const text = own
      ? yield* records.read(engine, RecordKind.table, schema, name)
      : yield* this.readers.read(engine.waiter, function* (reader) {
          readAt = reader.snapshot;
          return yield* records.read(reader, RecordKind.table, schema, name);
        });
    this.#readAt = readAt;
    return text === undefined ? undefined : decodeTable(text);
  }

  /** Is there a table or view of this name now? Without a lock. */
  *exists(engine: EngineSession, schema: string, name: string): Steps<boolean> {
    return (yield* this.#read(engine, schema, name, false)) !== undefined;
  }

  #keep(key: string, object: OpenObject): OpenObject {
    this.#tables.delete(key);
    this.#tables.set(key, object);
    if (this.#tables.size > TABLES_CACHED_MAX) {
      const [oldest] = this.#tables.keys();
      this.#tables.delete(oldest);
    }
    return object;
  }

  /** All tables and views, or those of one schema, as committed now. Without locks: for listings. */
  *list(engine: EngineSession, schema?: string): Steps<readonly (StoredTable | StoredView)[]> {
    const records = yield* this.readers.read(engine.waiter, reader =>
      this.records.list(reader, RecordKind.table, schema),
    );
    return records.map(record => decodeTable(record.text));
  }

  /** Adds a table or view in the session's transaction. False: the name is taken. */
  *addTable(engine: EngineSession, object: StoredTable | StoredView): Steps<boolean> {
    const {schema, name} = object;
    const record = {name1: schema, name2: name, text: encodeObject(object)};
    return yield* this.records.insert(engine, RecordKind.table, record);
  }

  /** Puts the new definition of an object in the place of the old one, under another name perhaps. The exclusive metadata lock must be held. */
  *changeTable(
    engine: EngineSession,
    old: StoredTable | StoredView,
    changed: StoredTable | StoredView,
  ): Steps<boolean> {
    yield* this.removeTable(engine, old);
    return yield* this.addTable(engine, changed);
  }

  /** Removes a table or view. The exclusive metadata lock must be held. */
  *removeTable(engine: EngineSession, object: StoredTable | StoredView): Steps<void> {
    engine.bumpMetadata(object.id);
    this.#tables.delete(tableKey(object.schema, object.name));
    yield* this.records.remove(engine, RecordKind.table, object.schema, object.name);
  }

  // --- Schemas -------------------------------------------------------------------------------------------------------

  /** The schema as committed now; undefined when there is none. Without a lock. */
  *schema(engine: EngineSession, name: string): Steps<StoredSchema | undefined> {
    const text = yield* this.readers.read(engine.waiter, reader =>
      this.records.read(reader, RecordKind.schema, name, ''),
    );
    return text === undefined ? undefined : decodeSchema(text);
  }

  /** The schema under a metadata lock; undefined when there is none. */
  *lockSchema(engine: EngineSession, name: string, exclusive: boolean): Steps<StoredSchema | undefined> {
    for (;;) {
      const found = yield* this.schema(engine, name);
      if (found === undefined) return undefined;
      yield* expectRow(() => engine.lockMetadata(found.id, exclusive));
      const again = yield* this.schema(engine, name);
      if (again?.id === found.id) return again;
      engine.unlockMetadata(found.id);
    }
  }

  *schemas(engine: EngineSession): Steps<readonly StoredSchema[]> {
    const records = yield* this.readers.read(engine.waiter, reader => this.records.list(reader, RecordKind.schema));
    return records.map(record => decodeSchema(record.text));
  }

  *addSchema(engine: EngineSession, schema: StoredSchema): Steps<boolean> {
    const record = {name1: schema.name, name2: '', text: encodeObject(schema)};
    return yield* this.records.insert(engine, RecordKind.schema, record);
  }

  *removeSchema(engine: EngineSession, schema: StoredSchema): Steps<void> {
    engine.bumpMetadata(schema.id);
    yield* this.records.remove(engine, RecordKind.schema, schema.name, '');
  }
}

function tableKey(schema: string, name: string): string {
  return `${schema}\0${name}`;
}

/** What the lock and the record of a build are known by: the id of its first tree, which is no other object's. */
function buildNumber({building}: StoredTable): number {
  return building[0].tree.treeId;
}

/** Nobody builds an index of the table, unless it is this build. */
function isFree(table: StoredTable, ownBuild: number): boolean {
  return table.building.length === 0 || buildNumber(table) === ownBuild;
}

function opened(stored: StoredTable | StoredView, epoch: number, readAt: number): OpenObject {
  const {id} = stored;
  return stored.kind === 'view'
    ? {kind: 'view', id, epoch, view: stored}
    : {kind: 'table', id, epoch, readAt, definition: buildTable(stored), stored};
}
