// The catalog as one statement sees it: every table it names, under metadata locks, loaded before it is bound.

import {BugError} from '../../base/assert.ts';
import {SqlError} from '../../base/sql-error.ts';
import type {OpenObject, OpenTable} from '../catalog/catalog.ts';
import type {CatalogView, ReadableColumns, TableDefinition, VirtualTable} from '../catalog/definition.ts';
import {canonicalSchema, isEverybodys, isVirtualSchema} from '../catalog/names.ts';
import {Privilege} from '../catalog/privileges.ts';
import {parentsOf} from '../catalog/references.ts';
import type {Rights} from '../catalog/rights.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StoredView} from '../catalog/stored-table.ts';
import {isVirtualName, loadVirtualTable} from '../catalog/virtual-tables.ts';
import type {Query, Statement} from '../parse/ast.ts';
import type {Expression, TableName} from '../parse/ast-expression.ts';
import {parse} from '../parse/statement.ts';
import {columnDenied, needRead, needTable, tableDenied} from './access.ts';
import {openShared} from './resolve-name.ts';
import type {StatementContext} from './statement-context.ts';
import {tablesIn} from './table-references.ts';

/** Views inside views; deeper is refused, which also ends a view that names itself. */
const VIEW_DEPTH_MAX = 32;

export class StatementCatalog implements CatalogView {
  readonly #context: StatementContext;
  readonly #objects: Map<string, OpenObject> = new Map();
  readonly #virtual: Map<string, VirtualTable> = new Map();
  readonly #schemas: Set<string> = new Set();
  readonly #definers: Map<string, Rights> = new Map();
  #writesRows = false;
  #hasTemporary = false;
  /** Tables and views that the statement itself names; what only views name is a matter of their definers. */
  readonly #named: Set<string> = new Set();
  /** UPDATE and DELETE: what has been looked up so far, to be judged when it is known what is changed. */
  #reads: {readonly schema: string; readonly name: string}[] | undefined;

  /** See `BindEnvironment.pinned`. */
  readonly pinned: Set<number> = new Set();

  constructor(context: StatementContext) {
    this.#context = context;
  }

  /** The statement that was loaded changes rows, without IGNORE. */
  get writesRows(): boolean {
    return this.#writesRows;
  }

  /** Locks and loads everything that the statement names. Names that do not exist are left for the binder to complain about. */
  *load(node: Statement | Query | Expression): Steps<void> {
    const names = tablesIn(node);
    const {database} = this.#context.state;
    for (const {schema, name} of names) this.#named.add(`${canonicalSchema(schema ?? database)}\0${name}`);
    if (node.kind === 'update' || node.kind === 'delete') this.#reads = [];
    yield* this.#loadNames(names, database, 0);
    this.#writesRows = (node.kind === 'insert' || node.kind === 'update' || node.kind === 'delete') && !node.ignore;
    if (node.kind === 'insert') {
      const changesOthers = node.replace || node.onDuplicate.length > 0;
      yield* this.#loadRelated([node.table], changesOthers);
    } else if (node.kind === 'update' || node.kind === 'delete') yield* this.#loadRelated(tablesIn(node), true);
  }

  /** Foreign keys: the parents of the tables that may change, and (`withChildren`) their children, which may change with them. */
  *#loadRelated(names: readonly TableName[], withChildren: boolean): Steps<void> {
    const {database} = this.#context.state;
    const changing = names.flatMap(({schema, name}) => this.#tablesOf(canonicalSchema(schema ?? database), name));
    for (const table of changing) {
      for (const {schema, name} of parentsOf(table.stored.foreignKeys)) yield* this.#relate(schema, name);
      if (!withChildren) continue;
      for (const {schema, name} of table.stored.referencedBy) {
        const child = yield* this.#relate(schema, name);
        if (child !== undefined && !changing.includes(child)) changing.push(child);
      }
    }
  }

  /** The table of this name; all tables of a view. */
  #tablesOf(schema: string, name: string): OpenTable[] {
    const found = this.#objects.get(`${schema}\0${name}`);
    if (found === undefined) return [];
    if (found.kind === 'table') return [found];
    const inside = tablesIn(parse(found.view.sql));
    return inside.flatMap(table => this.#tablesOf(canonicalSchema(table.schema ?? found.view.schema), table.name));
  }

  /** Under LOCK TABLES related tables need not be named. */
  *#relate(schema: string, name: string): Steps<OpenTable | undefined> {
    const key = `${schema}\0${name}`;
    if (!this.#objects.has(key)) {
      const opened = yield* openShared(this.#context, schema, name);
      if (opened !== undefined) this.#objects.set(key, opened);
    }
    return this.related(schema, name);
  }

  /** The table of this name, if it is one and has been loaded, by name or for a foreign key. */
  related(schema: string, name: string): OpenTable | undefined {
    const found = this.#objects.get(`${schema}\0${name}`);
    return found?.kind === 'table' ? found : undefined;
  }

  *#loadNames(names: readonly TableName[], database: string, depth: number): Steps<void> {
    if (depth > VIEW_DEPTH_MAX) throw new SqlError('ER_TOO_HIGH_LEVEL_OF_NESTING_FOR_SELECT');
    for (const {schema, name} of names) {
      const inSchema = canonicalSchema(schema ?? database);
      if (inSchema === '') continue;
      yield* this.#loadOne(inSchema, name, depth, schema !== null);
    }
  }

  /** What a view reads, its definer must be allowed to read: 1449, 1356. */
  *#loadView(view: StoredView, depth: number): Steps<void> {
    const names = tablesIn(parse(view.sql));
    yield* this.#loadNames(names, view.schema, depth + 1);
    const at = view.definer.lastIndexOf('@');
    const [user, host] = [view.definer.slice(0, at), view.definer.slice(at + 1)];
    const rights = yield* this.#context.rightsOf(user, host);
    if (rights === undefined) throw new SqlError('ER_NO_SUCH_USER', user, host);
    this.#definers.set(`${view.schema}\0${view.name}`, rights);
    for (const {schema, name} of names) {
      const inSchema = canonicalSchema(schema ?? view.schema);
      const isRead = this.#objects.has(`${inSchema}\0${name}`);
      const mask = rights.onTable(inSchema, name) | rights.onSomeColumns(inSchema, name);
      if (isRead && (mask & Privilege.select) === 0) throw new SqlError('ER_VIEW_INVALID', view.schema, view.name);
    }
  }

  *#loadOne(schema: string, name: string, depth: number, isQualified: boolean): Steps<void> {
    const key = `${schema}\0${isVirtualSchema(schema) ? name.toUpperCase() : name}`;
    if (this.#objects.has(key) || this.#virtual.has(key)) return;
    if (isVirtualName(schema, name)) {
      const table = yield* loadVirtualTable(this.#context, schema, name);
      if (table === undefined && isQualified) throw new SqlError('ER_UNKNOWN_TABLE', name, schema);
      if (table !== undefined) this.#virtual.set(key, table);
      this.#schemas.add(schema);
      return;
    }
    const opened = yield* this.#open(schema, name);
    if (opened === undefined) {
      const {catalog, engine} = this.#context;
      if ((yield* catalog.schema(engine, schema)) !== undefined) this.#schemas.add(schema);
      return;
    }
    this.#schemas.add(schema);
    this.#objects.set(key, opened);
    if (opened.kind === 'view') yield* this.#loadView(opened.view, depth);
    else yield* this.#context.catalog.checkSnapshot(this.#context.engine, opened);
  }

  /** Under LOCK TABLES the locks are there already; any other table is error 1100. */
  *#open(schema: string, name: string): Steps<OpenObject | undefined> {
    const {catalog, engine, tableLocks, temporary} = this.#context;
    const hides = temporary.find(schema, name);
    if (hides !== undefined) {
      this.#hasTemporary = true;
      return hides;
    }
    if (tableLocks !== undefined) {
      const locked = tableLocks.peek(schema, name);
      // A name of no table may be one of WITH.
      if (locked !== undefined || !(yield* catalog.exists(engine, schema, name))) return locked;
      throw new SqlError('ER_TABLE_NOT_LOCKED', name);
    }
    return catalog.openCached(engine, schema, name) ?? (yield* catalog.open(engine, schema, name, false));
  }

  /** Fetches the row counts of the tables for the planner. */
  *loadStatistics(): Steps<void> {
    const {statistics, engine} = this.#context;
    for (const opened of this.#objects.values()) {
      if (opened.kind === 'table') yield* statistics.load(engine, opened.definition);
    }
  }

  /** Adds a table that exists for this statement only (SHOW ... WHERE). */
  addVirtual(table: VirtualTable): void {
    this.#virtual.set(`${table.schema}\0${table.name}`, table);
    this.#schemas.add(table.schema);
  }

  /** What a cached plan depends on: ids and the epochs under which they were read. */
  get dependencies(): readonly OpenObject[] {
    return [...this.#objects.values()];
  }

  /** True when something was read that no epoch covers. */
  get hasVirtual(): boolean {
    return this.#virtual.size > 0 || this.#hasTemporary;
  }

  /** The table, to be read: 1142 when that is not allowed. */
  table(schema: string, name: string): TableDefinition | undefined {
    const found = this.target(schema, name);
    if (found !== undefined) this.#noteRead(found.schema, name);
    return found;
  }

  /** The table, to be changed. */
  target(schema: string, name: string): TableDefinition | undefined {
    return this.related(canonicalSchema(schema), name)?.definition;
  }

  #noteRead(schema: string, name: string): void {
    if (!this.#named.has(`${schema}\0${name}`)) return;
    if (this.#reads === undefined) needRead(this.#context, schema, name);
    else this.#reads.push({schema, name});
  }

  /** UPDATE and DELETE, when it is bound: everything that was looked up is read, but for the tables in `unread`, which are changed only. */
  checkReads(unread: readonly Pick<TableDefinition, 'schema' | 'name'>[]): void {
    for (const {schema, name} of this.#reads ?? []) {
      const isRead = !unread.some(table => table.schema === schema && table.name === name);
      if (isRead) needRead(this.#context, schema, name);
    }
  }

  /** Accounts that may read some columns only: which. What only views name is a matter of their definers. */
  readable({schema, name}: TableDefinition): ReadableColumns | undefined {
    const {rights, temporary} = this.#context;
    if ((rights.onSomeColumns(schema, name) & Privilege.select) === 0) return undefined;
    const isAll = (rights.onTable(schema, name) & Privilege.select) !== 0;
    if (isAll || !this.#named.has(`${schema}\0${name}`) || temporary.find(schema, name) !== undefined) return undefined;
    return {
      names: rights.columnsWith(Privilege.select, schema, name),
      denied: column => columnDenied(this.#context, 'SELECT', name, column),
      deniedTable: () => tableDenied(this.#context, 'SELECT', name),
    };
  }

  view(schema: string, name: string): {readonly sql: string; readonly columns: readonly string[]} | undefined {
    const found = this.#objects.get(`${canonicalSchema(schema)}\0${name}`);
    if (found?.kind !== 'view') {
      // What the account may not see is refused like a table that is there.
      const isHidden = found === undefined && !this.#context.rights.seesTable(canonicalSchema(schema), name);
      if (isHidden) needTable(this.#context, Privilege.select, 'SELECT', canonicalSchema(schema), name);
      return undefined;
    }
    this.#noteRead(found.view.schema, name);
    return found.view;
  }

  /** The view of this name, for a statement that changes rows through it. */
  viewTarget(schema: string, name: string): StoredView | undefined {
    const found = this.#objects.get(`${schema}\0${name}`);
    return found?.kind === 'view' ? found.view : undefined;
  }

  /** What the definer of a view that has been loaded may do. */
  definerRights(schema: string, name: string): Rights {
    const rights = this.#definers.get(`${schema}\0${name}`);
    if (rights === undefined) throw new BugError(`the view ${name} has not been loaded`);
    return rights;
  }

  schemaExists(schema: string): boolean {
    return this.#schemas.has(canonicalSchema(schema));
  }

  virtualTable(schema: string, name: string): VirtualTable | undefined {
    const canonical = canonicalSchema(schema);
    const key = isVirtualSchema(canonical) ? name.toUpperCase() : name;
    const found = this.#virtual.get(`${canonical}\0${key}`);
    // The tables about accounts are not everybody's, nor is sys.
    if (found !== undefined && !isEverybodys(canonical)) this.#noteRead(canonical, name);
    return found;
  }
}
