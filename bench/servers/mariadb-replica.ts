// MariaDB as it is mirrored: a primary with doublewrite and a durable binary log, and one replica that is as durable. For the write amplification study.

import {freePorts} from '../system/ports.ts';
import {MariadbNode, mariadbVersion} from './mariadb-node.ts';
import {commonSettings} from './mariadb-settings.ts';
import {type Counters, type Place, type Server, withConnection} from './server.ts';

export class MariadbReplica implements Server {
  readonly canRestart = false;
  readonly name = 'mariadb-replica';
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  readonly #primary: MariadbNode;
  readonly #replica: MariadbNode;

  private constructor(version: string, port: number, place: Place) {
    const {skip_log_bin: _none, ...common} = commonSettings(place.bufferMiB);
    const logging = {...common, log_bin: 'log', sync_binlog: '1', binlog_format: 'ROW'};
    this.version = version;
    this.settings = {...logging, replicas: '1'};
    this.ports = [port];
    this.#primary = new MariadbNode('mariadb-primary', port, place.scratch, {...logging, server_id: '1'});
    this.#replica = new MariadbNode('mariadb-copy', port + 1, place.scratch, {
      ...logging,
      server_id: '2',
      log_slave_updates: '1',
      sync_relay_log: '1',
    });
  }

  /** Undefined when MariaDB is not installed. */
  static async make(place: Place): Promise<MariadbReplica | undefined> {
    const version = mariadbVersion();
    return version === undefined ? undefined : new MariadbReplica(version, await freePorts(2), place);
  }

  /** The primary first. */
  get pids(): readonly number[] {
    return [...this.#primary.pids, ...this.#replica.pids];
  }

  get output(): string {
    return this.#primary.output + this.#replica.output;
  }

  async start(): Promise<number> {
    await this.#primary.install();
    await this.#replica.install();
    const started = performance.now();
    await this.#primary.spawn();
    const answered = await this.#primary.answers(started);
    await this.#replica.spawn();
    await this.#replica.answers(started);
    await this.#follow();
    return answered;
  }

  /** The replica follows the primary from its first event on. */
  async #follow(): Promise<void> {
    await withConnection(this.#primary.port, async connection => {
      await connection.query("CREATE USER copy@'127.0.0.1' IDENTIFIED BY 'copy'");
      await connection.query("GRANT REPLICATION SLAVE ON *.* TO copy@'127.0.0.1'");
    });
    await withConnection(this.#replica.port, async connection => {
      await connection.query(
        `CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=${this.#primary.port}, MASTER_USER='copy', MASTER_PASSWORD='copy', MASTER_USE_GTID=slave_pos`,
      );
      await connection.query('START SLAVE');
    });
  }

  async stop(): Promise<void> {
    await this.#replica.stop();
    await this.#primary.stop();
  }

  async kill(): Promise<void> {
    await this.#replica.kill();
    await this.#primary.kill();
  }

  /** The primary's; the replica's syncs beside them. */
  async counters(): Promise<Counters> {
    const primary = await this.#primary.counters();
    const replica = await this.#replica.counters();
    return {...primary, replica_fsyncs: (replica.innodb_data_fsyncs ?? 0) + (replica.binlog_group_commits ?? 0)};
  }
}
