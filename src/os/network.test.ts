import assert from 'node:assert/strict';
import {connect, type Socket as NodeSocket} from 'node:net';
import {test} from 'node:test';
import {connect as connectTls} from 'node:tls';
import type {Listener, Socket} from '../env/network.ts';
import {selfSignedCertificate} from './certificate.ts';
import {NodeNetwork} from './network.ts';

const HOST = '127.0.0.1';
const network = new NodeNetwork();
const MiB = 1024 * 1024;

interface Pair {
  readonly listener: Listener;
  readonly server: Socket;
  readonly client: NodeSocket;
}

function listen(port = 0, shared = false): Promise<{listener: Listener; accepted: Socket[]}> {
  const accepted: Socket[] = [];
  return new Promise((resolve, reject) => {
    const accept = (socket: Socket): void => {
      accepted.push(socket);
    };
    const listener = network.listen({host: HOST, port, shared}, accept, error => {
      if (error === undefined) resolve({listener, accepted});
      else reject(error);
    });
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setImmediate(resolve));
}

async function pair(): Promise<Pair> {
  const {listener, accepted} = await listen();
  const client = connect({host: HOST, port: listener.port});
  await until(() => accepted.length === 1);
  return {listener, server: accepted[0], client};
}

function end({listener, client}: Pair): void {
  client.destroy();
  listener.close();
}

test('bytes go both ways, and a closed peer is told once', async () => {
  const both = await pair();
  const {server, client} = both;
  let heard = '';
  let closed = 0;
  server.onData = chunk => {
    heard += Buffer.from(chunk).toString();
    assert.ok(server.write(Buffer.from(`got ${heard}`)));
  };
  server.onClose = () => {
    closed++;
  };
  let answer = '';
  client.on('data', chunk => {
    answer += chunk.toString();
  });
  client.write('hello');
  await until(() => answer === 'got hello');
  assert.equal(server.remoteAddress, HOST);
  assert.equal(server.remotePort, client.localPort);
  client.destroy();
  await until(() => closed > 0);
  server.destroy();
  assert.equal(closed, 1);
  assert.ok(server.write(Buffer.from('into the void')));
  end(both);
});

test('a write that is not taken says so, keeps its bytes, and tells when all is taken', async () => {
  const both = await pair();
  const {server, client} = both;
  let drains = 0;
  server.onDrain = () => {
    drains++;
  };
  client.pause();
  let sent = 0;
  while (server.write(Buffer.alloc(MiB, sent / MiB))) sent += MiB;
  sent += MiB;
  assert.ok(server.queued > 0);
  server.write(Buffer.alloc(MiB, sent / MiB));
  sent += MiB;
  let received = 0;
  client.on('data', chunk => {
    for (let at = 0; at < chunk.length; at += 4096) assert.equal(chunk[at], Math.floor((received + at) / MiB));
    received += chunk.length;
  });
  client.resume();
  await until(() => received === sent);
  await until(() => drains > 0);
  assert.equal(drains, 1);
  assert.equal(server.queued, 0);
  assert.ok(server.write(Buffer.from('x')));
  end(both);
});

test('a reset by the peer is an end, not an error', async () => {
  const both = await pair();
  let closed = false;
  both.server.onClose = () => {
    closed = true;
  };
  both.client.resetAndDestroy();
  await until(() => closed);
  end(both);
});

test('TLS begins in place with bytes that were read before, and large data drains', async () => {
  const both = await pair();
  const {server, client} = both;
  const credentials = selfSignedCertificate({commonName: 'x', names: [HOST], notBefore: new Date(), days: 1});
  let upgraded = false;
  let heard = '';
  server.onData = first => {
    server.onData = chunk => {
      heard += Buffer.from(chunk).toString();
    };
    server.startTls(credentials, first, () => {
      upgraded = true;
    });
  };
  const secure = connectTls({
    socket: client,
    ca: credentials.certificate,
    host: HOST,
    checkServerIdentity: () => undefined,
  });
  await until(() => upgraded && secure.authorized);
  assert.ok(server.secure);
  secure.write('over tls');
  await until(() => heard === 'over tls');

  let drained = 0;
  server.onDrain = () => {
    drained++;
  };
  const reused = Buffer.alloc(10_000, 1);
  let sent = 0;
  for (let more = true; more; sent += reused.length) {
    more = server.write(reused);
    if (more) reused.fill(1);
  }
  let received = 0;
  secure.on('data', chunk => {
    assert.ok(chunk.every((byte: number) => byte === 1));
    received += chunk.length;
  });
  await until(() => received === sent && drained === 1);
  secure.destroy();
  end(both);
});

test('a TLS handshake that is nonsense closes the connection and nothing else', async () => {
  const both = await pair();
  const credentials = selfSignedCertificate({commonName: 'x', names: [], notBefore: new Date(), days: 1});
  let closed = 0;
  both.server.onClose = () => {
    closed++;
  };
  both.server.startTls(credentials, Buffer.from('GET / HTTP/1.1\r\n\r\n'), () => assert.fail('no handshake'));
  await until(() => closed === 1);
  end(both);
});

test('a port is shared only by those that all say so', async () => {
  const first = await listen(0, true);
  const second = await listen(first.listener.port, true);
  await assert.rejects(listen(first.listener.port, false), {code: 'EADDRINUSE'});
  first.listener.close();
  const client = connect({host: HOST, port: second.listener.port});
  await until(() => second.accepted.length === 1);
  client.destroy();
  second.listener.close();
});
