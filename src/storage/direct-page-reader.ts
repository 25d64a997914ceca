// A PageReader without threads, for tests and the simulator: the answer comes before `read` returns.

import {BugError} from '../base/assert.ts';
import {Memory} from '../format/memory.ts';
import type {PageReader} from './api.ts';
import type {PageSource} from './page-server.ts';

export class DirectPageReader implements PageReader {
  onPage: (pageNo: number, status: number, memory: Memory, at: number) => void = () => {};
  readonly #source: PageSource;
  readonly #staging: Memory;

  constructor(source: PageSource, pageSize: number) {
    this.#source = source;
    this.#staging = new Memory(new ArrayBuffer(pageSize));
  }

  canRead(): boolean {
    return true;
  }

  read(pageNo: number, needStream: number, needLsn: number): void {
    const status = this.#source.readPage(pageNo, this.#staging, 0);
    if (needStream !== 0 && !this.#source.isIngested(needStream, needLsn)) {
      throw new BugError(`page ${pageNo} needs LSN ${needLsn} of stream ${needStream}, which is not durable`);
    }
    this.onPage(pageNo, status, this.#staging, 0);
  }

  poll(): number {
    return 0;
  }
}
