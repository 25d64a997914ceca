// A small cluster in one thread, for the tests of this room: one memory, a supervisor, some nodes that record their events.

import assert from 'node:assert/strict';
import {setU48} from '../../base/bytes.ts';
import {Memory} from '../../format/memory.ts';
import {At, PAGE_MAGIC, PAGE_TRAILER} from '../../format/page/layout.ts';
import {type FusionEvents, PLockMode, SUPERVISOR_BELL} from '../api.ts';
import {Attachment} from '../attachment.ts';
import {checkFusion} from '../check-fusion.ts';
import {FusionNode} from '../fusion.ts';
import {Members} from '../members.ts';
import type {PmfsOptions} from '../memory/layout.ts';
import {PmfsMemory} from '../memory/pmfs-memory.ts';
import {Recovery} from '../recovery.ts';

export const SMALL: PmfsOptions = {
  nodes: 4,
  dbpFrames: 4,
  pageSize: 512,
  directoryEntries: 16,
  titSlots: 8,
  waitEntries: 16,
  ringCapacity: 64,
};

/** Bells that ring nobody: tests poll. */
const silentBells = {ring: () => {}, listen: () => {}, close: () => {}};

/** A node with the events it was told, newest last. */
export class TestNode {
  readonly fusion: FusionNode;
  readonly events: string[] = [];
  readonly #sink: FusionEvents;

  constructor(fusion: FusionNode) {
    this.fusion = fusion;
    this.#sink = {
      recalled: (page, grant) => this.events.push(`recalled ${page} #${grant}`),
      granted: page => this.events.push(`granted ${page}`),
      woken: wait => this.events.push(`woken ${wait}`),
      victim: wait => this.events.push(`victim ${wait}`),
      recovered: () => this.events.push('recovered'),
    };
  }

  get node(): number {
    return this.fusion.node;
  }

  /** Delivers what has come, and returns only that. */
  poll(): string[] {
    const before = this.events.length;
    this.fusion.poll(this.#sink);
    return this.events.slice(before);
  }

  /** Acquires a page that must be free, and returns its entry. */
  hold(page: number, mode: PLockMode): number {
    assert.equal(this.fusion.pages.acquire(page, mode), 1, `page ${page} should have been granted`);
    return this.fusion.pages.entry;
  }

  /** Opens a slot and returns it. */
  begin(): number {
    const slot = this.fusion.transactions.openSlot();
    assert.ok(slot >= 0, 'no free slot');
    return slot;
  }

  /** Commits and ends a transaction; returns its CTS. */
  commit(slot: number): number {
    const cts = this.fusion.transactions.commitSlot(slot);
    this.fusion.transactions.endSlot(slot);
    return cts;
  }
}

export class World {
  readonly memory: PmfsMemory;
  readonly supervisor: Attachment;
  readonly members: Members;
  readonly recovery: Recovery;
  readonly nodes: TestNode[] = [];
  #nextIncarnation = 1;

  constructor(options: Partial<PmfsOptions> = {}) {
    this.memory = PmfsMemory.create({...SMALL, ...options});
    this.supervisor = new Attachment(this.memory, SUPERVISOR_BELL, 0, silentBells);
    this.members = new Members(this.supervisor);
    this.recovery = new Recovery(this.supervisor);
    this.members.raiseTsoLimit(1_000_000);
  }

  /** Lets a node join and attach. */
  join(node: number, incarnation: number = this.#nextIncarnation++): TestNode {
    assert.ok(this.members.join(node, incarnation), `node ${node} could not join`);
    const test = new TestNode(new FusionNode(this.memory, node, incarnation, silentBells));
    this.nodes[node] = test;
    return test;
  }

  /** Joins nodes 0 .. count-1. */
  start(count: number): TestNode[] {
    return Array.from({length: count}, (_, node) => this.join(node));
  }

  /** All steps of recovery for a node whose open transactions left nothing in the log. */
  recover(dead: TestNode): void {
    const {incarnation} = dead.fusion;
    this.recovery.fence(incarnation);
    this.recovery.endUntraced(incarnation);
    this.recovery.decide(incarnation);
    this.recovery.releaseRetained(incarnation, 0);
    this.recovery.finish(incarnation);
  }

  /** Fails when any checker of the room finds a fault. */
  check(): void {
    assert.deepEqual(checkFusion(this.supervisor), []);
  }
}

/** A private page buffer with one page in it: right header and trailer, `fill` everywhere else. */
export function makePage(
  page: number,
  llsn: number,
  incarnation: number,
  fill: number,
  pageSize = SMALL.pageSize,
): Memory {
  const memory = new Memory(new ArrayBuffer(pageSize));
  memory.bytes.fill(fill);
  memory.view.setUint32(At.pageNo, page, true);
  memory.view.setUint32(At.incarnation, incarnation, true);
  setU48(memory.view, At.llsn, llsn);
  setU48(memory.view, pageSize - PAGE_TRAILER, llsn);
  memory.view.setUint16(pageSize - 2, PAGE_MAGIC, true);
  return memory;
}

export const S: PLockMode = PLockMode.shared;
export const X: PLockMode = PLockMode.exclusive;
export const NONE: PLockMode = PLockMode.none;
