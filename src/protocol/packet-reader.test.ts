import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {Found, PacketReader} from './packet-reader.ts';
import {packet} from './testing/wire-client.ts';

const LIMIT = 64 * 1024 * 1024;

/** All packets of a stream that arrives in chunks, each chunk overwritten after its callback. */
function readAll(reader: PacketReader, chunks: readonly Buffer[]): Buffer[] {
  const payloads: Buffer[] = [];
  for (const chunk of chunks) {
    const passing = Buffer.from(chunk);
    reader.push(passing);
    for (;;) {
      const found = reader.next();
      if (found !== Found.packet) {
        assert.equal(found, Found.nothing);
        break;
      }
      payloads.push(Buffer.from(reader.bytes.subarray(reader.at, reader.end)));
      reader.expect(0);
    }
    reader.keep();
    passing.fill(0xaa);
  }
  return payloads;
}

function cut(stream: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(stream.subarray(at, at + size));
    at += size;
  }
  chunks.push(stream.subarray(at));
  return chunks;
}

test('however the stream is cut, the packets are the same', () => {
  const payloads = fc.array(fc.uint8Array({maxLength: 700}), {maxLength: 12});
  const sizes = fc.array(fc.nat(900), {maxLength: 30});
  fc.assert(
    fc.property(payloads, sizes, (sent, cuts) => {
      const stream = Buffer.concat(sent.map(payload => packet(0, payload)));
      const got = readAll(new PacketReader(LIMIT), cut(stream, cuts));
      assert.deepEqual(
        got,
        sent.map(payload => Buffer.from(payload)),
      );
    }),
  );
});

test('bytes that wait behind a packet are kept until they are asked for', () => {
  const reader = new PacketReader(LIMIT);
  const names = ['one', 'two', 'three', 'four'];
  for (const name of names) {
    const chunk = packet(0, name);
    reader.push(chunk);
    reader.keep();
    chunk.fill(0);
  }
  for (const name of names) {
    reader.expect(0);
    assert.equal(reader.next(), Found.packet);
    assert.equal(reader.bytes.toString('utf8', reader.at, reader.end), name);
  }
  assert.equal(reader.next(), Found.nothing);
  assert.equal(reader.held, 0);
});

test('a payload of 16 MiB - 1 and more is put together from its packets', () => {
  const full = 0xffffff;
  for (const extra of [0, 1, 70_000]) {
    const payload = Buffer.alloc(full + extra, 'abcdefg');
    const stream = Buffer.concat([
      packet(0, payload.subarray(0, full)),
      packet(1, payload.subarray(full)),
      packet(0, 'next'),
    ]);
    const [first, second] = readAll(new PacketReader(LIMIT), cut(stream, [5, full, 2, 3]));
    assert.ok(first.equals(payload));
    assert.equal(second.toString(), 'next');
  }
});

test('a payload beyond the limit is refused by its header, over all its packets', () => {
  const reader = new PacketReader(100);
  reader.push(packet(0, Buffer.alloc(100)));
  assert.equal(reader.next(), Found.packet);
  reader.expect(0);
  reader.push(Buffer.of(101, 0, 0, 0));
  assert.equal(reader.next(), Found.tooLarge);

  const large = new PacketReader(0xffffff + 10);
  large.push(packet(0, Buffer.alloc(0xffffff)));
  large.push(Buffer.of(11, 0, 0, 1));
  assert.equal(large.next(), Found.tooLarge);
});

test('a wrong sequence number is refused, also on a continuation', () => {
  const reader = new PacketReader(LIMIT);
  reader.push(packet(1, 'x'));
  assert.equal(reader.next(), Found.outOfOrder);

  const second = new PacketReader(LIMIT);
  second.push(packet(0, Buffer.alloc(0xffffff)));
  second.push(packet(0, 'x'));
  assert.equal(second.next(), Found.outOfOrder);
});

test('what was not read can be taken away', () => {
  const reader = new PacketReader(LIMIT);
  reader.push(Buffer.concat([packet(0, 'a'), Buffer.from('tls bytes')]));
  assert.equal(reader.next(), Found.packet);
  assert.equal(Buffer.from(reader.takeRest()).toString(), 'tls bytes');
  assert.equal(reader.held, 0);
});
