// performance_schema: what statements have cost on this primary since it started.

import {fromUtcSeconds} from '../../../format/value/time-zone.ts';
import type {Value} from '../../../format/value/types.ts';
import type {DigestStatistics} from '../../session/statement-digests.ts';
import type {StatementContext} from '../../statement/statement-context.ts';
import type {Row, VirtualDefinition} from './virtual-table.ts';

/** Times are counted in picoseconds there. */
const PICOSECONDS = 1e9;

function picoseconds(ms: number): number {
  return Math.round(ms * PICOSECONDS);
}

function moment(context: StatementContext, micros: number): Value {
  return fromUtcSeconds(Math.floor(micros / 1_000_000), 0, context.state.timeZone);
}

function digestRow(context: StatementContext, digest: DigestStatistics): Row {
  const {count, totalMs} = digest;
  const {crypto} = context.world;
  return [
    digest.schema === '' ? null : digest.schema,
    digest.text === null ? null : crypto.hashHex('sha256', Buffer.from(digest.text)),
    digest.text,
    count,
    picoseconds(totalMs),
    count === 0 ? 0 : picoseconds(digest.minMs),
    count === 0 ? 0 : picoseconds(totalMs / count),
    picoseconds(digest.maxMs),
    digest.errors,
    digest.warnings,
    digest.rowsAffected,
    digest.rowsSent,
    moment(context, digest.firstSeenMicros),
    moment(context, context.digests.wallMicrosOf(digest.lastMs)),
    picoseconds(digest.quantileMs(0.95)),
    picoseconds(digest.quantileMs(0.99)),
    picoseconds(digest.quantileMs(0.999)),
    digest.sample,
  ];
}

/** Who waits for whom, for rows, on all primaries. A transaction whose session has gone (or is just being recovered) has no thread. */
export const dataLockWaits: VirtualDefinition = {
  name: 'data_lock_waits',
  columns: [
    ['ENGINE', 'name'],
    ['REQUESTING_ENGINE_TRANSACTION_ID', 'uint'],
    ['REQUESTING_THREAD_ID', 'uint'],
    ['BLOCKING_ENGINE_TRANSACTION_ID', 'uint'],
    ['BLOCKING_THREAD_ID', 'uint'],
  ],
  *rows(context) {
    const waits = context.world.engine.lockWaits();
    const threads = new Map((yield* context.processes()).map(({transaction, id}) => [transaction, id]));
    return waits.map(({waiter, holder}) => [
      'INNODB',
      waiter,
      threads.get(waiter) ?? null,
      holder,
      threads.get(holder) ?? null,
    ]);
  },
};

/** MySQL's columns of what is counted here; those of what is not (locks, sorting, temporary tables) are left out rather than told as 0. */
export const statementDigests: VirtualDefinition = {
  name: 'events_statements_summary_by_digest',
  columns: [
    ['SCHEMA_NAME', 'name'],
    ['DIGEST', 'name'],
    ['DIGEST_TEXT', 'long'],
    ['COUNT_STAR', 'uint'],
    ['SUM_TIMER_WAIT', 'uint'],
    ['MIN_TIMER_WAIT', 'uint'],
    ['AVG_TIMER_WAIT', 'uint'],
    ['MAX_TIMER_WAIT', 'uint'],
    ['SUM_ERRORS', 'uint'],
    ['SUM_WARNINGS', 'uint'],
    ['SUM_ROWS_AFFECTED', 'uint'],
    ['SUM_ROWS_SENT', 'uint'],
    ['FIRST_SEEN', 'datetime'],
    ['LAST_SEEN', 'datetime'],
    ['QUANTILE_95', 'uint'],
    ['QUANTILE_99', 'uint'],
    ['QUANTILE_999', 'uint'],
    ['QUERY_SAMPLE_TEXT', 'long'],
  ],
  *rows(context) {
    return context.digests.all().map(digest => digestRow(context, digest));
  },
};
