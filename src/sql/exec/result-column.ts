// A column of a result set, as a person and a client see it.

import type {SqlType} from '../../format/value/types.ts';

export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** Where it comes from; empty for expressions. */
  readonly schema: string;
  readonly table: string;
  readonly orgTable: string;
  readonly orgName: string;
  /** Extra MySQL column flags: PRI_KEY 2, UNIQUE_KEY 4, MULTIPLE_KEY 8, AUTO_INCREMENT 512 ... */
  readonly flags: number;
}
