// Everything one thread needs to execute transitions on a PMFS memory: the same parts for a primary, for a survivor that
// recovers another, and for the supervisor.

import type {Doorbells} from '../env/memory.ts';
import {Dbp} from './buffer/dbp.ts';
import {FramePool} from './buffer/frame-pool.ts';
import {Directory} from './lock/directory.ts';
import {Mailbox} from './mailbox.ts';
import {Latch} from './memory/latch.ts';
import type {PmfsMemory} from './memory/pmfs-memory.ts';
import {Regions} from './transaction/regions.ts';
import {Slots} from './transaction/slots.ts';
import {Tso} from './transaction/tso.ts';
import {Waits} from './wait/waits.ts';

export class Attachment {
  readonly memory: PmfsMemory;
  /** Node id, or SUPERVISOR_BELL. */
  readonly actor: number;
  /** 0 for the supervisor. */
  readonly incarnation: number;
  readonly latch: Latch;
  readonly mailbox: Mailbox;
  readonly tso: Tso;
  readonly regions: Regions;
  readonly slots: Slots;
  readonly frames: FramePool;
  readonly directory: Directory;
  readonly dbp: Dbp;
  readonly waits: Waits;

  /** One attachment per actor and thread: the rings have one producer. */
  constructor(memory: PmfsMemory, actor: number, incarnation: number, bells: Doorbells) {
    this.memory = memory;
    this.actor = actor;
    this.incarnation = incarnation;
    this.latch = new Latch(memory, actor);
    this.mailbox = new Mailbox(memory, actor, bells);
    this.tso = new Tso(memory, this.mailbox);
    this.regions = new Regions(memory, this.tso);
    this.slots = new Slots(memory, this.regions, this.tso);
    this.frames = new FramePool(memory, actor);
    this.directory = new Directory(memory, this.latch, this.frames, this.regions, actor);
    this.dbp = new Dbp(this.directory, this.frames, actor);
    this.waits = new Waits(memory, this.latch, this.slots, this.mailbox, actor, incarnation);
  }
}
