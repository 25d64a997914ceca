import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {BugError} from '../base/assert.ts';
import {Found, PacketReader} from './packet-reader.ts';
import {PacketWriter} from './packet-writer.ts';
import {FakeSocket} from './testing/fake-world.ts';
import {packet, unpack} from './testing/wire-client.ts';

function put(writer: PacketWriter, payload: Uint8Array): void {
  const at = writer.begin(payload.length + 10);
  writer.buffer.set(payload, at);
  writer.finish(at + payload.length);
}

test('packets written between two flushes go out by one write', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({maxLength: 3000}), {minLength: 1, maxLength: 20}), payloads => {
      const socket = new FakeSocket();
      const writer = new PacketWriter(socket);
      for (const payload of payloads) put(writer, payload);
      assert.equal(socket.writes.length, 0);
      writer.flush();
      writer.flush();
      assert.equal(socket.writes.length, 1);
      const got = unpack(socket.writes[0]);
      assert.deepEqual(
        got.map(one => Buffer.from(one.payload)),
        payloads.map(one => Buffer.from(one)),
      );
      assert.deepEqual(
        got.map(one => one.sequence),
        payloads.map((_, i) => i),
      );
    }),
  );
});

test('a packet that was begun and not ended is forgotten', () => {
  const socket = new FakeSocket();
  const writer = new PacketWriter(socket);
  writer.buffer.fill(7, writer.begin(50));
  put(writer, Buffer.from('kept'));
  writer.flush();
  assert.deepEqual(socket.writes, [packet(0, 'kept')]);
});

test('a buffer that the socket kept is never written again', () => {
  const socket = new FakeSocket();
  const writer = new PacketWriter(socket);
  socket.takes = false;
  put(writer, Buffer.from('first'));
  writer.flush();
  assert.ok(writer.congested);
  put(writer, Buffer.from('other'));
  writer.flush();
  socket.drain();
  assert.deepEqual(Buffer.concat(socket.writes), Buffer.concat([packet(0, 'first'), packet(1, 'other')]));
});

test('a large result is sent before it is complete, and says when the client does not keep up', () => {
  const socket = new FakeSocket();
  const writer = new PacketWriter(socket);
  const row = Buffer.alloc(10_000, 1);
  let rows = 0;
  for (; socket.writes.length < 3; rows++) {
    put(writer, row);
    assert.ok(writer.relieve());
  }
  socket.takes = false;
  for (let i = 0; writer.relieve(); i++) {
    put(writer, row);
    rows++;
    assert.ok(i < 100);
  }
  socket.drain();
  writer.congested = false;
  writer.flush();
  assert.equal(unpack(Buffer.concat(socket.writes)).length, rows);
});

test('payloads of 16 MiB - 1 and more are split so that a reader puts them together', () => {
  const full = 0xffffff;
  for (const length of [full - 1, full, full + 1, 2 * full, 2 * full + 77]) {
    const socket = new FakeSocket();
    const writer = new PacketWriter(socket);
    const payload = Buffer.alloc(length, '0123456789a');
    put(writer, payload);
    writer.flush();
    const reader = new PacketReader(length);
    reader.push(Buffer.concat(socket.writes));
    assert.equal(reader.next(), Found.packet);
    assert.ok(reader.bytes.subarray(reader.at, reader.end).equals(payload));
    assert.equal(reader.held, 0);
  }
});

test('ready-made packets are numbered on from where the reply is', () => {
  const socket = new FakeSocket();
  const writer = new PacketWriter(socket);
  const ready = Buffer.concat([packet(1, 'a'), packet(2, Buffer.alloc(300)), packet(3, 'c')]);
  writer.sequence = 1;
  writer.append(ready, 3);
  writer.append(ready, 3);
  put(writer, Buffer.from('end'));
  writer.flush();
  assert.deepEqual(
    unpack(socket.writes[0]).map(one => one.sequence),
    [1, 2, 3, 4, 5, 6, 7],
  );
});

test('ending a packet outside its room is a bug', () => {
  const writer = new PacketWriter(new FakeSocket());
  assert.throws(() => writer.finish(3), BugError);
  assert.throws(() => writer.finish(writer.buffer.length + 1), BugError);
});

test('after the peer is gone nothing is sent, and the writer stays congested', () => {
  const socket = new FakeSocket();
  const writer = new PacketWriter(socket);
  writer.detach();
  put(writer, Buffer.alloc(300_000));
  assert.equal(writer.relieve(), false);
  writer.flush();
  assert.equal(socket.writes.length, 0);
});
