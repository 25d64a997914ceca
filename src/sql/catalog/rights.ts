// What one account may do: its grants and those of its active roles, put together.

import {nameMatches} from './name-pattern.ts';
import {DYNAMIC_PRIVILEGES, GLOBAL_PRIVILEGES, Privilege, SCHEMA_PRIVILEGES, TABLE_PRIVILEGES} from './privileges.ts';

/** Privileges (bits) on everything in a schema; its name may be a pattern with % and _. */
export interface SchemaGrant {
  readonly schema: string;
  readonly mask: number;
}

export interface TableGrant {
  readonly schema: string;
  readonly table: string;
  readonly mask: number;
}

/** Of the privileges on a column only SELECT, INSERT, UPDATE and REFERENCES can be had. */
export interface ColumnGrant {
  readonly schema: string;
  readonly table: string;
  /** In small letters. */
  readonly column: string;
  readonly mask: number;
}

/** A dynamic privilege: a name, held on everything. */
export interface DynamicGrant {
  readonly name: string;
  readonly grantable: boolean;
}

/** The grants of an account, as they were given. */
export interface Grants {
  readonly global: number;
  readonly schemas: readonly SchemaGrant[];
  readonly tables: readonly TableGrant[];
  readonly columns: readonly ColumnGrant[];
  readonly dynamic: readonly DynamicGrant[];
}

export const NO_GRANTS: Grants = {global: 0, schemas: [], tables: [], columns: [], dynamic: []};
export const ALL_GRANTS: Grants = {
  ...NO_GRANTS,
  global: GLOBAL_PRIVILEGES | Privilege.grantOption,
  dynamic: DYNAMIC_PRIVILEGES.map(name => ({name, grantable: true})),
};

/** All of several grants. Places that are named twice stay so. */
export function joinedGrants(all: readonly Grants[]): Grants {
  return {
    global: all.reduce((mask, grants) => mask | grants.global, 0),
    schemas: all.flatMap(grants => grants.schemas),
    tables: all.flatMap(grants => grants.tables),
    columns: all.flatMap(grants => grants.columns),
    dynamic: all.flatMap(grants => grants.dynamic),
  };
}

export class Rights {
  readonly grants: Grants;
  readonly #tables: Map<string, number> = new Map();
  /** By table: privileges that are had on some of its columns. */
  readonly #someColumns: Map<string, number> = new Map();
  readonly #dynamic: ReadonlySet<string>;

  constructor(grants: Grants) {
    this.grants = grants;
    for (const {schema, table, mask} of grants.tables) add(this.#tables, schema, table, mask);
    for (const {schema, table, mask} of grants.columns) add(this.#someColumns, schema, table, mask);
    this.#dynamic = new Set(grants.dynamic.map(({name}) => name));
  }

  get global(): number {
    return this.grants.global;
  }

  /** Is this dynamic privilege held? Whoever has SUPER has them all. */
  hasDynamic(name: string): boolean {
    return this.#dynamic.has(name) || (this.grants.global & Privilege.super) !== 0;
  }

  /** Privileges on every table of a schema. */
  onSchema(schema: string): number {
    let mask = this.grants.global;
    for (const grant of this.grants.schemas) if (nameMatches(grant.schema, schema)) mask |= grant.mask;
    return mask;
  }

  /** Privileges on a table or view, all of its columns. */
  onTable(schema: string, table: string): number {
    return this.onSchema(schema) | (this.#tables.get(`${schema}\0${table}`) ?? 0);
  }

  /** Privileges on at least one column of the table, had by naming it. */
  onSomeColumns(schema: string, table: string): number {
    return this.#someColumns.get(`${schema}\0${table}`) ?? 0;
  }

  /** Columns (in small letters) on which the privilege is had by naming them. */
  columnsWith(privilege: number, schema: string, table: string): ReadonlySet<string> {
    const found = this.grants.columns.filter(
      grant => grant.schema === schema && grant.table === table && (grant.mask & privilege) === privilege,
    );
    return new Set(found.map(({column}) => column));
  }

  /** May the account know that the schema is there? Anything in it will do. */
  seesSchema(schema: string): boolean {
    const {tables, columns} = this.grants;
    return (
      (this.onSchema(schema) & SCHEMA_PRIVILEGES) !== 0 ||
      tables.some(grant => grant.schema === schema) ||
      columns.some(grant => grant.schema === schema)
    );
  }

  seesTable(schema: string, table: string): boolean {
    return ((this.onTable(schema, table) | this.onSomeColumns(schema, table)) & TABLE_PRIVILEGES) !== 0;
  }
}

function add(masks: Map<string, number>, schema: string, table: string, mask: number): void {
  const key = `${schema}\0${table}`;
  masks.set(key, (masks.get(key) ?? 0) | mask);
}

/** Of an account that is there no more. */
export const NO_RIGHTS: Rights = new Rights(NO_GRANTS);
/** Of the server's own work. */
export const ALL_RIGHTS: Rights = new Rights(ALL_GRANTS);
