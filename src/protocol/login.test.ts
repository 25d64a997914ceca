// The login, driven through a connection on a socket that is the test itself.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {nativeProof, sha2Proof} from './client/proof.ts';
import {AuthPlugin, Capability, OFFERED_CAPABILITIES} from './constants.ts';
import {loggedIn, stage} from './testing/login.ts';
import {bytes, errorText, int, loginPayload, packet, WireClient} from './testing/wire-client.ts';

const TLS = {certificate: '', privateKey: ''};
const BAD_HANDSHAKE = '1043 Bad handshake';

test('the greeting announces what the server is', () => {
  const set = stage();
  const client = new WireClient(set.server);
  assert.equal(client.nonce.length, 20);
  const modern = new WireClient(stage({tls: TLS}).server);
  assert.notEqual(client.nonce.toString('hex'), '');
  assert.ok(modern.nonce.every(byte => byte > 0 && byte < 128));
});

test('a native password logs in at once, a wrong one is denied in the words of MySQL', () => {
  const set = stage();
  const {client, session} = loggedIn(set);
  assert.equal(session.client.user, 'native');
  assert.equal(session.client.host, '10.0.0.9');
  assert.ok(!client.socket.ended);

  const other = new WireClient(set.server);
  const response = nativeProof(set.world.crypto, 'no', other.nonce);
  const [error] = other.send(1, loginPayload({user: 'native', plugin: AuthPlugin.native, response}));
  assert.equal(errorText(error.payload), "1045 #28000Access denied for user 'native'@'10.0.0.9' (using password: YES)");
  assert.equal(error.sequence, 2);
  assert.ok(other.socket.ended);
  assert.ok(set.hooks.log.includes('failed native'));
});

test('a client with another plugin is asked to switch, with a fresh challenge', () => {
  const set = stage();
  const client = new WireClient(set.server);
  const [request] = client.send(1, loginPayload({user: 'native', response: new Uint8Array(32)}));
  assert.equal(request.sequence, 2);
  assert.equal(request.payload.toString('latin1', 0, 23), '\xfemysql_native_password\0');
  const nonce = request.payload.subarray(23, 43);
  assert.notDeepEqual(nonce, client.nonce);
  const [ok] = client.send(3, nativeProof(set.world.crypto, 'pw', nonce));
  assert.deepEqual([ok.sequence, ok.payload[0]], [4, 0]);
});

test('a client that cannot switch is told so', () => {
  const client = new WireClient(stage().server);
  const capabilities = Capability.protocol41 | Capability.secureConnection;
  const [error] = client.send(1, loginPayload({user: 'sha', response: new Uint8Array(20), capabilities}));
  assert.equal(errorText(error.payload).slice(0, 11), '1251 #08004');
});

test('caching_sha2: first by the password under RSA, then by the digest', () => {
  const set = stage();
  const first = new WireClient(set.server);
  const login = (client: WireClient): Buffer =>
    loginPayload({user: 'sha', response: sha2Proof(set.world.crypto, 'secret', client.nonce)});
  assert.deepEqual(
    first.send(1, login(first)).map(one => one.payload.toString('hex')),
    ['0104'],
  );
  const [key] = first.send(3, 2);
  assert.equal(key.payload[0], 1);
  assert.match(key.payload.toString('latin1', 1), /^-----BEGIN PUBLIC KEY-----/);
  const [denied] = first.send(5, Buffer.alloc(256, 1));
  assert.equal(errorText(denied.payload).slice(0, 11), '1045 #28000');

  const secure = new WireClient(set.server);
  secure.socket.secure = true;
  secure.send(1, login(secure));
  assert.deepEqual(secure.send(3, 'secret\0'), []);
  set.world.clock.turns();
  assert.deepEqual(
    secure.received().map(one => [one.sequence, one.payload[0]]),
    [[4, 0]],
  );

  const fast = new WireClient(set.server);
  const answer = fast.send(1, login(fast));
  assert.deepEqual(
    answer.map(one => one.payload.toString('hex', 0, 2)),
    ['0103', '0000'],
  );
  assert.deepEqual(
    answer.map(one => one.sequence),
    [2, 3],
  );
});

test('a changed password makes the digest useless', () => {
  const set = stage();
  const secure = new WireClient(set.server);
  secure.socket.secure = true;
  const response = sha2Proof(set.world.crypto, 'secret', secure.nonce);
  secure.send(1, loginPayload({user: 'sha', response}));
  secure.send(3, 'secret\0');
  set.world.clock.turns();
  const account = set.hooks.accounts.get('sha') ?? assert.fail();
  const other = new Uint8Array(account.secret);
  other[30] ^= 1;
  set.hooks.addAccount('sha', AuthPlugin.cachingSha2, other);
  const later = new WireClient(set.server);
  const proof = sha2Proof(set.world.crypto, 'secret', later.nonce);
  const [more] = later.send(1, loginPayload({user: 'sha', response: proof}));
  assert.equal(more.payload.toString('hex'), '0104');
});

test('an unknown user sees the same packets as a known one with a wrong password', () => {
  const set = stage();
  const seen = ['sha', 'nobody', '__proto__'].map(user => {
    const client = new WireClient(set.server);
    client.socket.secure = true;
    const shapes = client.send(1, loginPayload({user, response: sha2Proof(set.world.crypto, 'x', client.nonce)}));
    shapes.push(...client.send(3, 'x\0'));
    const turns = set.world.clock.turns();
    shapes.push(...client.received());
    const [question, error] = shapes;
    const text = errorText(error.payload).replace(user, '?');
    return [shapes.length, question.payload.toString('hex'), text, turns];
  });
  assert.deepEqual(seen[1], seen[0]);
  assert.deepEqual(seen[2], seen[0]);
  assert.ok(set.hooks.log.includes('failed nobody'));
});

test('the empty password opens only accounts without one', () => {
  const set = stage();
  for (const response of [new Uint8Array(0), new Uint8Array(1)]) {
    const [ok] = new WireClient(set.server).send(1, loginPayload({user: 'empty', response}));
    assert.equal(ok.payload[0], 0);
    const [no] = new WireClient(set.server).send(1, loginPayload({user: 'sha', response}));
    assert.match(errorText(no.payload), /^1045 .*\(using password: NO\)$/);
    const [nobody] = new WireClient(set.server).send(1, loginPayload({user: 'nobody', response}));
    assert.match(errorText(nobody.payload), /^1045 .*\(using password: NO\)$/);
  }
  const [given] = new WireClient(set.server).send(1, loginPayload({user: 'empty', response: new Uint8Array(32)}));
  assert.match(errorText(given.payload), /^1045 .*\(using password: YES\)$/);
});

test('accounts may be locked or demand TLS', () => {
  const set = stage();
  const attempt = (user: string, secure: boolean): Buffer => {
    const client = new WireClient(set.server);
    client.socket.secure = secure;
    const response = nativeProof(set.world.crypto, 'pw', client.nonce);
    return client.send(1, loginPayload({user, plugin: AuthPlugin.native, response}))[0].payload;
  };
  assert.match(errorText(attempt('locked', false)), /^3118 .*Account is locked\.$/);
  assert.match(errorText(attempt('tls', false)), /^1045 /);
  assert.equal(attempt('tls', true)[0], 0);
  const strict = new WireClient(stage({requireSecureTransport: true}).server);
  assert.match(errorText(strict.send(1, loginPayload({user: 'empty'}))[0].payload), /^3159 /);
});

test('a database that does not exist refuses the login, one that exists is handed on', () => {
  const set = stage();
  const [error] = new WireClient(set.server).send(1, loginPayload({user: 'empty', database: 'missing'}));
  assert.match(errorText(error.payload), /^1049 #42000Unknown database/);
  new WireClient(set.server).send(1, loginPayload({user: 'empty', database: 'shop'}));
  assert.equal(set.hooks.sessions.at(-1)?.client.database, 'shop');
});

test('connection attributes are kept', () => {
  const set = stage();
  const client = new WireClient(set.server);
  client.send(1, loginPayload({user: 'empty', capabilities: OFFERED_CAPABILITIES}));
  assert.deepEqual([...(set.hooks.sessions[0]?.client.attributes ?? [])], [['key', 'val']]);
});

test('TLS starts with the bytes that came behind the request, and nothing of them is taken for a login', () => {
  const set = stage({tls: TLS});
  const client = new WireClient(set.server);
  const request = packet(1, int(OFFERED_CAPABILITIES | Capability.ssl, 4), int(1 << 24, 4), 255, Buffer.alloc(23));
  const injected = packet(2, loginPayload({user: 'empty'}));
  client.socket.onData(Buffer.concat([request, injected]));
  assert.deepEqual(client.received(), []);
  assert.deepEqual(client.socket.tlsFirst, injected);
  assert.equal(set.hooks.sessions.length, 0);
  client.socket.tlsReady?.();
  const [ok] = client.send(2, loginPayload({user: 'empty'}));
  assert.deepEqual([ok.sequence, ok.payload[0]], [3, 0]);
  assert.ok(set.hooks.sessions[0]?.client.secure);
});

test('TLS that was not offered, or is asked for twice, is a bad handshake', () => {
  const request = bytes(int(OFFERED_CAPABILITIES | Capability.ssl, 4), int(1 << 24, 4), 255, Buffer.alloc(23));
  const plain = new WireClient(stage().server);
  assert.equal(errorText(plain.send(1, request)[0].payload), BAD_HANDSHAKE);
  const twice = new WireClient(stage({tls: TLS}).server);
  twice.send(1, request);
  twice.socket.tlsReady?.();
  assert.equal(errorText(twice.send(2, request)[0].payload), BAD_HANDSHAKE);
});

test('a client that says nothing is told and cut off', () => {
  const set = stage();
  const client = new WireClient(set.server);
  set.world.clock.pass(9_000);
  assert.ok(!client.socket.ended);
  set.world.clock.pass(3_000);
  assert.match(errorText(client.received()[0].payload), /^1159 /);
  assert.ok(client.socket.ended && !client.socket.destroyed);
  set.world.clock.pass(4_000);
  assert.ok(client.socket.destroyed);
  assert.equal(set.hooks.open, 0);
  assert.equal(set.world.clock.pendingTimers, 0);
});

test('dripping bytes do not extend the time for a login', () => {
  const set = stage();
  const client = new WireClient(set.server);
  for (let second = 0; second < 12; second++) {
    client.socket.onData(Buffer.of(second === 0 ? 40 : 0));
    set.world.clock.pass(1_000);
  }
  assert.ok(client.socket.ended);
});

test('before the login no packet may be large, whatever it claims', () => {
  const client = new WireClient(stage().server);
  client.socket.onData(Buffer.of(0x01, 0x40, 0x00, 0x01));
  assert.match(errorText(client.received()[0].payload), /^1153 /);
  assert.ok(client.socket.ended);
});

test('a login out of order is refused', () => {
  const client = new WireClient(stage().server);
  assert.match(errorText(client.send(3, loginPayload({user: 'empty'}))[0].payload), /^1156 /);
  assert.ok(client.socket.ended);
});

test('too many connections are refused before the greeting', () => {
  const set = stage();
  set.hooks.maxConnections = 1;
  new WireClient(set.server);
  const second = new WireClient(set.server);
  assert.equal(second.nonce.length, 0);
  assert.ok(second.socket.ended);
  assert.equal(set.hooks.open, 1);
});

test('a client that leaves while its password is derived leaves nothing behind', () => {
  const set = stage();
  const client = new WireClient(set.server);
  client.socket.secure = true;
  client.send(1, loginPayload({user: 'sha', response: sha2Proof(set.world.crypto, 'secret', client.nonce)}));
  client.send(3, 'secret\0');
  client.socket.destroy();
  set.world.clock.turns();
  assert.equal(set.hooks.sessions.length, 0);
  assert.equal(set.hooks.open, 0);
});

test('any login packet ends in a session, a question or an error, never in an exception', () => {
  const valid = loginPayload({user: 'native', database: 'shop', capabilities: OFFERED_CAPABILITIES});
  const edits = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), {maxLength: 6});
  const cut = fc.nat(valid.length);
  const noise = fc.uint8Array({maxLength: 200});
  const set = stage({tls: TLS});
  set.hooks.maxConnections = Number.POSITIVE_INFINITY;
  const outcome = (payload: Uint8Array): void => {
    const client = new WireClient(set.server);
    const answers = client.send(1, payload);
    if (client.socket.tlsReady === undefined) assert.ok(answers.length > 0);
    else assert.equal(answers.length, 0);
    if (answers.at(-1)?.payload[0] === 0xff) assert.ok(client.socket.ended);
    client.socket.destroy();
  };
  fc.assert(
    fc.property(edits, cut, (changes, length) => {
      const payload = Buffer.from(valid.subarray(0, length));
      for (const [at, value] of changes) if (at < length) payload[at] = value;
      outcome(payload);
    }),
    {numRuns: 500},
  );
  fc.assert(fc.property(noise, outcome), {numRuns: 300});
  assert.equal(set.hooks.open, 0);
});
