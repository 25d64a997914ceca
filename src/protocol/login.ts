// The way of a connection from the first byte to an authenticated client, and again for COM_CHANGE_USER.
//
//     accepted ──greeting──> greeted ──SSL request──> (TLS) ──> greeted
//                              │ login packet                        COM_CHANGE_USER
//                              v                                            │
//                          looking up the account <─────────────────────────┘
//                              v
//                          dialogue (authentication.ts) ──denied──> ERR 1045, close
//                              v granted
//                          TLS demanded? locked? ──> ERR, close
//                              v
//                          admitted: the connection opens or changes the session
//
// Everything that is wrong before the login is done ends the connection.

import {BugError} from '../base/assert.ts';
import {SqlError} from '../base/sql-error.ts';
import type {TlsFacts} from '../env/network.ts';
import type {Account, ClientInfo, ServerHooks} from './api.ts';
import {
  Authentication,
  type AuthenticationContext,
  type AuthenticationPeer,
  type Verdict,
} from './auth/authentication.ts';
import {NONCE_BYTES, randomCharacters} from './auth/passwords.ts';
import {Capability, OFFERED_CAPABILITIES} from './constants.ts';
import {
  decodeChangeUser,
  decodeLogin,
  encodeGreeting,
  isTlsRequest,
  LOGIN_PACKET_MAX,
  type LoginPacket,
} from './login-packet.ts';
import type {PayloadReader} from './payload-reader.ts';

/** What a login needs of the server. */
export interface LoginServer {
  readonly hooks: ServerHooks;
  readonly authentication: AuthenticationContext;
  readonly offersTls: boolean;
  readonly requireSecureTransport: boolean;
}

/** What a login does to its connection. */
export interface LoginChannel {
  readonly connectionId: number;
  readonly host: string;
  readonly secure: boolean;
  readonly tls: TlsFacts | undefined;
  /** Sends one packet. */
  send(payload: Uint8Array): void;
  /** The next packet of the dialogue may come. */
  awaitAnswer(): void;
  /** Goes over to TLS; the login packet comes again afterwards. */
  startTls(): void;
  /** The capabilities in force are known. */
  negotiated(capabilities: number): void;
  /** Who the client is, is settled. */
  admit(client: ClientInfo, account: Account): void;
  /** Sends the error and closes. */
  refuse(error: SqlError): void;
}

type State = 'greeted' | 'lookup' | 'dialogue' | 'over';

export class Login implements AuthenticationPeer {
  readonly #server: LoginServer;
  readonly #channel: LoginChannel;
  #state: State = 'greeted';
  #nonce: Uint8Array = new Uint8Array(0);
  #packet: LoginPacket | undefined = undefined;
  #account: Account | undefined = undefined;
  #dialogue: Authentication | undefined = undefined;

  constructor(server: LoginServer, channel: LoginChannel) {
    this.#server = server;
    this.#channel = channel;
  }

  /** Sends the greeting. */
  greet(): void {
    const {hooks, authentication} = this.#server;
    this.#nonce = randomCharacters(authentication.random, NONCE_BYTES);
    const {connectionId} = this.#channel;
    this.#channel.send(encodeGreeting(hooks.serverVersion, connectionId, this.#nonce, this.#offered()));
    this.#channel.awaitAnswer();
  }

  /** A packet of the client before it is admitted. */
  packet(reader: PayloadReader): void {
    if (this.#state === 'dialogue') {
      this.#inDialogue().packet(reader.copy(reader.left));
      return;
    }
    if (this.#state !== 'greeted') throw new BugError(`a login packet in state ${this.#state}`);
    if (isTlsRequest(reader)) {
      if (this.#server.offersTls && !this.#channel.secure) {
        this.#channel.startTls();
        return;
      }
      this.#refuse(new SqlError('ER_HANDSHAKE_ERROR'));
      return;
    }
    this.#begin(decodeLogin(reader, this.#offered()), false);
  }

  /** COM_CHANGE_USER, behind its command byte. `capabilities` stay those of the first login. */
  changeUser(reader: PayloadReader, capabilities: number): void {
    const bounded = reader.left <= LOGIN_PACKET_MAX;
    this.#begin(bounded ? decodeChangeUser(reader, capabilities) : undefined, true);
  }

  /** The connection is gone. */
  abandon(): void {
    this.#state = 'over';
    this.#dialogue?.abandon();
  }

  ask(payload: Uint8Array): void {
    this.#channel.send(payload);
    this.#channel.awaitAnswer();
  }

  tell(payload: Uint8Array): void {
    this.#channel.send(payload);
  }

  verdict(verdict: Verdict, usedPassword: boolean): void {
    this.#nonce = this.#inDialogue().nonce;
    if (verdict === 'granted' && this.#account !== undefined) this.#granted(this.#account);
    else if (verdict === 'unsupported') this.#refuse(new SqlError('ER_NOT_SUPPORTED_AUTH_MODE'));
    else this.#deny(usedPassword);
  }

  #offered(): number {
    return this.#server.offersTls ? OFFERED_CAPABILITIES | Capability.ssl : OFFERED_CAPABILITIES;
  }

  #begin(packet: LoginPacket | undefined, again: boolean): void {
    if (packet === undefined) {
      this.#refuse(new SqlError('ER_HANDSHAKE_ERROR'));
      return;
    }
    this.#packet = packet;
    this.#channel.negotiated(packet.capabilities);
    if (this.#server.requireSecureTransport && !this.#channel.secure) {
      this.#refuse(new SqlError('ER_SECURE_TRANSPORT_REQUIRED'));
      return;
    }
    this.#state = 'lookup';
    this.#server.hooks.account(packet.user, this.#channel.host, account => this.#found(packet, account, again));
  }

  #found(packet: LoginPacket, account: Account | undefined, again: boolean): void {
    if (this.#state !== 'lookup') return;
    this.#state = 'dialogue';
    this.#account = account;
    const attempt = {
      account,
      plugin: packet.plugin,
      response: packet.response,
      nonce: this.#nonce,
      secure: this.#channel.secure,
      canSwitch: (packet.capabilities & Capability.pluginAuth) !== 0,
      mustSwitch: again,
    };
    this.#dialogue = new Authentication(this.#server.authentication, attempt, this);
    this.#dialogue.begin();
  }

  #granted(account: Account): void {
    const packet = this.#inPacket();
    const {connectionId, host, secure, tls} = this.#channel;
    if (account.requireTls && !secure) {
      this.#deny(account.secret.length > 0);
      return;
    }
    if (account.locked) {
      this.#refuse(new SqlError('ER_ACCOUNT_HAS_BEEN_LOCKED', packet.user, host));
      return;
    }
    this.#state = 'greeted';
    // A connection lives long, its login does not: nothing of it is kept but the nonce.
    this.#packet = this.#account = this.#dialogue = undefined;
    const {user, database, capabilities, collation, attributes} = packet;
    this.#channel.admit(
      {connectionId, user, host, database, capabilities, collation, secure, tls, attributes},
      account,
    );
  }

  #deny(usedPassword: boolean): void {
    const {user} = this.#inPacket();
    const {host} = this.#channel;
    this.#server.hooks.loginFailed(user, host);
    this.#refuse(new SqlError('ER_ACCESS_DENIED', user, host, usedPassword ? 'YES' : 'NO'));
  }

  #refuse(error: SqlError): void {
    this.#state = 'over';
    this.#channel.refuse(error);
  }

  #inDialogue(): Authentication {
    if (this.#dialogue === undefined) throw new BugError('a login has no dialogue');
    return this.#dialogue;
  }

  #inPacket(): LoginPacket {
    if (this.#packet === undefined) throw new BugError('a login has no packet');
    return this.#packet;
  }
}
