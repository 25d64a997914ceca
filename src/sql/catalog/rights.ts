// What one account may do: its grants, put together.

import {nameMatches} from './name-pattern.ts';
import {GLOBAL_PRIVILEGES, Privilege, SCHEMA_PRIVILEGES, TABLE_PRIVILEGES} from './privileges.ts';

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

/** The grants of an account, as they were given. */
export interface Grants {
  readonly global: number;
  readonly schemas: readonly SchemaGrant[];
  readonly tables: readonly TableGrant[];
}

export const NO_GRANTS: Grants = {global: 0, schemas: [], tables: []};
export const ALL_GRANTS: Grants = {global: GLOBAL_PRIVILEGES | Privilege.grantOption, schemas: [], tables: []};

export class Rights {
  readonly grants: Grants;
  readonly #tables: ReadonlyMap<string, number>;

  constructor(grants: Grants) {
    this.grants = grants;
    this.#tables = new Map(grants.tables.map(({schema, table, mask}) => [`${schema}\0${table}`, mask]));
  }

  get global(): number {
    return this.grants.global;
  }

  /** Privileges on every table of a schema. */
  onSchema(schema: string): number {
    let mask = this.grants.global;
    for (const grant of this.grants.schemas) if (nameMatches(grant.schema, schema)) mask |= grant.mask;
    return mask;
  }

  /** Privileges on a table or view. */
  onTable(schema: string, table: string): number {
    return this.onSchema(schema) | (this.#tables.get(`${schema}\0${table}`) ?? 0);
  }

  /** May the account know that the schema is there? Anything in it will do. */
  seesSchema(schema: string): boolean {
    return (
      (this.onSchema(schema) & SCHEMA_PRIVILEGES) !== 0 || this.grants.tables.some(grant => grant.schema === schema)
    );
  }

  seesTable(schema: string, table: string): boolean {
    return (this.onTable(schema, table) & TABLE_PRIVILEGES) !== 0;
  }
}

/** Of an account that is there no more. */
export const NO_RIGHTS: Rights = new Rights(NO_GRANTS);
/** Of the server's own work. */
export const ALL_RIGHTS: Rights = new Rights(ALL_GRANTS);
