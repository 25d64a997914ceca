// Tables and rows for random queries: small, full of NULLs and duplicates, with indexes of all shapes. Texts are in small letters without
// trailing blanks, so that no representative of equal texts can differ; doubles are multiples of 1/4, so that sums are exact in any order.

import type {Dice} from './dice.ts';
import type {Sort} from './node.ts';

export interface RandomColumn {
  readonly name: string;
  readonly sort: Sort;
}

export interface RandomTable {
  readonly name: string;
  readonly columns: readonly RandomColumn[];
}

const COLUMNS: readonly (RandomColumn & {readonly type: string})[] = [
  {name: 'id', sort: 'int', type: 'INT NOT NULL'},
  {name: 'i', sort: 'int', type: 'INT'},
  {name: 'j', sort: 'int', type: 'SMALLINT NOT NULL'},
  {name: 'b', sort: 'int', type: 'BIGINT'},
  {name: 'd', sort: 'dec', type: 'DECIMAL(7,2)'},
  {name: 'f', sort: 'dbl', type: 'DOUBLE'},
  {name: 's', sort: 'str', type: 'VARCHAR(12)'},
  {name: 'c', sort: 'str', type: 'CHAR(6)'},
  {name: 'dt', sort: 'date', type: 'DATE'},
  {name: 'tm', sort: 'dtm', type: 'DATETIME'},
];

const INDEXES: readonly string[] = ['i', 'i, j', 's', 'd', 'dt', 'j, s', 'b, i', 'tm', 'c, i DESC', 's(2)', 'f'];
const ROWS_MAX = 14;

export const TABLES: readonly RandomTable[] = ['t0', 't1', 't2', 't3'].map(name => ({name, columns: COLUMNS}));

/** Statements that make the tables and fill them. */
export function schemaStatements(dice: Dice): readonly string[] {
  return TABLES.flatMap(({name}, i) => {
    const keys = dice.some(INDEXES, dice.below(4)).map((parts, k) => `, KEY k${k} (${parts})`);
    const columns = COLUMNS.map(c => `${c.name} ${c.type}`).join(', ');
    const rows = i === 3 && dice.chance(30) ? 0 : 1 + dice.below(ROWS_MAX);
    const create = `CREATE TABLE ${name} (${columns}, PRIMARY KEY (id)${keys.join('')})`;
    const values = Array.from({length: rows}, (_, id) => `(${rowValues(dice, id + 1).join(', ')})`);
    return values.length === 0 ? [create] : [create, `INSERT INTO ${name} VALUES ${values.join(', ')}`];
  });
}

function rowValues(dice: Dice, id: number): string[] {
  return COLUMNS.map(({name, sort}) => {
    if (name === 'id') return String(id);
    if (name !== 'j' && dice.chance(20)) return 'NULL';
    return name === 'j' ? String(dice.below(5)) : literal(dice, sort);
  });
}

const WORDS: readonly string[] = ['', 'a', 'b', 'ab', 'abc', 'x-y', 'zebra', '10', '2', '1.5', 'ba', 'foo'];
const INTEGERS: readonly number[] = [0, 1, 2, 3, 5, 10, -1, -4, 100];
const DATES: readonly string[] = ['2020-01-01', '2020-02-29', '2019-12-31', '2020-06-15', '2021-03-01'];
const TIMES: readonly string[] = ['00:00:00', '10:30:00', '23:59:59'];

/** A literal of a sort, never NULL. */
export function literal(dice: Dice, sort: Sort): string {
  switch (sort) {
    case 'int':
      return String(dice.pick(INTEGERS));
    case 'dec':
      return `${dice.pick(INTEGERS)}.${dice.pick(['5', '25', '00', '10'])}`;
    case 'dbl':
      return `${dice.pick([0.5, 0.25, 1.5, -2.75, 10, 3])}e0`;
    case 'date':
      return `DATE'${dice.pick(DATES)}'`;
    case 'dtm':
      return `TIMESTAMP'${dice.pick(DATES)} ${dice.pick(TIMES)}'`;
    case 'bool':
      return dice.pick(['TRUE', 'FALSE']);
    default:
      return `'${dice.pick(WORDS)}'`;
  }
}
