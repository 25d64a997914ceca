// Which tables refer to which, from the side that is referred to.
//
// A foreign key is part of the child's record. The parent's record lists its children (`referencedBy`), so that a change of the parent knows where
// to look. With foreign_key_checks off a child may exist without its parent: then a record of its own keeps the list until the parent is made.
// All of it changes in the transaction of the DDL, under the exclusive metadata lock of each table concerned.

import type {EngineSession} from '../../engine/api.ts';
import type {Catalog} from './catalog.ts';
import type {ForeignKeyDefinition, TableDefinition} from './definition.ts';
import {quoteName} from './names.ts';
import {RecordKind} from './record-tree.ts';
import type {Steps} from './steps.ts';
import type {StoredTable, TableReference} from './stored-table.ts';

export function isSameTable(a: TableReference, b: TableReference): boolean {
  return a.schema === b.schema && a.name === b.name;
}

/** The table that a foreign key refers to. */
export function parentOf({refSchema, refTable}: ForeignKeyDefinition): TableReference {
  return {schema: refSchema, name: refTable};
}

/** The tables that foreign keys refer to, each once. */
export function parentsOf(keys: readonly ForeignKeyDefinition[]): readonly TableReference[] {
  const parents: TableReference[] = [];
  for (const key of keys) {
    const parent = parentOf(key);
    if (!parents.some(other => isSameTable(other, parent))) parents.push(parent);
  }
  return parents;
}

/** Notes at the parent that `child` refers to it; where there is no such table, for the time when it is made. */
export function* addReference(
  catalog: Catalog,
  engine: EngineSession,
  parent: TableReference,
  child: TableReference,
): Steps<void> {
  yield* changeReferences(catalog, engine, parent, list =>
    list.some(other => isSameTable(other, child)) ? list : [...list, child],
  );
}

/** `child` refers to `parent` no more. */
export function* removeReference(
  catalog: Catalog,
  engine: EngineSession,
  parent: TableReference,
  child: TableReference,
): Steps<void> {
  yield* changeReferences(catalog, engine, parent, list => list.filter(other => !isSameTable(other, child)));
}

function* changeReferences(
  catalog: Catalog,
  engine: EngineSession,
  parent: TableReference,
  change: (list: readonly TableReference[]) => readonly TableReference[],
): Steps<void> {
  const opened = yield* catalog.open(engine, parent.schema, parent.name, true);
  if (opened?.kind === 'table') {
    const {stored} = opened;
    yield* catalog.changeTable(engine, stored, {...stored, referencedBy: change(stored.referencedBy)});
    return;
  }
  const waiting = yield* readWaiting(catalog, engine, parent);
  yield* writeWaiting(catalog, engine, parent, change(waiting));
}

/** Children that wait for a table of this name. */
function* readWaiting(
  catalog: Catalog,
  engine: EngineSession,
  parent: TableReference,
): Steps<readonly TableReference[]> {
  engine.renewView();
  const text = yield* catalog.records.read(engine, RecordKind.waiting, parent.schema, parent.name);
  return text === undefined ? [] : (JSON.parse(text) as {readonly children: readonly TableReference[]}).children;
}

/** Keeps the children of a table that is not there. */
export function* writeWaiting(
  catalog: Catalog,
  engine: EngineSession,
  parent: TableReference,
  children: readonly TableReference[],
): Steps<void> {
  const {schema: name1, name: name2} = parent;
  yield* catalog.records.remove(engine, RecordKind.waiting, name1, name2);
  if (children.length === 0) return;
  yield* catalog.records.insert(engine, RecordKind.waiting, {
    name1,
    name2,
    text: JSON.stringify({format: 1, children}),
  });
}

/** The children that have waited for a table that is being made; they wait no more. */
export function* takeWaiting(
  catalog: Catalog,
  engine: EngineSession,
  parent: TableReference,
): Steps<readonly TableReference[]> {
  const children = yield* readWaiting(catalog, engine, parent);
  if (children.length > 0) yield* catalog.records.remove(engine, RecordKind.waiting, parent.schema, parent.name);
  return children;
}

/** The foreign keys of a child that refer to a table. */
export function keysTo(
  child: Pick<StoredTable, 'foreignKeys'>,
  parent: TableReference,
): readonly ForeignKeyDefinition[] {
  return child.foreignKeys.filter(key => isSameTable(parentOf(key), parent));
}

const ACTIONS = {
  restrict: 'RESTRICT',
  cascade: 'CASCADE',
  setNull: 'SET NULL',
  noAction: '',
  setDefault: 'SET DEFAULT',
};

/** A foreign key as SHOW CREATE TABLE and errors write it. */
export function foreignKeyText(
  child: Pick<TableDefinition, 'schema' | 'columns'>,
  {name, columns, refSchema, refTable, refColumns, onDelete, onUpdate}: ForeignKeyDefinition,
): string {
  const own = columns.map(column => quoteName(child.columns[column].name)).join(', ');
  const parent = refSchema === child.schema ? quoteName(refTable) : `${quoteName(refSchema)}.${quoteName(refTable)}`;
  const deletes = ACTIONS[onDelete] === '' ? '' : ` ON DELETE ${ACTIONS[onDelete]}`;
  const updates = ACTIONS[onUpdate] === '' ? '' : ` ON UPDATE ${ACTIONS[onUpdate]}`;
  const others = refColumns.map(quoteName).join(', ');
  return `CONSTRAINT ${quoteName(name)} FOREIGN KEY (${own}) REFERENCES ${parent} (${others})${deletes}${updates}`;
}
