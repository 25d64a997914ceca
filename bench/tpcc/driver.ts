// Terminals that run the five transactions against a server for some seconds: 45 % New-Order, 43 % Payment, 4 % each of the rest, from a
// shuffled deck, without the keying and thinking times of the standard. Terminals spread over the ports, and each port serves every
// warehouse unless `affinity` is set: then a warehouse belongs to one port.

import {Connection, ConnectionLost, ServerError} from '../client/connection.ts';
import {Latencies} from '../report/statistics.ts';
import {delivery} from './delivery.ts';
import {newOrder} from './new-order.ts';
import {orderStatus} from './order-status.ts';
import {payment} from './payment.ts';
import type {Scale} from './scale.ts';
import {DATABASE} from './schema.ts';
import {stockLevel} from './stock-level.ts';
import {Terminal} from './terminal.ts';

interface Kind {
  readonly name: string;
  readonly run: (terminal: Terminal) => Promise<boolean>;
  /** Cards of the deck. */
  readonly cards: number;
}

const KINDS: readonly Kind[] = [
  {name: 'newOrder', run: newOrder, cards: 45},
  {name: 'payment', run: payment, cards: 43},
  {name: 'orderStatus', run: orderStatus, cards: 4},
  {name: 'delivery', run: delivery, cards: 4},
  {name: 'stockLevel', run: stockLevel, cards: 4},
];
const DECK: readonly Kind[] = KINDS.flatMap(kind => Array.from({length: kind.cards}, () => kind));

/** Refusals after which a transaction is begun again: lock wait timeout, deadlock, record changed. */
const REPEATABLE: ReadonlySet<number> = new Set([1205, 1213, 1020]);

export interface DriverOptions {
  readonly ports: readonly number[];
  readonly terminals: number;
  readonly seconds: number;
  readonly scale: Scale;
  readonly affinity: boolean;
  readonly seed: number;
}

export interface DriverResult {
  readonly seconds: number;
  readonly done: Readonly<Record<string, number>>;
  readonly p95Ms: Readonly<Record<string, number>>;
  readonly p95AllMs: number;
  readonly rolledBack: number;
  readonly errorsByCode: Readonly<Record<string, number>>;
  readonly reconnects: number;
}

export async function runTpcc(options: DriverOptions): Promise<DriverResult> {
  const run = new Run(options);
  await run.connect();
  return run.go();
}

class Run {
  readonly #options: DriverOptions;
  readonly #latencies = new Map(KINDS.map(kind => [kind.name, new Latencies()]));
  readonly #all = new Latencies();
  readonly #done = new Map(KINDS.map(kind => [kind.name, 0]));
  readonly #errors = new Map<string, number>();
  #terminals: Terminal[] = [];
  #rolledBack = 0;
  #reconnects = 0;

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  async connect(): Promise<void> {
    this.#terminals = await Promise.all(Array.from({length: this.#options.terminals}, (_, i) => this.#terminal(i)));
  }

  async go(): Promise<DriverResult> {
    const started = performance.now();
    const end = started + this.#options.seconds * 1000;
    await Promise.all(this.#terminals.map((_, i) => this.#loop(i, end)));
    const seconds = (performance.now() - started) / 1000;
    await Promise.all(this.#terminals.map(terminal => terminal.connection.close()));
    const p95 = (latencies: Latencies): number => latencies.quantile(0.95);
    return {
      seconds,
      done: Object.fromEntries(this.#done),
      p95Ms: Object.fromEntries(
        [...this.#latencies].filter(([, one]) => !one.isEmpty).map(([name, one]) => [name, p95(one)]),
      ),
      p95AllMs: p95(this.#all),
      rolledBack: this.#rolledBack,
      errorsByCode: Object.fromEntries(this.#errors),
      reconnects: this.#reconnects,
    };
  }

  async #terminal(index: number): Promise<Terminal> {
    const {ports, scale, affinity, seed} = this.#options;
    const port = index % ports.length;
    const order = affinity ? index : Math.floor(index / ports.length);
    const connection = await Connection.open({port: ports[port], database: DATABASE});
    return new Terminal(connection, scale, (order % scale.warehouses) + 1, seed * 1000 + index);
  }

  async #loop(index: number, end: number): Promise<void> {
    let deck: Kind[] = [];
    while (performance.now() < end) {
      const terminal = this.#terminals[index];
      if (deck.length === 0) deck = terminal.random.permutation(DECK.length).map(card => DECK[card - 1]);
      await this.#transaction(index, deck.pop() as Kind, end);
    }
  }

  /** Repeats one transaction until it is through; its latency runs from the first attempt. */
  async #transaction(index: number, kind: Kind, end: number): Promise<void> {
    const started = performance.now();
    while (performance.now() < end) {
      try {
        if (!(await kind.run(this.#terminals[index]))) this.#rolledBack++;
        const took = performance.now() - started;
        this.#latencies.get(kind.name)?.add(took);
        this.#all.add(took);
        this.#done.set(kind.name, (this.#done.get(kind.name) ?? 0) + 1);
        return;
      } catch (error) {
        await this.#recover(index, error);
      }
    }
  }

  async #recover(index: number, error: unknown): Promise<void> {
    if (error instanceof ConnectionLost) {
      this.#reconnects++;
      this.#terminals[index] = await this.#terminal(index);
      return;
    }
    if (!(error instanceof ServerError)) throw error;
    const code = String(error.errno);
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
    if (!REPEATABLE.has(error.errno)) throw error;
    await this.#terminals[index].rollback();
  }
}
