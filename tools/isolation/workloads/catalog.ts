// All workloads by name.

import {AutoIncrementWorkload} from './auto-increment.ts';
import {BankWorkload} from './bank.ts';
import {DdlWorkload} from './ddl.ts';
import {ForeignKeysWorkload} from './foreign-keys.ts';
import {IndexAgreementWorkload} from './index-agreement.ts';
import {LongForkWorkload} from './long-fork.ts';
import {MonotonicWorkload} from './monotonic.ts';
import {NamedLockWorkload} from './named-lock.ts';
import {QueueWorkload} from './queue.ts';
import {SequentialWorkload} from './sequential.ts';
import {SetWorkload} from './set.ts';
import {TransactionWorkload} from './transactions.ts';
import {UniqueKeysWorkload} from './unique-keys.ts';
import {defaultOptions, type Workload, type WorkloadOptions} from './workload.ts';
import {WriteSkewWorkload} from './write-skew.ts';

const makers: ReadonlyMap<string, (options: WorkloadOptions) => Workload> = new Map<
  string,
  (options: WorkloadOptions) => Workload
>([
  ['append', options => new TransactionWorkload('append', options)],
  ['register', options => new TransactionWorkload('register', options)],
  ['bank', options => new BankWorkload(options)],
  ['long-fork', options => new LongForkWorkload(options)],
  ['write-skew', options => new WriteSkewWorkload(options)],
  ['monotonic', options => new MonotonicWorkload(options)],
  ['sequential', options => new SequentialWorkload(options)],
  ['set', options => new SetWorkload(options)],
  ['unique-keys', options => new UniqueKeysWorkload(options)],
  ['auto-increment', options => new AutoIncrementWorkload(options)],
  ['queue', options => new QueueWorkload(options)],
  ['named-lock', options => new NamedLockWorkload(options)],
  ['index', options => new IndexAgreementWorkload(options)],
  ['foreign-keys', options => new ForeignKeysWorkload(options)],
  ['ddl', options => new DdlWorkload(options)],
]);

export const workloadNames: readonly string[] = [...makers.keys()];

/** A new workload, or undefined when there is none of that name. */
export function createWorkload(name: string, options: Partial<WorkloadOptions> = {}): Workload | undefined {
  return makers.get(name)?.({...defaultOptions, ...options});
}
