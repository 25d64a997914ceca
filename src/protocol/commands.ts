// Decodes command packets and hands them to the session.
//
// Each command is answered by exactly one call of `done`: by the session for what it executes, here for what the
// protocol knows by itself. Commands without a reply (close, long data) are done at once. A command that does not decode is
// answered by ERR 1835 and the connection goes on, because the packet's bounds are sound; an unknown one by 1047.

import {SqlError} from '../base/sql-error.ts';
import type {PreparedInfo, SessionHandler} from './api.ts';
import {Capability, Command} from './constants.ts';
import {decodeParameters} from './parameters.ts';
import type {PayloadReader} from './payload-reader.ts';
import {PreparedStatements, StatementParameters} from './prepared-statements.ts';
import type {PacketResultWriter} from './result-writer.ts';

/** In the flags of COM_STMT_EXECUTE: a parameter count is there even for a statement without parameters. */
const PARAMETER_COUNT_AVAILABLE = 0x08;

/** What commands do to their connection beyond replying. */
export interface CommandChannel {
  /** COM_QUIT. */
  quit(): void;
  /** COM_CHANGE_USER, behind its command byte. */
  changeUser(reader: PayloadReader): void;
}

export class Commands {
  readonly #handler: SessionHandler;
  readonly #out: PacketResultWriter;
  readonly #channel: CommandChannel;
  readonly #done: () => void;
  readonly #statements: PreparedStatements;
  /** Stands in for a statement while the attributes of COM_QUERY are read over. */
  readonly #noParameters = new StatementParameters(0);

  /** `done` must be the same function for the whole life of the connection. */
  constructor(
    handler: SessionHandler,
    out: PacketResultWriter,
    channel: CommandChannel,
    done: () => void,
    maxAllowedPacket: number,
  ) {
    this.#handler = handler;
    this.#out = out;
    this.#channel = channel;
    this.#done = done;
    this.#statements = new PreparedStatements(maxAllowedPacket);
  }

  /** All prepared statements are gone (COM_RESET_CONNECTION, COM_CHANGE_USER). */
  forgetStatements(): void {
    this.#statements.clear();
  }

  /** One command; `reader` stands at its first byte. */
  dispatch(reader: PayloadReader): void {
    const command = reader.u8();
    this.#out.start(command === Command.stmtExecute, command === Command.fieldList);
    switch (command) {
      case Command.query:
        this.#query(reader);
        break;
      case Command.stmtExecute:
        this.#execute(reader);
        break;
      case Command.stmtPrepare:
        this.#handler.prepare(reader.restText(), this.#prepared);
        break;
      case Command.stmtClose:
        this.#close(reader.u32());
        break;
      case Command.stmtSendLongData:
        this.#longData(reader);
        break;
      case Command.stmtReset:
        this.#resetStatement(reader);
        break;
      case Command.stmtFetch:
        this.#fetch(reader);
        break;
      case Command.ping:
      case Command.debug:
        this.#acknowledge(command === Command.debug);
        break;
      case Command.quit:
        this.#channel.quit();
        break;
      case Command.changeUser:
        this.#channel.changeUser(reader);
        break;
      default:
        this.#dispatchRare(command, reader);
        break;
    }
  }

  #dispatchRare(command: number, reader: PayloadReader): void {
    switch (command) {
      case Command.initDb:
        this.#handler.initDb(reader.restText(), this.#out, this.#done);
        break;
      case Command.fieldList:
        this.#fieldList(reader);
        break;
      case Command.resetConnection:
        this.#statements.clear();
        this.#handler.reset(this.#out, this.#done);
        break;
      case Command.statistics:
        this.#out.text(this.#handler.statistics());
        this.#done();
        break;
      case Command.setOption:
        this.#setOption(reader);
        break;
      case Command.processKill:
        this.#kill(reader);
        break;
      default:
        this.#fail(new SqlError('ER_UNKNOWN_COM'));
        break;
    }
  }

  #query(reader: PayloadReader): void {
    if ((this.#out.capabilities & Capability.queryAttributes) !== 0 && !this.#skipAttributes(reader)) {
      this.#malformed();
      return;
    }
    this.#handler.query(reader.bytes, reader.at, reader.end, this.#out, this.#done);
  }

  /** Query attributes stand before the statement's text: their number, the number of sets (1), then as parameters. */
  #skipAttributes(reader: PayloadReader): boolean {
    const total = reader.lenenc();
    const sets = reader.lenenc();
    return sets === 1 && decodeParameters(reader, this.#noParameters, total, true);
  }

  #execute(reader: PayloadReader): void {
    const id = reader.u32();
    const flags = reader.u8();
    const iterations = reader.u32();
    const statement = this.#statements.find(id);
    if (statement === undefined) {
      this.#unknownStatement(id, 'mysqld_stmt_execute');
      return;
    }
    if (statement.longFault !== undefined) {
      this.#failExecution(statement, statement.longFault);
      return;
    }
    const named = (this.#out.capabilities & Capability.queryAttributes) !== 0;
    const counted = named && (statement.count > 0 || (flags & PARAMETER_COUNT_AVAILABLE) !== 0);
    const total = counted ? reader.lenenc() : statement.count;
    if (iterations !== 1 || !decodeParameters(reader, statement, total, named)) {
      this.#failExecution(statement, new SqlError('ER_MALFORMED_PACKET'));
      return;
    }
    this.#statements.dropLongData(statement);
    this.#handler.execute(id, statement.values, statement.types, this.#out, this.#done);
  }

  readonly #prepared = (info: PreparedInfo | {errno: number; sqlState: string; message: string}): void => {
    if ('errno' in info) this.#out.error(info.errno, info.sqlState, info.message);
    else {
      this.#statements.open(info.statementId, info.parameters);
      this.#out.prepared(info, this.#handler.status());
    }
    this.#done();
  };

  #close(id: number): void {
    if (this.#statements.close(id)) this.#handler.closeStatement(id);
    this.#done();
  }

  #longData(reader: PayloadReader): void {
    const id = reader.u32();
    const index = reader.u16();
    if (!reader.failed) this.#statements.addLongData(id, index, reader.copy(reader.left));
    this.#done();
  }

  #resetStatement(reader: PayloadReader): void {
    const id = reader.u32();
    const statement = this.#statements.find(id);
    if (statement === undefined) {
      this.#unknownStatement(id, 'mysqld_stmt_reset');
      return;
    }
    this.#statements.dropLongData(statement);
    this.#handler.resetStatement(id);
    this.#acknowledge(false);
  }

  /** No statement ever opens a cursor: a client that asks for one gets its rows at once, which the protocol allows. */
  #fetch(reader: PayloadReader): void {
    const id = reader.u32();
    if (this.#statements.find(id) === undefined) {
      this.#unknownStatement(id, 'mysqld_stmt_fetch');
      return;
    }
    this.#fail(new SqlError('ER_STMT_HAS_NO_OPEN_CURSOR', id));
  }

  #fieldList(reader: PayloadReader): void {
    const table = reader.zeroText();
    const wildcard = reader.restText();
    if (reader.failed) {
      this.#malformed();
      return;
    }
    this.#handler.fieldList(table, wildcard, this.#out, this.#done);
  }

  #setOption(reader: PayloadReader): void {
    const option = reader.u16();
    if (reader.failed) {
      this.#malformed();
      return;
    }
    if (option > 1) {
      this.#fail(new SqlError('ER_UNKNOWN_COM'));
      return;
    }
    this.#handler.setMultiStatements(option === 0);
    this.#acknowledge(true);
  }

  #kill(reader: PayloadReader): void {
    const id = reader.u32();
    if (reader.failed) {
      this.#malformed();
      return;
    }
    this.#handler.kill(id, this.#out, this.#done);
  }

  /** OK, or the packet that ends a result set, which some commands are answered by. */
  #acknowledge(asEnd: boolean): void {
    const info = {status: this.#handler.status()};
    if (asEnd) this.#out.end(info);
    else this.#out.ok(info);
    this.#done();
  }

  #unknownStatement(id: number, where: string): void {
    this.#fail(new SqlError('ER_UNKNOWN_STMT_HANDLER', id, where));
  }

  #failExecution(statement: StatementParameters, error: SqlError): void {
    this.#statements.dropLongData(statement);
    this.#fail(error);
  }

  #malformed(): void {
    this.#fail(new SqlError('ER_MALFORMED_PACKET'));
  }

  #fail(error: SqlError): void {
    this.#out.error(error.errno, error.sqlState, error.message);
    this.#done();
  }
}
