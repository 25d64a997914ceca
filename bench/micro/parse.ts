// Parsing, and the key of the plan cache. The limit of both is one pass over the text's bytes; of a hit, also the look-up of a ready key.

import {DEFAULT_MODES} from '../../src/sql/parse/modes.ts';
import {normalize} from '../../src/sql/parse/normalize.ts';
import {parse} from '../../src/sql/parse/statement.ts';
import {type Micro, nanoseconds, time} from './measure.ts';

/** Texts with changing literals, as clients without prepared statements send them. */
const TEXTS = 256;

export function parseMicros(): Micro[] {
  const point = texts(i => `SELECT c FROM sbtest1 WHERE id=${i * 97}`);
  const update = texts(i => `UPDATE sbtest3 SET k=k+1, c='${'x'.repeat(40)}${i}' WHERE id=${i * 31}`);
  const join = texts(
    i =>
      `SELECT c.c_discount, c.c_last, w.w_tax FROM customer c JOIN warehouse w ON w.w_id = c.c_w_id WHERE w.w_id = ${i} AND c.c_d_id = 3 ORDER BY c.c_last LIMIT 10`,
  );
  return [
    parsed('parse: point select', point),
    parsed('parse: update of two columns', update),
    parsed('parse: join with order and limit', join),
    hit('plan-cache hit: point select', point),
    hit('plan-cache hit: update of two columns', update),
  ];
}

function texts(make: (i: number) => string): readonly Uint8Array[] {
  return Array.from({length: TEXTS}, (_, i) => new Uint8Array(Buffer.from(make(i + 1))));
}

function parsed(what: string, sqls: readonly Uint8Array[]): Micro {
  const figure = nanoseconds(count => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += parse(sqls[i & (TEXTS - 1)]).kind.length;
    return sum;
  });
  return time(what, 'ns', figure, pass(sqls), 'one pass over the bytes');
}

/** From the text to a plan that is there: the key is made, and found. */
function hit(what: string, sqls: readonly Uint8Array[]): Micro {
  const first = normalize(sqls[0], DEFAULT_MODES);
  if (first === null) throw new Error(`not for the plan cache: ${what}`);
  const plans = new Map([[first.key, 1]]);
  const found = nanoseconds(count => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += plans.get(normalize(sqls[i & (TEXTS - 1)], DEFAULT_MODES)?.key ?? '') ?? 0;
    return sum;
  });
  return time(what, 'ns', found, pass(sqls), 'one pass over the bytes');
}

function pass(sqls: readonly Uint8Array[]): number {
  return nanoseconds(count => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const text = sqls[i & (TEXTS - 1)];
      for (let at = 0; at < text.length; at++) sum = (Math.imul(sum, 31) + text[at]) | 0;
    }
    return sum;
  });
}
