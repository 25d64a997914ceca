// A cached primary-key select makes no promise between reading the packet and writing the answer (D1). The primary runs in this thread, and the client is made of
// callbacks, so every promise that is made while they talk is the server's.

import assert from 'node:assert/strict';
import {connect, type Socket} from 'node:net';
import {after, before, test} from 'node:test';
import {promiseHooks} from 'node:v8';
import {type InThread, startInThread} from '../support/in-thread.ts';

const EOF = 0xfe;
const ERROR = 0xff;
const COM_QUERY = 3;
const COM_STMT_PREPARE = 0x16;
const COM_STMT_EXECUTE = 0x17;

let database: InThread;
let socket: Socket;

/** Gets the packets of an answer once it is complete. */
let answered: (packets: readonly Buffer[]) => void = () => {};

before(async () => {
  database = await startInThread();
  socket = connect({port: database.port, host: '127.0.0.1'});
  await new Promise<void>(done => {
    socket.once('data', () => {
      socket.once('data', () => done());
      socket.write(loginPacket());
    });
  });
  listen();
  for (const sql of [
    'CREATE DATABASE d',
    'CREATE TABLE d.t (id INT PRIMARY KEY, word VARCHAR(20))',
    "INSERT INTO d.t VALUES (1, 'one'), (2, 'two')",
  ])
    await ask(query(sql));
});

after(async () => {
  socket?.destroy();
  await database?.stop();
});

function packet(payload: Buffer, sequence = 0): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header[3] = sequence;
  return Buffer.concat([header, payload]);
}

/** root without a password; the answers end with EOF packets. */
function loginPacket(): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(0x1 | 0x200 | 0x2000 | 0x8000 | 0x8_0000, 0);
  head.writeUInt32LE(1 << 24, 4);
  head[8] = 255;
  return packet(Buffer.concat([head, Buffer.from('root\0\0caching_sha2_password\0')]), 1);
}

function query(sql: string): Buffer {
  return packet(Buffer.concat([Buffer.of(COM_QUERY), Buffer.from(sql)]));
}

function listen(): void {
  let held = Buffer.alloc(0);
  let packets: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => {
    held = Buffer.concat([held, bytes]);
    while (held.length >= 4 && held.length >= 4 + held.readUIntLE(0, 3)) {
      const end = 4 + held.readUIntLE(0, 3);
      packets.push(held.subarray(4, end));
      held = held.subarray(end);
    }
    if (!isWhole(packets)) return;
    const whole = packets;
    packets = [];
    answered(whole);
  });
}

/** OK, ERR, the answer of a prepare without definitions to come, or a result set with both its EOF packets. */
function isWhole(packets: readonly Buffer[]): boolean {
  const first = packets[0];
  if (first === undefined) return false;
  if (first[0] === ERROR || (first[0] === 0 && first.length !== 12)) return true;
  const ends = packets.filter(each => each[0] === EOF && each.length < 9).length;
  return ends === 2;
}

function ask(bytes: Buffer): Promise<readonly Buffer[]> {
  return new Promise(done => {
    answered = done;
    socket.write(bytes);
  });
}

/** Sends `request` again and again, and answers where promises were made meanwhile. */
function promisesWhile(request: Buffer, times: number): Promise<{places: string[]; last: readonly Buffer[]}> {
  return new Promise(done => {
    const places: string[] = [];
    let stop: () => void = () => {};
    let left = times;
    answered = packets => {
      if (--left > 0) {
        socket.write(request);
        return;
      }
      stop();
      done({places, last: packets});
    };
    // In a turn of its own: the caller's `await` makes promises too.
    setImmediate(() => {
      stop = promiseHooks.onInit(() => places.push(new Error('a promise was made').stack ?? '')) as () => void;
      socket.write(request);
    });
  });
}

test('the hook sees a promise', async () => {
  const places: string[] = [];
  const stop = promiseHooks.onInit(() => places.push('here'));
  await Promise.resolve();
  stop();
  assert.ok(places.length > 0);
});

test('a cached primary-key select over the text protocol makes no promise', async () => {
  const request = query('SELECT word FROM d.t WHERE id = 2');
  for (let i = 0; i < 3; i++) await ask(request);
  const {places, last} = await promisesWhile(request, 100);
  assert.deepEqual(places, []);
  assert.equal(last.at(-2)?.toString('latin1'), '\x03two');
});

test('a prepared primary-key select makes no promise', async () => {
  const sql = Buffer.from('SELECT word FROM d.t WHERE id = ?');
  const prepared = await ask(packet(Buffer.concat([Buffer.of(COM_STMT_PREPARE), sql])));
  const body = Buffer.alloc(1 + 4 + 1 + 4 + 1 + 1 + 2 + 4);
  body[0] = COM_STMT_EXECUTE;
  body.writeUInt32LE(prepared[0].readUInt32LE(1), 1);
  body.writeUInt32LE(1, 6);
  body[11] = 1;
  body.writeUInt16LE(3, 12);
  body.writeUInt32LE(1, 14);
  const request = packet(body);
  for (let i = 0; i < 3; i++) await ask(request);
  const {places, last} = await promisesWhile(request, 100);
  assert.deepEqual(places, []);
  assert.equal(last.at(-2)?.toString('latin1', 3), 'one');
});
