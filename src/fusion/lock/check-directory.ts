// Checks the page directory, the lock words and queues (I1), and the DBP frames, of a memory that nobody is changing.

import {MAX_NODES, PLockMode} from '../api.ts';
import {EntryField, FRAME_WORDS, FrameField} from '../memory/layout.ts';
import type {PmfsMemory} from '../memory/pmfs-memory.ts';
import {Entries, holdersOf, isCompatible, modeOf} from './entries.ts';

/** Everything that is wrong, in words; empty when all is well. */
export function checkDirectory(memory: PmfsMemory): string[] {
  const faults: string[] = [];
  const entries = new Entries(memory);
  const linked = checkChains(memory, entries, faults);
  for (const entry of linked) {
    checkHolders(entries, entry, faults);
    checkQueue(memory, entries, entry, faults);
  }
  checkFrames(memory, entries, linked, faults);
  return faults;
}

/** Each linked entry is in the chain of its home exactly once, and no page twice. Returns the linked entries. */
function checkChains(memory: PmfsMemory, entries: Entries, faults: string[]): Set<number> {
  const linked = new Set<number>();
  const pages = new Set<number>();
  for (let bucket = 0; bucket < memory.layout.bucketCount; bucket++) {
    const at = memory.layout.buckets + bucket * 2;
    if (memory.words[at] !== 0) faults.push(`bucket ${bucket} is latched by ${(memory.words[at] & 255) - 1}`);
    for (let entry = memory.words[at + 1] - 1; entry >= 0; entry = entries.get(entry, EntryField.next) - 1) {
      const page = entries.page(entry);
      if (linked.has(entry)) {
        faults.push(`entry ${entry} is linked twice`);
        break;
      }
      if (pages.has(page)) faults.push(`page ${page} has two entries`);
      if (entries.get(entry, EntryField.home) !== bucket + 1) faults.push(`entry ${entry} is in the wrong chain`);
      linked.add(entry);
      pages.add(page);
    }
  }
  for (let entry = 0; entry < entries.count; entry++) {
    const home = entries.get(entry, EntryField.home);
    if (home > 0 && !linked.has(entry)) faults.push(`entry ${entry} is in no chain`);
    if (home < 0) faults.push(`entry ${entry} was taken by ${-home - 1} and never linked`);
  }
  return linked;
}

/** I1: X has one holder; a mode means holders, and none means none. */
function checkHolders(entries: Entries, entry: number, faults: string[]): void {
  const lock = entries.lock(entry);
  const holders = holdersOf(lock);
  const mode = modeOf(lock);
  const page = entries.page(entry);
  if (mode === PLockMode.exclusive && (holders & (holders - 1)) !== 0) {
    faults.push(`page ${page}: several nodes hold X: ${holders.toString(2)}`);
  }
  if ((holders === 0) !== (mode === PLockMode.none)) faults.push(`page ${page}: mode ${mode}, holders ${holders}`);
}

/** The hint names every live request, and the first of them could not be granted. */
function checkQueue(memory: PmfsMemory, entries: Entries, entry: number, faults: string[]): void {
  const lock = entries.lock(entry);
  const page = entries.page(entry);
  const waiters = entries.get(entry, EntryField.waiters);
  for (let node = 0; node < MAX_NODES; node++) {
    const isLive = entries.wantedBy(entry, node, lock) !== PLockMode.none;
    if (isLive && (waiters & (1 << node)) === 0)
      faults.push(`page ${page}: request of node ${node} is not in the hint`);
    if (isLive && node >= memory.options.nodes)
      faults.push(`page ${page}: request of node ${node}, which cannot exist`);
  }
  const first = entries.firstWaiter(entry, lock);
  if (first >= 0 && isCompatible(lock, first, entries.wantedBy(entry, first, lock))) {
    faults.push(`page ${page}: the first request, of node ${first}, could be granted`);
  }
}

/** Each attached frame is named by the entry that it names, once. */
function checkFrames(memory: PmfsMemory, entries: Entries, linked: Set<number>, faults: string[]): void {
  const named = new Set<number>();
  for (const entry of linked) {
    const frame = entries.frame(entry);
    if (frame < 0) continue;
    if (named.has(frame)) faults.push(`frame ${frame} belongs to two pages`);
    named.add(frame);
    if (frameWord(memory, frame, FrameField.owner) !== entry + 1) faults.push(`frame ${frame} does not name its entry`);
    if (frameWord(memory, frame, FrameField.page) >>> 0 !== entries.page(entry))
      faults.push(`frame ${frame}: wrong page`);
    if ((frameWord(memory, frame, FrameField.sequence) & 1) !== 0) faults.push(`frame ${frame} is torn`);
  }
  for (let frame = 0; frame < memory.options.dbpFrames; frame++) {
    const owner = frameWord(memory, frame, FrameField.owner);
    if (owner !== 0 && !named.has(frame)) faults.push(`frame ${frame} is lost: owner ${owner}`);
  }
}

function frameWord(memory: PmfsMemory, frame: number, field: number): number {
  return Atomics.load(memory.words, memory.layout.frames + frame * FRAME_WORDS + field);
}
