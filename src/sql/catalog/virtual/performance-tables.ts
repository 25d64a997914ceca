// performance_schema: what statements have cost on this primary since it started.

import type {ProcessInfo} from '../../session/sql-world.ts';
import type {DigestStatistics} from '../../session/statement-digests.ts';
import type {StatementContext} from '../../statement/statement-context.ts';
import type {Steps} from '../steps.ts';
import {dateTimeOf} from './schema-tables.ts';
import type {Row, VirtualDefinition} from './virtual-table.ts';

/** Times are counted in picoseconds there. */
export const PICOSECONDS = 1e9;

export function picoseconds(ms: number): number {
  return Math.round(ms * PICOSECONDS);
}

/** Names the digest: the hash of its text. */
export function digestOf({world}: StatementContext, {text}: DigestStatistics): string | null {
  return text === null ? null : world.crypto.hashHex('sha256', Buffer.from(text));
}

/** The sessions of all primaries that have a transaction which has changed or locked rows, by its number. */
export function* sessionsByTransaction(context: StatementContext): Steps<ReadonlyMap<number, ProcessInfo>> {
  return new Map((yield* context.processes()).map(session => [session.transaction, session]));
}

function digestRow(context: StatementContext, digest: DigestStatistics): Row {
  const {count, totalMs} = digest;
  return [
    digest.schema === '' ? null : digest.schema,
    digestOf(context, digest),
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
    dateTimeOf(context, digest.firstSeenMicros),
    dateTimeOf(context, context.digests.wallMicrosOf(digest.lastMs)),
    picoseconds(digest.quantileMs(0.95)),
    picoseconds(digest.quantileMs(0.99)),
    picoseconds(digest.quantileMs(0.999)),
    digest.sample,
  ];
}

/** Names a lock: the rows that a transaction holds, or the row that it wants of another. */
function lockId(transaction: number, wantedOf?: number): string {
  return wantedOf === undefined ? `${transaction}:held` : `${transaction}:wants:${wantedOf}`;
}

/**
 * The row locks that somebody waits for, and who waits for them, on all primaries. Other locks are written nowhere but in their rows; which row is meant is known to who
 * waits only, so that the columns about it are NULL.
 */
export const dataLocks: VirtualDefinition = {
  name: 'data_locks',
  columns: [
    ['ENGINE', 'name'],
    ['ENGINE_LOCK_ID', 'name'],
    ['ENGINE_TRANSACTION_ID', 'uint'],
    ['THREAD_ID', 'uint'],
    ['OBJECT_SCHEMA', 'name'],
    ['OBJECT_NAME', 'name'],
    ['INDEX_NAME', 'name'],
    ['LOCK_TYPE', 'name'],
    ['LOCK_MODE', 'name'],
    ['LOCK_STATUS', 'name'],
    ['LOCK_DATA', 'text'],
  ],
  *rows(context) {
    const waits = context.world.engine.lockWaits();
    const sessionOf = yield* sessionsByTransaction(context);
    const row = (transaction: number, id: string, status: string): Row => {
      const thread = sessionOf.get(transaction)?.id ?? null;
      return ['INNODB', id, transaction, thread, null, null, null, 'RECORD', 'X,REC_NOT_GAP', status, null];
    };
    const holders = new Set(waits.map(({holder}) => holder));
    return [
      ...Array.from(holders, holder => row(holder, lockId(holder), 'GRANTED')),
      ...waits.map(({waiter, holder}) => row(waiter, lockId(waiter, holder), 'WAITING')),
    ];
  },
};

/** Who waits for whom, for rows, on all primaries. A transaction whose session has gone (or is just being recovered) has no thread. */
export const dataLockWaits: VirtualDefinition = {
  name: 'data_lock_waits',
  columns: [
    ['ENGINE', 'name'],
    ['REQUESTING_ENGINE_LOCK_ID', 'name'],
    ['REQUESTING_ENGINE_TRANSACTION_ID', 'uint'],
    ['REQUESTING_THREAD_ID', 'uint'],
    ['BLOCKING_ENGINE_LOCK_ID', 'name'],
    ['BLOCKING_ENGINE_TRANSACTION_ID', 'uint'],
    ['BLOCKING_THREAD_ID', 'uint'],
  ],
  *rows(context) {
    const waits = context.world.engine.lockWaits();
    const sessionOf = yield* sessionsByTransaction(context);
    return waits.map(({waiter, holder}) => [
      'INNODB',
      lockId(waiter, holder),
      waiter,
      sessionOf.get(waiter)?.id ?? null,
      lockId(holder),
      holder,
      sessionOf.get(holder)?.id ?? null,
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
