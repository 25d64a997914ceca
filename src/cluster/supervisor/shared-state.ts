// What all primaries share, made once by the supervisor: the volume, PMFS memory, the page channel, the bells.

import type {Env} from '../../env/env.ts';
import type {Threads} from '../../env/threads.ts';
import {Adjudicator} from '../../fusion/adjudicator/adjudicator.ts';
import {AdjudicatorMemory} from '../../fusion/adjudicator/layout.ts';
import {MAX_NODES, SUPERVISOR_BELL} from '../../fusion/api.ts';
import {Attachment} from '../../fusion/attachment.ts';
import {Members} from '../../fusion/members.ts';
import {PmfsMemory} from '../../fusion/memory/pmfs-memory.ts';
import {Recovery} from '../../fusion/recovery.ts';
import {redoFeedBytes, SharedRedoFeed} from '../../storage/feed/redo-feed.ts';
import {LocalVolume} from '../../storage/local/local-volume.ts';
import {PageChannel, pageChannelBytes} from '../../storage/page-channel.ts';
import {StreamWords, streamWordsBytes} from '../../storage/segment/stream-words.ts';
import type {ClusterMemory} from '../node/init.ts';
import type {ClusterVolume} from '../volume/cluster-volume.ts';
import {QuorumClient} from '../volume/quorum-client.ts';
import {dbpFramesOf, hasReplicas, isOptimistic} from './modes.ts';
import {
  ADJUDICATOR_ENTRIES,
  type ClusterOptions,
  FEED_RING_BYTES,
  RING_CAPACITY,
  TIT_SLOTS,
  WAIT_ENTRIES,
} from './options.ts';

/** Timestamps allowed ahead of the newest one, each time the durable limit is raised (K9). */
const TSO_STEP = 10_000_000;

export class SharedState {
  readonly volume: ClusterVolume;
  /** The volume when it is of this process: its storage thread serves pages. */
  readonly local: LocalVolume | undefined;
  /** The volume when it is of storage nodes. */
  readonly quorum: QuorumClient | undefined;
  readonly memory: ClusterMemory;
  readonly channel: PageChannel;
  readonly attachment: Attachment;
  readonly members: Members;
  readonly recovery: Recovery;
  readonly lbpFrames: number;
  /** Redo on its way to those who follow: the writer's in the single-writer mode, everybody's in the optimistic one. */
  readonly feed: SharedRedoFeed | undefined;
  /** Decides who changes a page, in the optimistic mode. */
  readonly adjudicator: Adjudicator | undefined;

  /** Opens the volume (throws OperatingError when it cannot be had) and makes the shared memory. */
  constructor(
    env: Env,
    threads: Threads,
    options: ClusterOptions,
    bells: SharedArrayBuffer,
    onFailure: (error: Error) => void,
  ) {
    let words: SharedArrayBuffer;
    if (options.storage === 'quorum') {
      const {volume: directory, log, pagesPerGroup, secret, attached} = options;
      this.quorum = new QuorumClient(threads, {directory, log, pagesPerGroup, secret, attached, bells, onFailure});
      this.volume = this.quorum;
      words = this.quorum.words;
    } else {
      words = new SharedArrayBuffer(streamWordsBytes(MAX_NODES));
      this.local = openLocal(env, options, words);
      this.volume = this.local;
    }
    const {pageSize} = this.volume;
    const dbpFrames = dbpFramesOf(options.mode ?? 'fusion', options.dbpBytes, pageSize);
    this.lbpFrames = Math.max(64, Math.floor(options.lbpBytes / pageSize));
    const pmfs = PmfsMemory.create({
      nodes: MAX_NODES,
      dbpFrames,
      pageSize,
      directoryEntries: dbpFrames + this.lbpFrames * Math.max(4, options.primaries + 2) + 16384,
      titSlots: TIT_SLOTS,
      waitEntries: WAIT_ENTRIES,
      ringCapacity: RING_CAPACITY,
    });
    const channel = new SharedArrayBuffer(pageChannelBytes(MAX_NODES, pageSize));
    this.channel = new PageChannel(channel, MAX_NODES, pageSize);
    const hasFeed = hasReplicas(options.mode) || isOptimistic(options.mode);
    const feed = hasFeed ? new SharedArrayBuffer(redoFeedBytes(MAX_NODES, FEED_RING_BYTES)) : undefined;
    const judge = isOptimistic(options.mode)
      ? AdjudicatorMemory.create({nodes: MAX_NODES, entries: ADJUDICATOR_ENTRIES})
      : undefined;
    if (judge !== undefined) this.adjudicator = new Adjudicator(judge, SUPERVISOR_BELL, 0);
    if (feed !== undefined) this.feed = new SharedRedoFeed(feed, MAX_NODES, FEED_RING_BYTES);
    const adjudicator = judge?.descriptor();
    this.memory = {
      pmfs: pmfs.descriptor(),
      words,
      channel,
      bells,
      ...(feed && {feed}),
      ...(adjudicator && {adjudicator}),
    };
    this.attachment = new Attachment(pmfs, SUPERVISOR_BELL, 0, env.bells);
    this.members = new Members(this.attachment);
    this.recovery = new Recovery(this.attachment);
    this.members.resumeTso(this.volume.tsoLimit);
    this.raiseTsoLimit();
  }

  /** Keeps the durable limit well above the newest timestamp. */
  raiseTsoLimit(): void {
    const {tso} = this.attachment;
    if (tso.limit() - tso.read() > TSO_STEP / 2) return;
    const limit = Math.max(tso.read(), this.volume.tsoLimit) + TSO_STEP;
    this.volume.raiseTsoLimit(limit);
    this.members.raiseTsoLimit(limit);
  }

  /** A node id that nobody lives on; -1 when all are taken or not recovered yet. */
  freeNode(taken: ReadonlySet<number>): number {
    for (let node = 0; node < MAX_NODES; node++) if (!taken.has(node)) return node;
    return -1;
  }
}

function openLocal(env: Env, options: ClusterOptions, words: SharedArrayBuffer): LocalVolume {
  const {redoFileSize} = options;
  return LocalVolume.open(env, {
    directory: options.volume,
    words: new StreamWords(words, 0, MAX_NODES),
    ...(redoFileSize === undefined ? {} : {shape: {redoFileSize}}),
  });
}
