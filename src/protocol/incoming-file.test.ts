// LOAD DATA LOCAL on the wire: the request, the file's packets, and the reply behind them.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {FileReceiver, ResultWriter} from './api.ts';
import {Capability, Command, OFFERED_CAPABILITIES} from './constants.ts';
import {loggedIn, stage} from './testing/login.ts';
import {bytes, int, packet} from './testing/wire-client.ts';

const PLAIN = OFFERED_CAPABILITIES & ~Capability.queryAttributes & ~Capability.connectAttributes;

/** A connection whose every query asks for the file `f`, and is answered by its text when that has ended. */
function connection(capabilities: number, takes: (piece: string) => boolean = () => true) {
  const set = stage();
  const {client, session} = loggedIn(set, capabilities);
  let file = '';
  let out: ResultWriter | undefined;
  const pieces: string[] = [];
  session.query = (_sql, _at, _end, writer, done): void => {
    out = writer;
    const receiver: FileReceiver = {
      data: piece => {
        const text = Buffer.from(piece).toString();
        pieces.push(text);
        file += text;
        return takes(text);
      },
      end: () => {
        writer.ok({status: 2, affectedRows: file.length});
        done();
      },
    };
    if (writer.requestFile('f', receiver)) return;
    writer.error(3948, '42000', 'no');
    done();
  };
  return {set, client, pieces, resume: () => out?.resumeFile()};
}

test('the request is answered by packets up to an empty one; the reply follows, then the next command', () => {
  const {client, pieces} = connection(PLAIN);
  assert.deepEqual(client.command(Command.query, 'load'), [{sequence: 1, payload: bytes(0xfb, 'f')}]);
  assert.deepEqual(client.send(2, 'first '), []);
  assert.deepEqual(client.send(3, 'second'), []);
  const [reply] = client.send(4);
  assert.equal(reply.sequence, 5);
  assert.deepEqual([...reply.payload.subarray(0, 2)], [0, 12]);
  assert.deepEqual(pieces, ['first ', 'second']);
  assert.equal(client.command(Command.ping)[0].sequence, 1);
});

test('however the packets are cut, and with the next command right behind them', () => {
  const stream = Buffer.concat([packet(2, 'abc'), packet(3, 'de'), packet(4), packet(0, Command.ping)]);
  for (let size = 1; size < stream.length; size++) {
    const {client, pieces} = connection(PLAIN);
    client.command(Command.query, 'load');
    for (let at = 0; at < stream.length; at += size) client.socket.onData(Buffer.from(stream.subarray(at, at + size)));
    assert.equal(pieces.join(''), 'abcde');
    assert.equal(client.received().length, 2);
  }
});

test('a receiver that has enough stops the client until it takes more', () => {
  let isOpen = false;
  const {set, client, pieces, resume} = connection(PLAIN, () => isOpen);
  client.command(Command.query, 'load');
  client.socket.onData(packet(2, 'x'));
  client.socket.onData(packet(3, Buffer.alloc(600_000, 'y')));
  assert.equal(pieces.length, 1);
  assert.ok(client.socket.paused);
  isOpen = true;
  resume();
  set.world.clock.turns();
  assert.equal(pieces.length, 2);
  assert.ok(!client.socket.paused);
  assert.equal(client.send(4)[0].sequence, 5);
});

test('a client that gives no files is not asked', () => {
  const {client} = connection(PLAIN & ~Capability.localFiles);
  const [reply] = client.command(Command.query, 'load');
  assert.deepEqual(reply.payload.subarray(0, 3), bytes(0xff, int(3948, 2)));
});

test('a wrong sequence number ends the connection', () => {
  const {client} = connection(PLAIN);
  client.command(Command.query, 'load');
  const [reply] = client.send(7, 'x');
  assert.deepEqual(reply.payload.subarray(0, 3), bytes(0xff, int(1156, 2)));
});
