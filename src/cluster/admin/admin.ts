// Answers admin requests. Knows nothing of sockets: the host hands in method and path and sends what comes back.

import type {Clock} from '../../env/clock.ts';
import type {PrimaryStats} from '../node/init.ts';
import {parsePlace} from '../supervisor/places.ts';
import type {Supervisor} from '../supervisor/supervisor.ts';
import type {StorageFleet} from '../volume/cluster-volume.ts';
import type {Outcome, Status, StatusPrimary} from './api.ts';

/** Between the two looks that give a rate, and how old the first may be. Milliseconds. */
const LOOK_MS = 300;
const LOOK_AGE_MAX_MS = 10_000;

export interface AdminAnswer {
  readonly status: number;
  readonly type: 'application/json' | 'text/plain';
  readonly body: string;
}

export class Admin {
  readonly #supervisor: Supervisor;
  readonly #clock: Clock;
  readonly #version: string;
  /** Transactions of each primary at the last look, for rates. */
  #last = new Map<number, {at: number; transactions: number; rate: number}>();

  constructor(supervisor: Supervisor, clock: Clock, version: string) {
    this.#supervisor = supervisor;
    this.#clock = clock;
    this.#version = version;
  }

  /** Answers one request by `reply`, now or later. */
  handle(method: string, path: string, query: URLSearchParams, reply: (answer: AdminAnswer) => void): void {
    const parts = path.split('/').filter(part => part !== '');
    const request = `${method} ${parts[0] ?? ''}`;
    switch (request) {
      case 'GET health':
        reply(this.#health(query.has('ready')));
        return;
      case 'GET status':
        this.status(status => reply(json(200, status)));
        return;
      case 'POST check':
        this.#supervisor.check(result => reply(json(200, result)));
        return;
      case 'POST primaries':
        reply(this.#action(parts[1] ?? '', Number(parts[2] ?? '0')));
        return;
      case 'POST storage':
        reply(this.#storageAction(parts[1] ?? '', Number(parts[2] ?? '0'), query.get('with')));
        return;
      default:
        reply(json(404, {ok: false, message: `no such request: ${method} ${path}`}));
    }
  }

  #health(ready: boolean): AdminAnswer {
    const primaries = this.#supervisor.primaries();
    const serving = primaries.filter(primary => primary.state === 'ready').length;
    const ok = ready ? serving === primaries.length && serving > 0 : serving > 0;
    return json(ok ? 200 : 503, {ok, serving, wanted: primaries.length});
  }

  #action(name: string, ordinal: number): AdminAnswer {
    const outcome = this.#act(name, ordinal);
    return json(outcome.ok ? 200 : 409, outcome);
  }

  #act(name: string, ordinal: number): Outcome {
    if (!Number.isInteger(ordinal) || ordinal < 0) return {ok: false, message: 'name the primary by its number'};
    switch (name) {
      case 'crash':
        return said(this.#supervisor.crash(ordinal), `primary ${ordinal} is killed`, `there is no primary ${ordinal}`);
      case 'stop':
        return said(
          this.#supervisor.stopPrimary(ordinal),
          `primary ${ordinal} drains and stops`,
          `there is no primary ${ordinal}`,
        );
      case 'start': {
        const started = this.#supervisor.startPrimary(ordinal);
        return said(started > 0, `primary ${started} starts`, 'no more primaries fit');
      }
      default:
        return {ok: false, message: `no such action: ${name}`};
    }
  }

  #storageAction(name: string, node: number, newPlace: string | null): AdminAnswer {
    const {fleet} = this.#supervisor;
    if (fleet === undefined) return json(409, {ok: false, message: 'the volume is local: it has no storage nodes'});
    if (name === 'replace' && Number.isInteger(node)) return outcome(replaceNode(fleet, node, newPlace));
    if (name === 'revert') return outcome(fleet.revertReplacement());
    return json(404, {ok: false, message: `no such action: ${name}`});
  }

  /** Everything `pando status` shows. Rates need two looks: who has not looked for a while waits for the second one. */
  status(done: (status: Status) => void): void {
    const now = this.#clock.now();
    const isFresh = [...this.#last.values()].some(last => now - last.at < LOOK_AGE_MAX_MS);
    if (isFresh) this.#status(done);
    else this.#status(() => this.#clock.after(LOOK_MS, () => this.#status(done)));
  }

  #status(done: (status: Status) => void): void {
    this.#supervisor.stats(stats => {
      const primaries = this.#supervisor.primaries().map(view => {
        const own = stats.find(one => one.ordinal === view.ordinal);
        const {role = ''} = view;
        return {...view, role, ...this.#figures(view.ordinal, own)} satisfies StatusPrimary;
      });
      done({
        version: this.#version,
        primaries,
        unfinishedRecoveries: this.#supervisor.unfinishedRecoveries,
        storage: Object.fromEntries(this.#supervisor.storageCounters()),
        storageNodes: this.#supervisor.fleet?.storageNodes() ?? [],
      });
    });
  }

  #figures(
    ordinal: number,
    stats: PrimaryStats | undefined,
  ): Omit<StatusPrimary, 'ordinal' | 'state' | 'incarnation' | 'ports' | 'role'> {
    const counters = new Map(stats?.counters ?? []);
    const of = (name: string): number => counters.get(name) ?? 0;
    const hits = of('dbp_hits');
    const misses = of('dbp_misses');
    return {
      sessions: stats?.sessions ?? 0,
      transactionsPerSecond: this.#rate(ordinal, of('transactions')),
      pageTransfers: of('page_transfers'),
      dbpHitRate: hits + misses === 0 ? 0 : hits / (hits + misses),
      lockWaits: of('lock_waits'),
      logForces: of('log_flushes'),
      historyLength: of('history_length'),
    };
  }

  #rate(ordinal: number, transactions: number): number {
    const now = this.#clock.now();
    const last = this.#last.get(ordinal);
    if (last !== undefined && now - last.at < LOOK_MS / 2) return last.rate;
    const since = last === undefined ? 0 : now - last.at;
    const rate = since > 0 && last !== undefined ? Math.max(0, ((transactions - last.transactions) * 1000) / since) : 0;
    this.#last.set(ordinal, {at: now, transactions, rate});
    return rate;
  }
}

function replaceNode(fleet: StorageFleet, node: number, newPlace: string | null): Outcome {
  if (newPlace === null) return fleet.replaceNode(node);
  const place = parsePlace(newPlace);
  if (place === undefined) return {ok: false, message: `${newPlace} is no storage node: write it like a@host:port`};
  return fleet.replaceNode(node, place);
}

function outcome(result: Outcome): AdminAnswer {
  return json(result.ok ? 200 : 409, result);
}

function said(ok: boolean, yes: string, no: string): Outcome {
  return {ok, message: ok ? yes : no};
}

function json(status: number, value: unknown): AdminAnswer {
  return {status, type: 'application/json', body: `${JSON.stringify(value)}\n`};
}
