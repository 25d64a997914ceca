// Connections between parts of one cluster: TLS with a key that both ends know beforehand (PSK, RFC 4279 and 5489). Who does not know the secret can neither listen nor speak, and reads nothing; a certificate is not needed.
//
// What is compared is done inside TLS (a MAC over the handshake), in constant time. The key exchange is elliptic: a secret that gets known later opens nothing that was recorded before.

import {createHash} from 'node:crypto';
import type {Server, Socket, TcpSocketConnectOpts} from 'node:net';
import {connect, createServer} from 'node:tls';
import type {Secret} from '../env/network.ts';

const IDENTITY = 'pando';
/** Node offers keys of this kind up to TLS 1.2 only. */
const PROTOCOL = {ciphers: 'ECDHE-PSK-CHACHA20-POLY1305', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2'} as const;
/** A peer that has not shown by then that it knows the secret is hung up on. Milliseconds. */
const HANDSHAKE_MS = 5000;

function keyOf(secret: Secret): Buffer {
  return createHash('sha256').update('pando cluster').update(secret).digest();
}

export function createSecretServer(
  settings: {noDelay: boolean; keepAlive: boolean; keepAliveInitialDelay: number},
  secret: Secret,
  accept: (socket: Socket) => void,
): Server {
  const key = keyOf(secret);
  const server = createServer({
    ...settings,
    ...PROTOCOL,
    handshakeTimeout: HANDSHAKE_MS,
    pskCallback: (_socket, identity) => (identity === IDENTITY ? key : null),
  });
  server.on('secureConnection', accept);
  // A stranger costs his own connection.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

export function connectSecret(settings: TcpSocketConnectOpts, secret: Secret): Socket {
  const key = keyOf(secret);
  return connect({
    ...settings,
    ...PROTOCOL,
    pskCallback: () => ({psk: key, identity: IDENTITY}),
    checkServerIdentity: () => undefined,
  });
}
