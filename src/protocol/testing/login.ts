// A server with accounts in a world moved by hand, and the way to a logged-in client.

import {deepEqual} from 'node:assert/strict';
import type {ServerOptions} from '../api.ts';
import {cachingSha2Secret, nativeSecret} from '../auth/passwords.ts';
import {nativeProof} from '../client/proof.ts';
import {AuthPlugin} from '../constants.ts';
import type {ProtocolEnv} from '../server.ts';
import {MysqlServer} from '../server.ts';
import {CannedServer, type CannedSession} from './canned-session.ts';
import {fakeWorld, type ManualClock} from './fake-world.ts';
import {loginPayload, WireClient} from './wire-client.ts';

export interface Stage {
  readonly world: ProtocolEnv & {readonly clock: ManualClock};
  readonly hooks: CannedServer;
  readonly server: MysqlServer;
}

/** Accounts: `native` (password "pw"), `sha` ("secret"), `empty` (none), `locked` and `tls` (native, "pw"). */
export function stage(options: ServerOptions = {}): Stage {
  const world = fakeWorld(1);
  const hooks = new CannedServer();
  const native = nativeSecret(world.crypto, 'pw');
  hooks.addAccount('native', AuthPlugin.native, native);
  hooks.addAccount('sha', AuthPlugin.cachingSha2, cachingSha2Secret(world.crypto, world.random, 'secret'));
  hooks.addAccount('empty', AuthPlugin.cachingSha2, new Uint8Array(0));
  hooks.addAccount('locked', AuthPlugin.native, native, {locked: true});
  hooks.addAccount('tls', AuthPlugin.native, native, {requireTls: true});
  return {world, hooks, server: new MysqlServer(world, hooks, options)};
}

/** A client that has logged in as `native`. */
export function loggedIn(set: Stage, capabilities?: number): {client: WireClient; session: CannedSession} {
  const client = new WireClient(set.server);
  const response = nativeProof(set.world.crypto, 'pw', client.nonce);
  const fields = {user: 'native', plugin: AuthPlugin.native, response};
  const payload = loginPayload(capabilities === undefined ? fields : {...fields, capabilities});
  const [ok] = client.send(1, payload);
  deepEqual([ok.sequence, ok.payload[0]], [2, 0]);
  const session = set.hooks.sessions.at(-1);
  if (session === undefined) throw new Error('no session was opened');
  return {client, session};
}
