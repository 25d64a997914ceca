// A server without a database, for tests: it knows some accounts, and answers a few texts in ways that exercise the
// protocol. What it was asked is kept in `log`, in order.
//
//     ok                    an OK packet                     fail         error 1064
//     select <text>         one row, one column, the text    block        answers when `finish` is called
//     rows <n> <bytes>      n rows of that many bytes        two          two result sets
//     use <name>            a change of database that is told to the client
//
// Prepared: `echo ? ...` answers one text column with a printed form of all parameters; anything else as above.

import {
  type Account,
  type ClientInfo,
  type ColumnDefinition,
  type ConnectionControl,
  type OkInfo,
  type PreparedInfo,
  type ResultWriter,
  type ServerHooks,
  type SessionHandler,
  UNSIGNED_PARAMETER,
  type WireParameter,
} from '../api.ts';
import {ColumnType, Status} from '../constants.ts';
import {LENENC_MAX, putLenencInt, putLenencText} from '../encode.ts';

type Failure = {errno: number; sqlState: string; message: string};

const SYNTAX: Failure = {errno: 1064, sqlState: '42000', message: 'what?'};

/** A text column as a server would describe it. */
export function textColumn(name: string): ColumnDefinition {
  return {
    schema: 'test',
    table: 't',
    orgTable: 't',
    name,
    orgName: name,
    collation: 255,
    length: 1024,
    type: ColumnType.varString,
    flags: 0,
    decimals: 0,
  };
}

/** The hooks of a server, and everything that happened to it. */
export class CannedServer implements ServerHooks {
  readonly serverVersion = '8.4.0-canned';
  readonly log: string[] = [];
  readonly sessions: CannedSession[] = [];
  readonly accounts = new Map<string, Account>();
  /** Connections that were counted and not given back. */
  open = 0;
  maxConnections = 100;
  #nextId = 1;

  addAccount(
    user: string,
    plugin: Account['plugin'],
    secret: Uint8Array,
    options: {requireTls?: boolean; locked?: boolean} = {},
  ): void {
    const {requireTls = false, locked = false} = options;
    this.accounts.set(user, {user, host: '%', plugin, secret, requireTls, locked});
  }

  connect(): number {
    if (this.open >= this.maxConnections) return -1;
    this.open++;
    return this.#nextId++;
  }

  disconnect(connectionId: number): void {
    this.open--;
    this.log.push(`disconnect ${connectionId}`);
  }

  account(user: string, _host: string, reply: (account: Account | undefined) => void): void {
    reply(this.accounts.get(user));
  }

  session(
    client: ClientInfo,
    account: Account,
    reply: (handler: SessionHandler | Failure) => void,
    connection: ConnectionControl,
  ): void {
    this.log.push(`session ${client.user} db=${client.database} secure=${client.secure}`);
    if (client.database === 'missing') {
      reply({errno: 1049, sqlState: '42000', message: "Unknown database 'missing'"});
      return;
    }
    const session = new CannedSession(this.log, client, account, connection);
    this.sessions.push(session);
    reply(session);
  }

  loginFailed(user: string): void {
    this.log.push(`failed ${user}`);
  }
}

/** One session of it. */
export class CannedSession implements SessionHandler {
  client: ClientInfo;
  account: Account;
  readonly connection: ConnectionControl;
  waitTimeout = 28800;
  closedCount = 0;
  drainedCount = 0;
  /** Ends a `block`; undefined when none is under way. */
  finish: (() => void) | undefined = undefined;
  readonly #log: string[];
  readonly #statements = new Map<number, string>();
  #nextStatement = 1;
  #resume: (() => void) | undefined = undefined;

  constructor(log: string[], client: ClientInfo, account: Account, connection: ConnectionControl) {
    this.#log = log;
    this.client = client;
    this.account = account;
    this.connection = connection;
  }

  query(sql: Uint8Array, at: number, end: number, out: ResultWriter, done: () => void): void {
    this.#run(Buffer.from(sql.subarray(at, end)).toString(), out, done);
  }

  prepare(sql: string, reply: (info: PreparedInfo | Failure) => void): void {
    this.#log.push(`prepare ${sql}`);
    if (sql === 'fail') {
      reply(SYNTAX);
      return;
    }
    const statementId = this.#nextStatement++;
    this.#statements.set(statementId, sql);
    const parameters = sql.split('?').length - 1;
    const columns = sql.startsWith('echo') ? [textColumn('echo')] : [];
    reply({statementId, parameters, columns, warnings: 0});
  }

  execute(
    statementId: number,
    parameters: readonly WireParameter[],
    types: Uint16Array,
    out: ResultWriter,
    done: () => void,
  ): void {
    const sql = this.#statements.get(statementId) ?? 'fail';
    if (!sql.startsWith('echo')) {
      this.#run(sql, out, done);
      return;
    }
    const shown = parameters.map((value, i) => show(value, types[i])).join(' ');
    this.#log.push(`execute ${shown}`);
    this.#rows(['echo'], [shown], out);
    done();
  }

  closeStatement(statementId: number): void {
    this.#log.push(`close ${statementId}`);
    this.#statements.delete(statementId);
  }

  resetStatement(statementId: number): void {
    this.#log.push(`reset statement ${statementId}`);
  }

  initDb(database: string, out: ResultWriter, done: () => void): void {
    this.#log.push(`init ${database}`);
    if (database === 'missing') out.error(1049, '42000', "Unknown database 'missing'");
    else out.ok({status: this.status(), schema: database});
    done();
  }

  fieldList(table: string, wildcard: string, out: ResultWriter, done: () => void): void {
    this.#log.push(`fields ${table} ${wildcard}`);
    out.columns([textColumn('a'), textColumn('b')], this.status());
    out.end({status: this.status()});
    done();
  }

  reset(out: ResultWriter, done: () => void): void {
    this.#log.push('reset');
    this.#statements.clear();
    out.ok({status: this.status()});
    done();
  }

  changeUser(client: ClientInfo, account: Account, out: ResultWriter, done: () => void): void {
    this.#log.push(`change ${client.user} db=${client.database}`);
    this.client = client;
    this.account = account;
    out.ok({status: this.status()});
    done();
  }

  statistics(): string {
    return 'Uptime: 1';
  }

  setMultiStatements(on: boolean): void {
    this.#log.push(`multi ${on}`);
  }

  kill(connectionId: number, out: ResultWriter, done: () => void): void {
    this.#log.push(`kill ${connectionId}`);
    out.ok({status: this.status()});
    done();
  }

  status(): number {
    return Status.autocommit;
  }

  waitTimeoutSeconds(): number {
    return this.waitTimeout;
  }

  closed(): void {
    this.closedCount++;
    this.#log.push(`closed ${this.client.user}`);
  }

  drained(): void {
    this.drainedCount++;
    this.#resume?.();
  }

  #run(sql: string, out: ResultWriter, done: () => void): void {
    this.#log.push(`query ${sql.slice(0, 60)}`);
    const [verb, ...words] = sql.split(' ');
    if (verb === 'rows') {
      this.#manyRows(Number(words[0]), Number(words[1]), out, done);
    } else if (verb === 'block') {
      this.finish = () => {
        this.finish = undefined;
        out.ok({status: this.status()});
        done();
      };
    } else {
      this.#answer(verb, words.join(' '), out);
      done();
    }
  }

  #answer(verb: string, rest: string, out: ResultWriter): void {
    const info: OkInfo = {status: this.status()};
    if (verb.toLowerCase() === 'select') this.#rows([rest.slice(0, 60)], [rest], out);
    else if (verb === 'two') {
      out.moreResults(true);
      this.#rows(['a'], ['first'], out);
      out.moreResults(false);
      this.#rows(['a'], ['second'], out);
    } else if (verb === 'use') out.ok({...info, schema: rest});
    else if (verb === 'fail') out.error(SYNTAX.errno, SYNTAX.sqlState, SYNTAX.message);
    else out.ok({...info, affectedRows: 3, lastInsertId: 7, info: 'fine'});
  }

  #rows(names: readonly string[], texts: readonly string[], out: ResultWriter): void {
    out.columns(names.map(textColumn), this.status());
    const at = out.rowBegin(texts.reduce((sum, text) => sum + text.length * 3 + LENENC_MAX, 2));
    let end = at;
    if (out.binary) {
      out.buffer[end++] = 0;
      out.buffer[end++] = 0;
    }
    for (const text of texts) end = putLenencText(out.buffer, end, text);
    out.rowEnd(end);
    out.end({status: this.status()});
  }

  /** Produces rows until the client does not keep up, and goes on when it has drained. */
  #manyRows(count: number, bytes: number, out: ResultWriter, done: () => void): void {
    out.columns([textColumn('bytes')], this.status());
    let left = count;
    const produce = (): void => {
      while (left > 0) {
        left--;
        const start = out.rowBegin(bytes + LENENC_MAX);
        const at = putLenencInt(out.buffer, start, bytes);
        out.buffer.fill(97 + (left % 26), at, at + bytes);
        if (!out.rowEnd(at + bytes) && left > 0) return;
      }
      this.#resume = undefined;
      out.end({status: this.status()});
      done();
    };
    this.#resume = produce;
    produce();
  }
}

/** A parameter in a form that tells types apart. */
function show(value: WireParameter, type: number): string {
  const sign = (type & UNSIGNED_PARAMETER) !== 0 ? 'u' : '';
  const name = `${type & 0xff}${sign}`;
  if (value instanceof Uint8Array) return `${name}:x${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'bigint') return `${name}:${value}n`;
  if (typeof value === 'object' && value !== null) return `${name}:${JSON.stringify(value)}`;
  return typeof value === 'string' ? `${name}:'${value}'` : `${name}:${value}`;
}
