// Runs the golden scripts of this room. GOLDEN_REWRITE=1 writes the answers into them.
//
// Commands (n = node id, p = page, t = a name for a transaction, w = a name for a wait):
//   nodes <count> [<option>=<number> ...]   a fresh cluster
//   n: acquire p s|x        n: release p [keep s]      n: cancel p
//   n: push p llsn lsn      n: read p                  n: poll
//   n: begin t   n: commit t   n: abort t   n: end t   n: state t
//   n: wait t for u on row [weight k]                  n: drop w
//   n: use t p   n: want t p                           n: tick   n: idle
//   kill n    recover n     join n
//   page p    horizon

import {readdirSync} from 'node:fs';
import {test} from 'node:test';
import {Memory} from '../format/memory.ts';
import {runGolden} from '../testing/golden.ts';
import {GRANTED, WAITING, WaitKind} from './api.ts';
import {heldBy} from './lock/entries.ts';
import type {PmfsOptions} from './memory/layout.ts';
import {EntryField} from './memory/layout.ts';
import {makePage, NONE, S, SMALL, type TestNode, World, X} from './testing/world.ts';

const MODES = ['-', 'S', 'X'];

/** A transaction by the name the script gives it. */
interface Named {
  readonly node: TestNode;
  readonly slot: number;
  readonly version: number;
}

class Script {
  #world = new World();
  readonly #transactions = new Map<string, Named>();
  readonly #waits = new Map<number, string>();
  /** Committed, not ended: their waiters are not told yet, so the memory cannot be checked. */
  readonly #ending = new Set<string>();

  execute(line: string): string {
    const words = line.split(/\s+/);
    const prefix = /^(\d+):$/.exec(words[0]);
    const answer = prefix ? this.#onNode(this.#world.nodes[Number(prefix[1])], words.slice(1)) : this.#onCluster(words);
    if (this.#ending.size === 0) this.#world.check();
    return answer;
  }

  #onCluster([verb, first, ...rest]: string[]): string {
    const node = this.#world.nodes[Number(first)];
    switch (verb) {
      case 'nodes': {
        const options = Object.fromEntries(
          rest.map(pair => pair.split('=')).map(([key, value]) => [key, Number(value)]),
        );
        this.#world = new World(options as Partial<PmfsOptions>);
        this.#world.start(Number(first));
        return '';
      }
      case 'kill':
        this.#world.recovery.fence(node.fusion.incarnation);
        return `${first} is fenced`;
      case 'recover':
        this.#world.recover(node);
        return `${first} is recovered`;
      case 'join':
        return `incarnation ${this.#world.join(Number(first)).fusion.incarnation} on ${first}`;
      case 'page':
        return this.#describe(Number(first));
      case 'horizon':
        return `horizon ${this.#world.supervisor.regions.viewHorizon()}`;
      default:
        throw new Error(`unknown command: ${verb}`);
    }
  }

  #onNode(node: TestNode, [verb, ...args]: string[]): string {
    switch (verb) {
      case 'acquire':
      case 'release':
      case 'cancel':
      case 'push':
      case 'read':
        return this.#onPage(node, verb, Number(args[0]), args.slice(1));
      case 'poll':
        return node
          .poll()
          .map(event => `${node.node} <- ${this.#named(event)}`)
          .join('\n');
      case 'tick':
        node.fusion.tick();
        return '';
      case 'idle':
        node.fusion.transactions.refreshIdleFloors();
        return '';
      case 'drop':
        for (const [id, name] of this.#waits) if (name === args[0]) node.fusion.locks.cancelWait(id);
        return '';
      default:
        return this.#onTransaction(node, verb, args);
    }
  }

  #onPage(node: TestNode, verb: string, page: number, args: string[]): string {
    const {pages} = node.fusion;
    const {directory} = this.#world.supervisor;
    const entry = directory.find(directory.bucketOf(page), page);
    if (verb === 'acquire') {
      const result = pages.acquire(page, args[0] === 'x' ? X : S);
      if (result === GRANTED) return `granted #${pages.grantOf(pages.entry)}`;
      return result === WAITING ? 'waiting' : 'directory full';
    }
    if (verb === 'cancel') pages.cancel(page);
    else if (verb === 'release') pages.release(entry, args.length > 0 ? S : NONE);
    else if (verb === 'push') {
      const image = makePage(page, Number(args[0]), node.fusion.incarnation, 0);
      return pages.push(entry, image, 0, Number(args[1])) ? 'in DBP' : 'no frame';
    } else {
      const target = new Memory(new ArrayBuffer(SMALL.pageSize));
      const version = `llsn ${pages.newestLlsn(entry)} of ${pages.newestIncarnation(entry)}`;
      if (pages.copyFromDbp(entry, target, 0)) return `${version} from DBP`;
      return `${version} from storage, once it has stream ${pages.needStream(entry)} to ${pages.needLsn(entry)}`;
    }
    return '';
  }

  #onTransaction(node: TestNode, verb: string, args: string[]): string {
    const {transactions, locks} = node.fusion;
    if (verb === 'begin') {
      const slot = transactions.openSlot();
      if (slot < 0) return 'no free slot';
      this.#transactions.set(args[0], {node, slot, version: transactions.slotVersion(slot)});
      return `${args[0]} = ${node.fusion.incarnation}.${slot}.${transactions.slotVersion(slot)}`;
    }
    const named = this.#transactions.get(args[0]);
    if (named === undefined) throw new Error(`unknown transaction ${args[0]}`);
    const {slot} = named;
    switch (verb) {
      case 'commit':
        this.#ending.add(args[0]);
        return `CTS ${transactions.commitSlot(slot)}`;
      case 'abort':
        transactions.abortSlot(slot);
        return '';
      case 'end':
        this.#ending.delete(args[0]);
        transactions.endSlot(slot);
        return '';
      case 'state':
        return `${args[0]} is ${describeState(transactions.slotState(named.node.fusion.incarnation, slot, named.version))}`;
      case 'use':
        locks.registerObjectUse(slot, Number(args[1]));
        return '';
      case 'want':
        return this.#waiting(args[0], locks.registerObjectWait(slot, WaitKind.metadata, Number(args[1]), 1));
      default:
        return this.#wait(node, args);
    }
  }

  /** t for u on row [weight k] */
  #wait(node: TestNode, [waiter, , holder, , row, , weight]: string[]): string {
    const mine = this.#transactions.get(waiter);
    const other = this.#transactions.get(holder);
    if (mine === undefined || other === undefined) throw new Error('unknown transaction');
    const result = node.fusion.locks.registerWait(
      mine.slot,
      other.node.fusion.incarnation,
      other.slot,
      other.version,
      Number(row),
      Number(weight ?? 1),
    );
    return this.#waiting(waiter, result);
  }

  #waiting(name: string, result: number): string {
    if (result > 0) this.#waits.set(result, name);
    if (result > 0) return `${name} waits`;
    return `${name}: ${['ended', 'deadlock', 'table full'][-result]}`;
  }

  #named(event: string): string {
    const match = /^(woken|victim) (\d+)$/.exec(event);
    return match ? `${match[1]} ${this.#waits.get(Number(match[2]))}` : event;
  }

  #describe(page: number): string {
    const {directory} = this.#world.supervisor;
    const {entries} = directory;
    const entry = directory.find(directory.bucketOf(page), page);
    if (entry < 0) return `page ${page}: no entry`;
    const lock = entries.lock(entry);
    const nodes = this.#world.nodes.map((_, node) => node);
    const holders = nodes
      .filter(node => heldBy(lock, node) !== NONE)
      .map(node => `${node}:${MODES[heldBy(lock, node)]}`);
    const queue = nodes
      .filter(node => entries.wantedBy(entry, node, lock) !== NONE)
      .sort((a, b) => entries.get(entry, EntryField.queue + a) - entries.get(entry, EntryField.queue + b))
      .map(node => `${node}:${MODES[entries.wantedBy(entry, node, lock)]}`);
    return `page ${page}: held [${holders.join(' ')}] queue [${queue.join(' ')}]`;
  }
}

function describeState(state: number): string {
  if (state < 0) return ['active', 'aborting', 'unrecovered'][-state - 1];
  return state === 1 ? 'visible to all' : `committed at ${state}`;
}

const folder = new URL('./golden/', import.meta.url).pathname;
for (const file of readdirSync(folder)) {
  test(file, () => {
    const script = new Script();
    runGolden(folder + file, line => script.execute(line));
  });
}
