import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ColumnsCache} from './api.ts';
import {Capability, Status} from './constants.ts';
import {PacketWriter} from './packet-writer.ts';
import {PacketResultWriter} from './result-writer.ts';
import {textColumn} from './testing/canned-session.ts';
import {FakeSocket} from './testing/fake-world.ts';
import {errorText, unpack, type WirePacket} from './testing/wire-client.ts';

const MODERN = Capability.protocol41 | Capability.deprecateEof | Capability.sessionTrack;
const OLD = Capability.protocol41;

/** What `write` sends under the given capabilities, as the first reply of a command. */
function sent(capabilities: number, write: (out: PacketResultWriter) => void): WirePacket[] {
  const socket = new FakeSocket();
  const packets = new PacketWriter(socket);
  packets.sequence = 1;
  const out = new PacketResultWriter(packets);
  out.capabilities = capabilities;
  write(out);
  packets.flush();
  const got = unpack(Buffer.concat(socket.writes));
  assert.deepEqual(
    got.map(one => one.sequence),
    got.map((_, i) => i + 1),
  );
  return got;
}

const hex = (packets: readonly WirePacket[]): string[] => packets.map(one => one.payload.toString('hex'));

const COLUMN = '0364656604746573740174017401630163' + '0c' + 'ff00' + '00040000' + 'fd' + '0000' + '00' + '0000';

test('a result set ends as the client wants it', () => {
  const write = (out: PacketResultWriter): void => {
    out.columns([textColumn('c')], Status.autocommit);
    const at = out.rowBegin(10);
    out.buffer[at] = 1;
    out.buffer[at + 1] = 0x78;
    assert.ok(out.rowEnd(at + 2));
    out.end({status: Status.autocommit, warnings: 3});
  };
  assert.deepEqual(hex(sent(OLD, write)), ['01', COLUMN, 'fe00000200', '0178', 'fe03000200']);
  assert.deepEqual(hex(sent(MODERN, write)), ['01', COLUMN, '0178', 'fe0000' + '0200' + '0300']);
});

test('kept column definitions give the same bytes, for both kinds of clients and later results', () => {
  const columns = [textColumn('a'), textColumn('b')];
  const cache: ColumnsCache = {bytes: undefined};
  const cached = (out: PacketResultWriter): void => {
    out.moreResults(true);
    out.columns(columns, 2, cache);
    out.end({status: 2});
    out.moreResults(false);
    out.columns(columns, 2, cache);
    out.end({status: 2});
  };
  const plain = (out: PacketResultWriter): void => {
    out.moreResults(true);
    out.columns(columns, 2);
    out.end({status: 2});
    out.moreResults(false);
    out.columns(columns, 2);
    out.end({status: 2});
  };
  for (const capabilities of [OLD, MODERN]) {
    assert.deepEqual(hex(sent(capabilities, cached)), hex(sent(capabilities, plain)));
    assert.notEqual(cache.bytes, undefined);
  }
});

test('an OK packet carries counts, status, and the information text', () => {
  const ok = (out: PacketResultWriter): void =>
    out.ok({affectedRows: 300, lastInsertId: 2n ** 63n, status: 2, warnings: 1, info: 'done'});
  assert.deepEqual(hex(sent(OLD, ok)), ['00fc2c01fe00000000000000800200010004646f6e65']);
  assert.deepEqual(hex(sent(OLD, out => out.ok({status: 2}))), ['00000002000000']);
});

test('a change of database is told to clients that track it', () => {
  const ok = (out: PacketResultWriter): void => out.ok({status: 2, schema: 'db'});
  assert.deepEqual(hex(sent(OLD, ok)), ['00000002000000']);
  assert.deepEqual(hex(sent(MODERN, ok)), ['00000002400000' + '00' + '05' + '01' + '03' + '026462']);
});

test('an error has a state only for clients that understand it, and a bounded text', () => {
  const fail = (out: PacketResultWriter): void => out.error(1064, '42000', 'x'.repeat(5000));
  const [modern] = sent(MODERN, fail);
  assert.equal(errorText(modern.payload), `1064 #42000${'x'.repeat(2048)}`);
  const [early] = sent(0, out => out.error(1040, '08004', 'Too many connections'));
  assert.equal(errorText(early.payload), '1040 Too many connections');
});

test('an error may end a result set anywhere, also inside a row', () => {
  const packets = sent(MODERN, out => {
    out.columns([textColumn('c')], 2);
    out.buffer.fill(1, out.rowBegin(20));
    out.error(1317, '70100', 'interrupted');
  });
  assert.equal(packets.length, 3);
  assert.equal(errorText(packets[2].payload), '1317 #70100interrupted');
});

test('the reply to a prepare describes parameters and columns', () => {
  const info = {statementId: 258, parameters: 1, columns: [textColumn('c')], warnings: 0};
  const old = hex(sent(OLD, out => out.prepared(info, 2)));
  assert.deepEqual(
    [old[0], old.length, old[2], old[3], old[4]],
    ['00020100000100010000' + '0000', 5, 'fe00000200', COLUMN, 'fe00000200'],
  );
  assert.equal(sent(MODERN, out => out.prepared(info, 2)).length, 3);
  assert.equal(sent(OLD, out => out.prepared({...info, parameters: 0, columns: []}, 2)).length, 1);
});

test('a field list has no count, and a default in each definition', () => {
  const write = (out: PacketResultWriter): void => {
    out.start(false, true);
    out.columns([textColumn('c')], 2);
    out.end({status: 2});
  };
  assert.deepEqual(hex(sent(OLD, write)), [`${COLUMN}fb`, 'fe00000200']);
});
