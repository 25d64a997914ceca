// What the studies share: starting a server for a while, and ending it whatever happens.

import {type Session, setIsolation} from '../group.ts';
import type {StudyRow} from '../report/result.ts';
import {makeServer} from '../servers/catalog.ts';
import type {Server} from '../servers/server.ts';
import {stuckStatements} from '../servers/stuck.ts';

/** A started study: gathers rows and notes. */
export class Notebook {
  readonly session: Session;
  readonly rows: StudyRow[] = [];
  readonly notes: string[] = [];

  constructor(session: Session) {
    this.session = session;
  }

  add(row: StudyRow): void {
    this.rows.push(row);
    this.session.say(
      Object.entries(row)
        .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`)
        .join(', '),
    );
  }

  note(words: string): void {
    this.notes.push(words);
    this.session.say(`! ${words}`);
  }

  /** Makes a server (not started), runs `work`, ends the server. A failure becomes a note. */
  async withServer(name: string, work: (server: Server) => Promise<void>): Promise<void> {
    const {options, scratch} = this.session;
    const server = await makeServer(name, {scratch, bufferMiB: options.bufferMiB}, options.galeraFlush);
    if (server === undefined) {
      this.note(`${name} is not installed`);
      return;
    }
    try {
      await work(server);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      const stuck = server.pids.length === 0 ? '' : `; ${await stuckStatements(server)}`;
      this.note(`${name}: ${words}${stuck}\n${server.output.trim().split('\n').slice(-8).join('\n')}`);
    } finally {
      await server.stop();
    }
  }

  /** The same with a server that is up. */
  withStarted(name: string, work: (server: Server) => Promise<void>): Promise<void> {
    return this.withServer(name, async server => {
      await server.start();
      await setIsolation(server, this.session.options.snapshotIsolation);
      await work(server);
    });
  }
}
