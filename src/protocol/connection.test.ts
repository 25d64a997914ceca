// Commands on a logged-in connection, driven byte by byte.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {BugError} from '../base/assert.ts';
import {nativeProof, sha2Proof} from './client/proof.ts';
import {AuthPlugin, Capability, ColumnType, Command, OFFERED_CAPABILITIES} from './constants.ts';
import {loggedIn, stage} from './testing/login.ts';
import {bytes, errorText, int, packet, unpack, type WireClient} from './testing/wire-client.ts';

const PLAIN = OFFERED_CAPABILITIES & ~Capability.queryAttributes & ~Capability.connectAttributes;

function firstBytes(packets: readonly {payload: Buffer}[]): number[] {
  return packets.map(one => one.payload[0]);
}

function query(client: WireClient, sql: string): string[] {
  return client.command(Command.query, sql).map(one => one.payload.toString('latin1'));
}

test('commands that wait behind each other are answered by one write, in order', () => {
  const {client} = loggedIn(stage(), PLAIN);
  const burst = ['a', 'b', 'c'].map(word => packet(0, Command.query, `select ${word}`));
  client.socket.onData(Buffer.concat([...burst, packet(0, Command.ping)]));
  assert.equal(client.socket.writes.length, 1);
  const rows = client.received().filter(one => one.sequence === 3);
  assert.deepEqual(
    rows.map(one => one.payload.toString('latin1', 1)),
    ['a', 'b', 'c'],
  );
});

test('however commands are cut into chunks, the replies are the same', () => {
  const stream = Buffer.concat([
    packet(0, Command.query, 'select one'),
    packet(0, Command.ping),
    packet(0, Command.stmtPrepare, 'echo ?'),
    packet(0, Command.stmtExecute, int(1, 4), 0, int(1, 4), 0, 1, int(ColumnType.varString, 2), 3, 'abc'),
    packet(0, Command.fieldList, 't', 0, '%'),
    packet(0, Command.query, 'two'),
  ]);
  const run = (sizes: readonly number[]): string => {
    const {client} = loggedIn(stage(), PLAIN);
    let at = 0;
    for (const size of sizes) {
      client.socket.onData(Buffer.from(stream.subarray(at, at + size)));
      at += size;
    }
    client.socket.onData(stream.subarray(at));
    return Buffer.concat(client.socket.writes).toString('hex');
  };
  const whole = run([]);
  fc.assert(
    fc.property(fc.array(fc.nat(20), {maxLength: 20}), sizes => assert.equal(run(sizes), whole)),
    {numRuns: 50},
  );
});

test('a command that blocks holds back the next, and its end goes on with it', () => {
  const {client, session} = loggedIn(stage(), PLAIN);
  client.socket.onData(Buffer.concat([packet(0, Command.query, 'block'), packet(0, Command.query, 'select next')]));
  assert.deepEqual(client.received(), []);
  session.finish?.();
  assert.equal(client.socket.writes.length, 1);
  assert.equal(client.received().length, 1 + 4);
});

test('a pipeline that is too long pauses the socket until the command is done', () => {
  const set = stage();
  const {client, session} = loggedIn(set, PLAIN);
  client.command(Command.query, 'block');
  const ping = packet(0, Command.ping);
  const flood = Buffer.concat(Array.from({length: 60_000}, () => ping));
  client.socket.onData(flood);
  assert.ok(client.socket.paused);
  session.finish?.();
  set.world.clock.turns();
  assert.ok(!client.socket.paused);
  assert.equal(client.received().length, 60_001);
});

test('a long pipeline is spread over turns', () => {
  const set = stage();
  const {client} = loggedIn(set, PLAIN);
  const ping = packet(0, Command.ping);
  client.socket.onData(Buffer.concat(Array.from({length: 1000}, () => ping)));
  assert.ok(client.received().length < 1000);
  assert.ok(set.world.clock.turns() > 3);
  client.socket.onData(ping);
  set.world.clock.turns();
  const rest = client.received().length;
  assert.ok(rest > 800, `${rest}`);
});

test('a pipeline that comes faster than it is answered pauses the socket too', () => {
  const set = stage();
  const {client} = loggedIn(set, PLAIN);
  const chunk = Buffer.concat(Array.from({length: 12_000}, () => packet(0, Command.ping)));
  let chunks = 0;
  for (; !client.socket.paused; chunks++) {
    client.socket.onData(chunk);
    assert.ok(chunks < 10);
  }
  set.world.clock.turns();
  assert.ok(!client.socket.paused);
  assert.equal(client.received().length, chunks * 12_000);
});

test('a client that leaves in the middle of a command closes its session once, and the late end is harmless', () => {
  const set = stage();
  const {client, session} = loggedIn(set, PLAIN);
  client.command(Command.query, 'block');
  const finish = session.finish;
  client.socket.destroy();
  client.socket.onClose();
  assert.equal(session.closedCount, 1);
  finish?.();
  assert.deepEqual(client.received(), []);
  assert.equal(set.hooks.open, 0);
  assert.equal(set.server.connectionCount, 0);
});

test('a session that ends a command twice is found out', () => {
  const {client, session} = loggedIn(stage(), PLAIN);
  client.command(Command.query, 'block');
  const finish = session.finish;
  finish?.();
  assert.throws(() => finish?.(), BugError);
});

test('quit closes without a word', () => {
  const set = stage();
  const {client, session} = loggedIn(set, PLAIN);
  assert.deepEqual(client.command(Command.quit), []);
  assert.ok(client.socket.ended);
  assert.equal(session.closedCount, 1);
  client.socket.destroy();
  assert.equal(session.closedCount, 1);
  assert.equal(set.hooks.open, 0);
});

test('rows stop when the client does not take them, and go on when it does', () => {
  const {client, session} = loggedIn(stage(), PLAIN);
  client.socket.takes = false;
  client.socket.onData(packet(0, Command.query, 'rows 100 10000'));
  assert.ok(client.socket.queued < 300_000, `${client.socket.queued} bytes queued`);
  client.socket.onData(packet(0, Command.ping));
  const stream: Buffer[] = [];
  for (let i = 0; i < 50 && client.socket.queued > 0; i++) {
    const before = client.socket.writes.length;
    client.socket.drain();
    stream.push(...client.socket.writes.splice(0));
    client.socket.takes = i > 2;
    assert.ok(before === 0);
  }
  assert.ok(session.drainedCount > 0);
  stream.push(...client.socket.writes);
  assert.equal(unpack(Buffer.concat(stream)).length, 2 + 100 + 1 + 1);
});

test('a client that takes nothing for a minute is cut off', () => {
  const set = stage();
  const {client, session} = loggedIn(set, PLAIN);
  client.socket.takes = false;
  client.socket.onData(packet(0, Command.query, 'rows 100 10000'));
  set.world.clock.pass(65_000);
  assert.ok(client.socket.destroyed);
  assert.equal(session.closedCount, 1);
});

test('an idle connection is closed after its wait_timeout, with the words for it', () => {
  const set = stage();
  const {client, session} = loggedIn(set, PLAIN);
  session.waitTimeout = 30;
  set.world.clock.pass(25_000);
  query(client, 'ok');
  set.world.clock.pass(25_000);
  assert.ok(!client.socket.ended);
  set.world.clock.pass(7_000);
  const [notice] = client.received();
  assert.match(errorText(notice.payload), /^4031 /);
  assert.equal(notice.sequence, 0);
  assert.equal(session.closedCount, 1);
});

test('a command under way is not idle', () => {
  const set = stage();
  const {client, session} = loggedIn(set, PLAIN);
  session.waitTimeout = 5;
  client.command(Command.query, 'block');
  set.world.clock.pass(60_000);
  session.finish?.();
  assert.deepEqual(firstBytes(client.received()), [0]);
  assert.ok(!client.socket.ended);
});

test('a packet that stops half-way is not waited for as long as an idle client', () => {
  const set = stage();
  const {client} = loggedIn(set, PLAIN);
  client.socket.onData(packet(0, Command.query, 'select x').subarray(0, 6));
  set.world.clock.pass(33_000);
  assert.match(errorText(client.received()[0].payload), /^1159 /);
});

test('a session may be ended from outside: at once when idle, else after its command', () => {
  const set = stage();
  const idle = loggedIn(set, PLAIN);
  idle.session.connection.disconnect();
  assert.ok(idle.client.socket.ended);
  const busy = loggedIn(set, PLAIN);
  busy.client.command(Command.query, 'block');
  set.server.close();
  assert.ok(!busy.client.socket.ended);
  busy.session.finish?.();
  assert.deepEqual(firstBytes(busy.client.received()), [0]);
  assert.ok(busy.client.socket.ended);
  assert.equal(busy.session.closedCount, 1);
});

test('the small commands', () => {
  const set = stage();
  const {client} = loggedIn(set, PLAIN);
  assert.deepEqual(firstBytes(client.command(Command.ping)), [0]);
  assert.deepEqual(firstBytes(client.command(Command.debug)), [0xfe]);
  assert.deepEqual(firstBytes(client.command(Command.setOption, 0, 0)), [0xfe]);
  assert.deepEqual(firstBytes(client.command(Command.setOption, 1, 0)), [0xfe]);
  assert.equal(client.command(Command.statistics)[0].payload.toString(), 'Uptime: 1');
  assert.deepEqual(firstBytes(client.command(Command.initDb, 'shop')), [0]);
  assert.match(errorText(client.command(Command.initDb, 'missing')[0].payload), /^1049/);
  assert.deepEqual(firstBytes(client.command(Command.processKill, int(77, 4))), [0]);
  assert.deepEqual(firstBytes(client.command(Command.resetConnection)), [0]);
  assert.equal(client.command(Command.fieldList, 't', 0, 'a%').length, 3);
  const expected = ['multi true', 'multi false', 'init shop', 'init missing', 'kill 77', 'reset', 'fields t a%'];
  assert.deepEqual(set.hooks.log.slice(1), expected);
});

test('unknown commands, empty packets and packets that do not decode are errors, and the connection goes on', () => {
  const {client} = loggedIn(stage(), PLAIN);
  assert.equal(errorText(client.command(0x7f)[0].payload), '1047 #08S01Unknown command');
  assert.equal(errorText(client.command()[0].payload), '1047 #08S01Unknown command');
  assert.match(errorText(client.command(Command.setOption, 1)[0].payload), /^1835/);
  assert.match(errorText(client.command(Command.processKill, 1)[0].payload), /^1835/);
  assert.match(errorText(client.command(Command.fieldList, 'no zero')[0].payload), /^1835/);
  assert.equal(query(client, 'ok').length, 1);
});

test('prepared statements: prepare, execute with and without types, long data, reset, close', () => {
  const set = stage();
  const {client} = loggedIn(set, PLAIN);
  const [prepared] = client.command(Command.stmtPrepare, 'echo ? ?');
  assert.equal(prepared.payload.toString('hex', 0, 9), '00' + '01000000' + '0100' + '0200');
  const head = [Command.stmtExecute, int(1, 4), 0, int(1, 4)];
  const types = bytes(int(ColumnType.tiny, 2), int(ColumnType.varString, 2));
  const row = (parts: (Uint8Array | string | number)[]): string =>
    client.command(...head, ...parts)[2].payload.toString('latin1', 3);
  assert.equal(row([0, 1, types, 200, 2, 'hi']), "1:-56 253:'hi'");
  assert.equal(row([1, 0, 1, 'x']), "1:null 253:'x'");
  assert.deepEqual(client.command(Command.stmtSendLongData, int(1, 4), int(1, 2), 'long '), []);
  assert.deepEqual(client.command(Command.stmtSendLongData, int(1, 4), int(1, 2), 'text'), []);
  assert.equal(row([0, 0, 5]), "1:5 253:'long text'");
  client.command(Command.stmtSendLongData, int(1, 4), int(1, 2), 'forgotten');
  assert.deepEqual(firstBytes(client.command(Command.stmtReset, int(1, 4))), [0]);
  assert.equal(row([0, 0, 5, 1, 'y']), "1:5 253:'y'");
  assert.deepEqual(client.command(Command.stmtClose, int(1, 4)), []);
  assert.match(
    errorText(client.command(...head, 0, 0)[0].payload),
    /^1243 #HY000Unknown prepared statement handler \(1\)/,
  );
  assert.match(errorText(client.command(Command.stmtReset, int(1, 4))[0].payload), /mysqld_stmt_reset/);
  assert.deepEqual(
    set.hooks.log.filter(line => line.startsWith('close')),
    ['close 1'],
  );
});

test('faults of prepared statements', () => {
  const {client} = loggedIn(stage(), PLAIN);
  assert.match(errorText(client.command(Command.stmtPrepare, 'fail')[0].payload), /^1064/);
  client.command(Command.stmtPrepare, 'echo ?');
  const head = [Command.stmtExecute, int(1, 4), 0, int(1, 4)];
  assert.match(errorText(client.command(...head)[0].payload), /^1835/);
  assert.match(errorText(client.command(...head, 0, 1, int(ColumnType.long, 2), 1, 2)[0].payload), /^1835/);
  client.command(Command.stmtSendLongData, int(1, 4), int(9, 2), 'x');
  assert.match(errorText(client.command(...head, 1, 0)[0].payload), /^1210/);
  assert.match(errorText(client.command(Command.stmtFetch, int(1, 4), int(1, 4))[0].payload), /^1421/);
  assert.match(errorText(client.command(Command.stmtFetch, int(8, 4), int(1, 4))[0].payload), /^1243/);
  client.command(Command.resetConnection);
  assert.match(errorText(client.command(...head, 1, 0)[0].payload), /^1243/);
});

test('query attributes are read over, before statements and among parameters', () => {
  const set = stage();
  const {client} = loggedIn(set, PLAIN | Capability.queryAttributes);
  client.command(Command.query, 0, 1, 'select bare');
  const attribute = bytes(int(ColumnType.varString, 2), 4, 'name');
  client.command(Command.query, 1, 1, 0, 1, attribute, 5, 'value', 'select attributed');
  assert.match(errorText(client.command(Command.query, 1, 2, 0, 1, attribute, 'x')[0].payload), /^1835/);
  assert.match(errorText(client.command(Command.query, 1, 1, 0, 1, attribute)[0].payload), /^1835/);
  client.command(Command.stmtPrepare, 'echo ?');
  const types = bytes(int(ColumnType.tiny, 2), 0, attribute);
  const [, , row] = client.command(Command.stmtExecute, int(1, 4), 8, int(1, 4), 2, 0, 1, types, 7, 5, 'value');
  assert.equal(row.payload.toString('latin1', 3), '1:7');
  const queries = set.hooks.log.filter(line => line.startsWith('query'));
  assert.deepEqual(queries, ['query select bare', 'query select attributed']);
});

test('a command beyond max_allowed_packet is refused by its header', () => {
  const {client, session} = loggedIn(stage({maxAllowedPacket: 1000}), PLAIN);
  assert.equal(query(client, `select ${'x'.repeat(900)}`).length, 4);
  client.socket.onData(Buffer.of(0xe9, 0x03, 0, 0));
  const [error] = client.received();
  assert.match(errorText(error.payload), /^1153 /);
  assert.equal(error.sequence, 1);
  assert.ok(client.socket.ended);
  assert.equal(session.closedCount, 1);
});

test('a command out of order is refused', () => {
  const {client} = loggedIn(stage(), PLAIN);
  assert.match(errorText(client.send(1, Command.ping)[0].payload), /^1156 /);
  assert.ok(client.socket.ended);
});

test('changing the user asks again with a fresh challenge, keeps the session and drops statements', () => {
  const set = stage();
  const {client, session} = loggedIn(set, PLAIN);
  client.command(Command.stmtPrepare, 'echo ?');
  const change = [Command.changeUser, 'tls', 0, 0, 'shop', 0, int(255, 2), AuthPlugin.native, 0];
  client.socket.secure = true;
  const [request] = client.command(...change);
  assert.deepEqual([request.sequence, request.payload[0]], [1, 0xfe]);
  const [ok] = client.send(2, nativeProof(set.world.crypto, 'pw', request.payload.subarray(23, 43)));
  assert.deepEqual([ok.sequence, ok.payload[0]], [3, 0]);
  assert.deepEqual([session.client.user, session.client.database], ['tls', 'shop']);
  assert.match(errorText(client.command(Command.stmtReset, int(1, 4))[0].payload), /^1243/);
  assert.equal(query(client, 'ok').length, 1);
});

test('changing the user with a wrong password ends the connection', () => {
  const set = stage();
  const {client, session} = loggedIn(set, PLAIN);
  const [request] = client.command(Command.changeUser, 'native', 0, 0, '', 0, int(255, 2), AuthPlugin.native, 0);
  const [error] = client.send(2, nativeProof(set.world.crypto, 'no', request.payload.subarray(23, 43)));
  assert.match(errorText(error.payload), /^1045 /);
  assert.ok(client.socket.ended);
  assert.equal(session.closedCount, 1);
});

test('changing the user waits no longer than a login', () => {
  const set = stage();
  const {client} = loggedIn(set, PLAIN);
  client.command(Command.changeUser, 'sha', 0, 0, '', 0, int(255, 2), AuthPlugin.cachingSha2, 0);
  set.world.clock.pass(12_000);
  assert.match(errorText(client.received()[0].payload), /^1159 /);
});

test('changing to an account that needs the password itself', () => {
  const set = stage();
  const {client, session} = loggedIn(set, PLAIN);
  client.socket.secure = true;
  const [request] = client.command(Command.changeUser, 'sha', 0, 0, '', 0, int(255, 2), AuthPlugin.cachingSha2, 0);
  const nonce = request.payload.subarray(23, 43);
  const [more] = client.send(2, sha2Proof(set.world.crypto, 'secret', nonce));
  assert.equal(more.payload.toString('hex'), '0104');
  client.send(4, 'secret\0');
  set.world.clock.turns();
  assert.deepEqual(
    client.received().map(one => [one.sequence, one.payload[0]]),
    [[5, 0]],
  );
  assert.equal(session.client.user, 'sha');
});

test('any bytes from a logged-in client end in replies or in a clean close', () => {
  const command = fc.oneof(fc.constantFrom(...Object.values(Command)), fc.nat(255));
  const body = fc.uint8Array({maxLength: 40});
  const noise = fc.uint8Array({maxLength: 64});
  const packets = fc.array(fc.tuple(command, body), {maxLength: 6});
  const set = stage({maxAllowedPacket: 100_000});
  set.hooks.maxConnections = Number.POSITIVE_INFINITY;
  fc.assert(
    fc.property(packets, noise, fc.boolean(), (commands, rest, attributes) => {
      const {client, session} = loggedIn(set, attributes ? PLAIN | Capability.queryAttributes : PLAIN);
      client.command(Command.stmtPrepare, 'echo ? ?');
      for (const [code, payload] of commands) client.socket.onData(packet(0, code, payload));
      client.socket.onData(Buffer.from(rest));
      set.world.clock.turns();
      unpack(Buffer.concat(client.socket.writes));
      client.socket.destroy();
      assert.equal(session.closedCount, 1);
    }),
    {numRuns: 500},
  );
  assert.equal(set.hooks.open, 0);
});
