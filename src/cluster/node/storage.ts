// A primary's end of the volume: its redo stream and its page reader, of the local volume or of the quorum one.

import type {Env} from '../../env/env.ts';
import {STORAGE_BELL} from '../../fusion/api.ts';
import type {PageReader, RedoStream} from '../../storage/api.ts';
import {ChannelPageReader} from '../../storage/channel-page-reader.ts';
import {LocalRedoStream, type RedoStreamDescription} from '../../storage/local/redo-stream.ts';
import {PageChannel} from '../../storage/page-channel.ts';
import type {VolumeView} from '../../storage/quorum/api.ts';
import {Dispatcher} from '../../storage/quorum/client/dispatcher.ts';
import {QuorumPageReader} from '../../storage/quorum/client/page-reader.ts';
import {QuorumWords} from '../../storage/quorum/client/quorum-words.ts';
import {QuorumRedoStream, type QuorumStreamDescription} from '../../storage/quorum/client/redo-stream.ts';
import {SocketTransport} from '../../storage/quorum/sockets.ts';
import {StreamWords} from '../../storage/segment/stream-words.ts';
import type {PrimaryInit} from './init.ts';

export interface PrimaryStorage {
  readonly stream: RedoStream;
  readonly reader: PageReader;
  /** Storage nodes have come, gone or moved. */
  setView(view: VolumeView): void;
  counters(): Iterable<readonly [string, number]>;
}

export function openStorage(env: Env, init: PrimaryInit): PrimaryStorage {
  return 'view' in init.stream ? openQuorum(env, init, init.stream) : openLocal(env, init, init.stream);
}

function openLocal(env: Env, init: PrimaryInit, description: RedoStreamDescription): PrimaryStorage {
  const {memory, node, pageSize} = init;
  const {nodes} = memory.pmfs.options;
  const words = new StreamWords(memory.words, 0, nodes);
  const stream = new LocalRedoStream(env.disk, env.crc32, words, description, other => env.bells.ring(other));
  const reader = new ChannelPageReader(new PageChannel(memory.channel, nodes, pageSize), node, env.bells, STORAGE_BELL);
  return {stream, reader, setView: () => {}, counters: () => []};
}

function openQuorum(env: Env, init: PrimaryInit, description: QuorumStreamDescription): PrimaryStorage {
  const words = new QuorumWords(init.memory.words, init.memory.pmfs.options.nodes);
  const port = new Dispatcher(new SocketTransport(env, init.secret));
  const stream = new QuorumRedoStream(env, port, words, description);
  // An answer may come while a turn runs; it is polled for in a turn of its own.
  const wake = (): void => env.bells.ring(init.node);
  const reader = new QuorumPageReader(env.clock, port, words, {view: description.view, wake});
  return {
    stream,
    reader,
    setView: view => {
      stream.setView(view);
      reader.setView(view);
    },
    counters: () => [...stream.counters(), ...reader.counters()],
  };
}
