// Pages that have come from storage and are not yet of the cut: they wait here, where redo is put on them, until they may go to the pool. Used by read replicas and by the optimistic mode, which
// ask for their pages differently.

import {Memory} from '../../format/memory.ts';
import {At} from '../../format/page/layout.ts';
import {PAGE_DAMAGED, PAGE_FOUND} from '../../storage/api.ts';

/** Pages under way at once. */
const REQUESTS_MAX = 32;

/** A page that has been asked for. */
export interface StagedPage {
  readonly pageNo: number;
  /** Place in the staging memory. */
  readonly at: number;
  isArrived: boolean;
  status: number;
}

export class PageStaging<Request extends StagedPage> {
  readonly memory: Memory;
  readonly #pageSize: number;
  readonly #requests = new Map<number, Request>();
  readonly #places: number[] = [];

  constructor(pageSize: number) {
    this.#pageSize = pageSize;
    this.memory = new Memory(new ArrayBuffer(REQUESTS_MAX * pageSize));
    for (let i = 0; i < REQUESTS_MAX; i++) this.#places.push(i * pageSize);
  }

  get hasPlace(): boolean {
    return this.#places.length > 0;
  }

  /** A place for a page; there must be one. It is given back with the page's delivery. */
  takePlace(): number {
    return this.#places.pop() as number;
  }

  add(request: Request): void {
    this.#requests.set(request.pageNo, request);
  }

  /** The request for a page; undefined when it is not under way. */
  get(pageNo: number): Request | undefined {
    return this.#requests.get(pageNo);
  }

  requests(): Iterable<Request> {
    return this.#requests.values();
  }

  /** The page has come: its bytes, or zeros where there are none. */
  put(request: Request, status: number, from: Memory, at: number): void {
    request.isArrived = true;
    request.status = status;
    if (status === PAGE_FOUND) this.memory.bytes.set(from.bytes.subarray(at, at + this.#pageSize), request.at);
    else this.memory.bytes.fill(0, request.at, request.at + this.#pageSize);
  }

  /** Hands the pages that have arrived, and that the cut has reached, to `onPage`. Returns how many. */
  deliver(
    isReached: (request: Request) => boolean,
    onPage: (pageNo: number, status: number, memory: Memory, at: number) => void,
  ): number {
    let count = 0;
    for (const request of this.#requests.values()) {
      if (!request.isArrived || !isReached(request)) continue;
      this.#requests.delete(request.pageNo);
      this.#places.push(request.at);
      onPage(request.pageNo, this.#statusOf(request), this.memory, request.at);
      count++;
    }
    return count;
  }

  /** A page that storage did not know may have been made since. */
  #statusOf({status, at}: StagedPage): number {
    return status !== PAGE_DAMAGED && this.memory.view.getUint16(at + At.magic, true) !== 0 ? PAGE_FOUND : status;
  }
}
