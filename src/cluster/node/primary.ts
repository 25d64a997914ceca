// A whole primary, built from an Env and a PrimaryInit: engine, SQL server, wire protocol. The same in production and wherever else an Env is handed in (D2).
//
// A turn of the engine runs when the primary's bell rings, when a task became ready, and on a timer that is slow enough to cost nothing when idle.

import {PrimaryEngine} from '../../engine/engine.ts';
import type {Env} from '../../env/env.ts';
import type {ThreadPort} from '../../env/threads.ts';
import {FusionNode} from '../../fusion/fusion.ts';
import {PmfsMemory} from '../../fusion/memory/pmfs-memory.ts';
import {MysqlServer} from '../../protocol/server.ts';
import {SqlServer} from '../session/sql-server.ts';
import type {FromPrimary, PrimaryInit, PrimaryStats, ToPrimary} from './init.ts';
import {Optimist} from './optimist.ts';
import {Role} from './role.ts';
import {openStorage, type PrimaryStorage} from './storage.ts';

/** Redo between two checkpoint records. */
const CHECKPOINT_BYTES = 4 << 20;
/** Log buffer: this many chunks of at most 1 MiB. */
const LOG_CHUNKS = 16;

export class Primary {
  readonly #env: Env;
  readonly #init: PrimaryInit;
  readonly #port: ThreadPort;
  readonly #fusion: FusionNode;
  readonly #storage: PrimaryStorage;
  readonly #engine: PrimaryEngine;
  /** Only in the single-writer mode. */
  readonly #role: Role | undefined;
  /** Only in the optimistic mode. */
  readonly #optimist: Optimist | undefined;
  readonly #sql: SqlServer;
  readonly #server: MysqlServer;
  #turnAsked = false;
  #stopping = false;
  #failed = false;

  constructor(env: Env, init: PrimaryInit, port: ThreadPort) {
    this.#env = env;
    this.#init = init;
    this.#port = port;
    const {memory, node, incarnation, pageSize} = init;
    this.#storage = openStorage(env, init);
    const pmfs = PmfsMemory.attach(memory.pmfs);
    this.#fusion = new FusionNode(pmfs, node, incarnation, env.bells);
    const {feed, adjudicator} = memory;
    const plain = {...this.#storage, fusion: this.#fusion};
    if (feed !== undefined && adjudicator !== undefined)
      this.#optimist = new Optimist(env, init, {feed, adjudicator}, plain);
    else if (feed !== undefined) this.#role = new Role(env, init, feed, plain, () => this.#askTurn());
    const optimism = this.#optimist?.optimism;
    const stream = this.#optimist?.stream ?? this.#role?.stream ?? plain.stream;
    const {reader, fusion} = optimism ?? this.#role ?? plain;
    this.#engine = new PrimaryEngine(
      {
        clock: env.clock,
        fusion,
        stream,
        reader,
        fail: reason => this.#fail(reason),
        requestTurn: () => this.#askTurn(),
        refreshed: () => this.#tick(),
        optimistic: optimism,
      },
      {
        pageSize,
        frames: init.lbpFrames,
        log: {chunkBytes: stream.maxPayload, chunks: LOG_CHUNKS},
        checkpointBytes: CHECKPOINT_BYTES,
        ...(this.#role === undefined ? {} : {viewPointsAsked: this.#role.viewPointsAsked}),
      },
    );
    this.#role?.attach(this.#engine);
    this.#optimist?.attach(this.#engine);
    this.#sql = new SqlServer(env, this.#engine, {
      version: init.version,
      ordinal: init.ordinal,
      maxConnections: init.maxConnections,
      replica: this.#role?.replica,
      peers: optimism,
      killElsewhere: (connectionId, queryOnly) => this.#say({kind: 'killElsewhere', connectionId, queryOnly}),
      askProcesses: question => this.#say({kind: 'askProcesses', question}),
    });
    this.#server = new MysqlServer(env, this.#sql, init.tls === undefined ? {} : {tls: init.tls});
    port.listen(message => this.#onMessage(message as ToPrimary));
  }

  /** Starts the event handling, makes the catalog if the volume is new, then listens; says `ready` or `refused`. */
  start(): void {
    this.#env.bells.listen(this.#init.node, () => this.#turn());
    const begin = (): void => this.#sql.bootstrap(() => this.#listen());
    if (this.#role === undefined) begin();
    else this.#role.whenReady(begin);
  }

  #listen(): void {
    const {host, sharedPort, ownPort} = this.#init;
    const wanted = [{host, port: ownPort, shared: false}];
    if (sharedPort !== 0 && !this.#onlyReads) wanted.push({host, port: sharedPort, shared: true});
    let left = wanted.length;
    const ports: number[] = [];
    for (const address of wanted) {
      const listener = this.#server.listen(address, error => {
        if (error !== undefined) {
          this.#say({kind: 'refused', ...explainListen(error, address)});
          return;
        }
        ports.push(listener.port);
        if (!address.shared) this.#sql.listensOn(listener.port);
        if (--left === 0) this.#say({kind: 'ready', ports});
      });
    }
  }

  /** A read replica: the port that all primaries share leads to the writer. */
  get #onlyReads(): boolean {
    return this.#role?.isWriter === false;
  }

  /** The writer is dead and this primary takes its place, its shared port included. */
  #promote(): void {
    this.#role?.promote(() => {
      this.#sql.promoted();
      this.#say({kind: 'promoted'});
      const {host, sharedPort} = this.#init;
      if (sharedPort !== 0) this.#server.listen({host, port: sharedPort, shared: true}, () => {});
    });
  }

  #askTurn(): void {
    if (this.#turnAsked) return;
    this.#turnAsked = true;
    this.#env.clock.soon(() => {
      this.#turnAsked = false;
      this.#turn();
    });
  }

  #turn(): void {
    if (this.#failed) return;
    this.#engine.turn();
    if (this.#fusion.hasMail()) this.#askTurn();
  }

  /** Heartbeat, delayed bells, how far the stream is durable. */
  #tick(): void {
    if (this.#failed) return;
    this.#fusion.tick();
    this.#optimist?.optimism.tick();
    this.#fusion.confirm(this.#engine.core.log.durableLsn);
    if (this.#fusion.hasMail()) this.#askTurn();
  }

  #onMessage(message: ToPrimary): void {
    switch (message.kind) {
      case 'recover':
        this.#engine.recover(message.analysis, {
          loserEnded: (incarnation, slot, version) => this.#say({kind: 'loserEnded', incarnation, slot, version}),
          finished: incarnation => this.#say({kind: 'recovered', incarnation}),
        });
        this.#say({kind: 'tablesHeld', incarnation: message.analysis.incarnation});
        return;
      case 'stop':
        this.#stop();
        return;
      case 'promote':
        this.#promote();
        return;
      case 'view':
        this.#storage.setView(message.view);
        return;
      case 'stats':
        this.#say({kind: 'stats', request: message.request, stats: this.#stats()});
        return;
      case 'kill':
        this.#sql.kill(message.connectionId, message.queryOnly);
        return;
      case 'listProcesses':
        this.#say({...message, kind: 'processes', processes: this.#sql.ownProcesses()});
        return;
      case 'processesAsked':
        this.#sql.processesAsked(message.question, message.count);
        return;
      case 'processes':
        this.#sql.processesAnswered(message.question, message.processes);
        return;
      case 'check':
        this.#sql.check(result => this.#say({kind: 'checked', request: message.request, ...result}));
    }
  }

  #stats(): PrimaryStats {
    return {
      ordinal: this.#init.ordinal,
      incarnation: this.#init.incarnation,
      sessions: this.#server.connectionCount,
      counters: [
        ...this.#engine.counters(),
        ...(this.#role?.counters() ?? []),
        ...(this.#optimist?.counters() ?? []),
        ...this.#fusion.counters(),
        ...this.#storage.counters(),
      ],
    };
  }

  /** Clean stop: connections end after their command, then everything is made durable and given back. */
  #stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#server.close();
    this.#drain();
  }

  #drain(): void {
    if (this.#failed) return;
    if (this.#server.connectionCount === 0 && this.#sql.sessions === 0 && this.#engine.stop()) {
      this.#say({kind: 'stopped'});
      return;
    }
    this.#env.clock.after(5, () => this.#drain());
  }

  /** Nothing more is served; the supervisor does the rest. */
  #fail(reason: string): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#env.bells.close(this.#init.node);
    this.#say({kind: 'failed', reason});
  }

  #say(message: FromPrimary): void {
    this.#port.post(message);
  }
}

function explainListen(
  error: {code: string; message: string},
  address: {host: string; port: number},
): {reason: string; hint: string} {
  if (error.code === 'EADDRINUSE') {
    return {
      reason: `port ${address.port} on ${address.host} is in use`,
      hint: 'choose another with --port, or stop what listens there',
    };
  }
  if (error.code === 'EACCES') {
    return {
      reason: `port ${address.port} may not be opened by this user`,
      hint: 'choose a port above 1023 with --port',
    };
  }
  return {
    reason: `cannot listen on ${address.host}:${address.port}: ${error.message}`,
    hint: 'check --host and --port',
  };
}
