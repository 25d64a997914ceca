// The dialogue that decides whether a client knows the password of an account.
//
//     begin ──plugin differs──> switching ──response──┐
//       │                                             │
//       └──response───────────────────────────────────┤
//                                                     v
//     native ─────────────────────────────────────> granted | denied
//     caching_sha2   digest cached, proof right ──> 01 03, granted
//                    else 01 04 ──> password ──TLS: clear text──────────────┐
//                                      │──"02": 01 + public key ──> cipher ─┤
//                                      └──plain TCP: cipher ────────────────┤
//                                                                           v
//                                                  deriving (5000 rounds) ──> granted | denied
//
// A user that does not exist goes the same way with a decoy account that no password fits, so that neither the packets
// nor the time tell. The dialogue is a state machine without a clock: whoever owns the connection sets the deadline.

import {BugError} from '../../base/assert.ts';
import type {Crypto} from '../../env/crypto.ts';
import type {Random} from '../../env/random.ts';
import type {Account} from '../api.ts';
import {AuthPlugin, Header} from '../constants.ts';
import type {DerivationQueue} from './derivation-queue.ts';
import type {DigestCache} from './digest-cache.ts';
import {checkNative, checkSha2, NONCE_BYTES, randomCharacters, SHA2_PROOF_BYTES, sha2Digest, xor} from './passwords.ts';
import {formatStored, PASSWORD_MAX} from './sha256-crypt.ts';

const FAST_OK = 3;
const FULL_LOGIN = 4;
const KEY_REQUEST = 2;

/** What all logins of a primary share. */
export interface AuthenticationContext {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly derivations: DerivationQueue;
  readonly digests: DigestCache;
  /** Stands in for accounts that do not exist. */
  readonly decoy: Account;
}

/** An account that no password fits: its secret is random. */
export function decoyAccount(random: Random): Account {
  const digest = Buffer.from(randomCharacters(random, 43)).toString('latin1');
  const secret = formatStored(randomCharacters(random, 20), digest);
  return {user: '', host: '', plugin: AuthPlugin.cachingSha2, secret, requireTls: false, locked: false};
}

/** What the client has said so far. */
export interface AuthenticationAttempt {
  /** The account of that name, if there is one. */
  readonly account: Account | undefined;
  /** The client's choice of plugin and its first response. */
  readonly plugin: string;
  readonly response: Uint8Array;
  /** The challenge that response answers. */
  readonly nonce: Uint8Array;
  readonly secure: boolean;
  /** False for clients without pluginAuth, who know only mysql_native_password. */
  readonly canSwitch: boolean;
  /** True to ask again in any case (COM_CHANGE_USER, where clients differ in which challenge they answer). */
  readonly mustSwitch: boolean;
}

/** How a dialogue ends. */
export type Verdict = 'granted' | 'denied' | 'unsupported';

/** The connection's side of the dialogue. */
export interface AuthenticationPeer {
  /** Sends a packet; the client's answer goes to `Authentication.packet`. */
  ask(payload: Uint8Array): void;
  /** Sends a packet that has no answer. */
  tell(payload: Uint8Array): void;
  /** The end; called once, unless abandoned. */
  verdict(verdict: Verdict, usedPassword: boolean): void;
}

type State = 'begin' | 'switching' | 'password' | 'cipher' | 'deriving' | 'over';

export class Authentication {
  readonly #context: AuthenticationContext;
  readonly #attempt: AuthenticationAttempt;
  readonly #peer: AuthenticationPeer;
  readonly #account: Account;
  #nonce: Uint8Array;
  #state: State = 'begin';
  #usedPassword = false;
  #withdraw: (() => void) | undefined = undefined;

  constructor(context: AuthenticationContext, attempt: AuthenticationAttempt, peer: AuthenticationPeer) {
    this.#context = context;
    this.#attempt = attempt;
    this.#peer = peer;
    this.#account = attempt.account ?? context.decoy;
    this.#nonce = attempt.nonce;
  }

  /** The challenge the client answered last. */
  get nonce(): Uint8Array {
    return this.#nonce;
  }

  begin(): void {
    const {plugin, response, mustSwitch, canSwitch} = this.#attempt;
    if (plugin === this.#account.plugin && !(mustSwitch && canSwitch)) this.#response(response);
    else if (canSwitch) this.#switch();
    else this.#end('unsupported');
  }

  /** A packet of the client that answers an `ask`. */
  packet(payload: Uint8Array): void {
    switch (this.#state) {
      case 'switching':
        this.#response(payload);
        break;
      case 'password':
        this.#password(payload);
        break;
      case 'cipher':
        this.#cipher(payload);
        break;
      default:
        throw new BugError(`a login packet in state ${this.#state}`);
    }
  }

  /** The connection is gone; there will be no verdict. */
  abandon(): void {
    this.#state = 'over';
    this.#withdraw?.();
  }

  #switch(): void {
    this.#state = 'switching';
    this.#nonce = randomCharacters(this.#context.random, NONCE_BYTES);
    const name = Buffer.from(`${this.#account.plugin}\0`);
    this.#peer.ask(Buffer.concat([Buffer.of(Header.eof), name, this.#nonce, Buffer.of(0)]));
  }

  #response(response: Uint8Array): void {
    const empty = response.length === 0 || (response.length === 1 && response[0] === 0);
    this.#usedPassword = !empty;
    const {secret, plugin} = this.#account;
    if (empty || secret.length === 0) this.#decide(empty && secret.length === 0);
    else if (plugin === AuthPlugin.native) {
      this.#decide(checkNative(this.#context.crypto, secret, this.#nonce, response));
    } else this.#sha2Proof(response);
  }

  #sha2Proof(proof: Uint8Array): void {
    if (proof.length !== SHA2_PROOF_BYTES) {
      this.#decide(false);
      return;
    }
    const digest = this.#context.digests.find(this.#account);
    if (digest !== undefined && checkSha2(this.#context.crypto, digest, this.#nonce, proof)) {
      this.#peer.tell(Buffer.of(Header.authMoreData, FAST_OK));
      this.#decide(true);
      return;
    }
    this.#state = 'password';
    this.#peer.ask(Buffer.of(Header.authMoreData, FULL_LOGIN));
  }

  /** The answer to a demand for the password itself. */
  #password(payload: Uint8Array): void {
    if (this.#attempt.secure) {
      this.#clearText(payload);
      return;
    }
    if (payload.length !== 1 || payload[0] !== KEY_REQUEST) {
      this.#cipher(payload);
      return;
    }
    this.#state = 'cipher';
    const key = Buffer.from(this.#context.crypto.rsaPublicKey());
    this.#peer.ask(Buffer.concat([Buffer.of(Header.authMoreData), key]));
  }

  #cipher(payload: Uint8Array): void {
    const plain = this.#context.crypto.rsaDecrypt(payload);
    if (plain === undefined) {
      this.#decide(false);
      return;
    }
    this.#clearText(xor(plain, this.#nonce));
    plain.fill(0);
  }

  /** A password in clear text, with a zero byte behind it. */
  #clearText(payload: Uint8Array): void {
    const length = payload.indexOf(0);
    if (length !== payload.length - 1 || length > PASSWORD_MAX || length < 1) {
      this.#decide(false);
      return;
    }
    const password = new Uint8Array(payload.subarray(0, length));
    payload.fill(0);
    this.#state = 'deriving';
    this.#withdraw = this.#context.derivations.check(password, this.#account.secret, right => {
      if (right) this.#context.digests.add(this.#account, sha2Digest(this.#context.crypto, password));
      password.fill(0);
      this.#decide(right);
    });
  }

  /** The decoy is denied whatever was computed for it. */
  #decide(right: boolean): void {
    this.#end(right && this.#attempt.account !== undefined ? 'granted' : 'denied');
  }

  #end(verdict: Verdict): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#peer.verdict(verdict, this.#usedPassword);
  }
}
