// SQL values as JSON values, for comparisons and functions that take JSON.

import type {SqlType} from '../../format/value/types.ts';
import {BOOLEAN} from './expression.ts';
import {domainOf} from './type-classes.ts';
import {type Converter, textOf} from './value-conversion.ts';

/** The function that makes the normalised JSON text of a value that is not NULL; undefined when it is JSON already. */
export function jsonConverter(from: SqlType): Converter | undefined {
  switch (domainOf(from)) {
    case 'json':
      return undefined;
    case 'integer':
      if (from === BOOLEAN) return value => (value === 0 ? 'false' : 'true');
      return value => String(value);
    case 'decimal':
    case 'double':
      return value => textOf(value, from);
    default:
      return value => JSON.stringify(textOf(value, from));
  }
}
