// Pages on their way from storage to a read replica. Storage serves the newest durable version, which may be ahead of the replica's cut. So a page is asked for at the cut, kept here, where the follower
// changes it like the pages of the pool, and handed to the pool when the cut has reached all that storage can have known: then it is of the cut, like every other page there.
//
// Redo that comes for a page before the page itself is passed over, so the page is asked for anew. After a few times the cut stands still until it has come.

import type {Memory} from '../../format/memory.ts';
import {PAGE_DAMAGED, PAGE_FOUND, type PageReader, type RedoFeed} from '../../storage/api.ts';
import type {CachedPages, Follower} from './follower.ts';
import {PageStaging, type StagedPage} from './page-staging.ts';

/** After so many times the cut waits for the page. */
const TRIES_MAX = 3;

interface Request extends StagedPage {
  /** Redo of the page has been passed over since it was asked for. */
  isMissed: boolean;
  tries: number;
  /** The cut must have come here, in the stream of this incarnation or a later one. */
  readyLsn: number;
  readyIncarnation: number;
}

export class ReplicaPageReader implements PageReader, CachedPages {
  onPage: (pageNo: number, status: number, memory: Memory, at: number) => void = () => {};
  readonly memory: Memory;
  readonly #staging: PageStaging<Request>;
  readonly #mayGo = (request: Request): boolean => this.#isReached(request);
  readonly #hand = (pageNo: number, status: number, memory: Memory, at: number): void =>
    this.onPage(pageNo, status, memory, at);
  readonly #inner: PageReader;
  readonly #feed: RedoFeed;
  readonly #follower: Follower;
  /** Requests that the cut waits for. */
  #stubborn = 0;
  #isWriter = false;
  /** Pages that were asked for more than once. */
  repeats = 0;

  constructor(inner: PageReader, feed: RedoFeed, follower: Follower, pageSize: number) {
    this.#inner = inner;
    this.#feed = feed;
    this.#follower = follower;
    this.#staging = new PageStaging(pageSize);
    this.memory = this.#staging.memory;
    inner.onPage = (pageNo, status, memory, at) => this.#arrived(pageNo, status, memory, at);
  }

  canRead(): boolean {
    return this.#staging.hasPlace && this.#inner.canRead();
  }

  read(pageNo: number, needStream: number, needLsn: number): void {
    if (this.#isWriter) this.#inner.read(pageNo, needStream, needLsn);
    else this.#request(pageNo);
  }

  /** This node is the writer now: pages come as they are. Those under way are delivered when they arrive. */
  promote(): void {
    this.#isWriter = true;
  }

  #request(pageNo: number): void {
    const request: Request = {
      pageNo,
      at: this.#staging.takePlace(),
      isArrived: false,
      status: PAGE_FOUND,
      isMissed: false,
      tries: 0,
      readyLsn: 0,
      readyIncarnation: 0,
    };
    this.#staging.add(request);
    this.#ask(request);
  }

  #ask(request: Request): void {
    request.isArrived = false;
    request.isMissed = false;
    if (++request.tries === TRIES_MAX) this.#stubborn++;
    this.#inner.read(request.pageNo, this.#follower.incarnation, this.#follower.cutLsn);
  }

  /** For the follower: where a page that has arrived is kept. */
  find(pageNo: number): number {
    const request = this.#staging.get(pageNo);
    if (request === undefined) return -1;
    if (request.isArrived) return request.at;
    request.isMissed = true;
    return -1;
  }

  #arrived(pageNo: number, status: number, memory: Memory, at: number): void {
    const request = this.#staging.get(pageNo);
    if (request === undefined) {
      this.onPage(pageNo, status, memory, at);
      return;
    }
    if (request.isMissed && status !== PAGE_DAMAGED) {
      this.repeats++;
      this.#ask(request);
      return;
    }
    if (request.tries >= TRIES_MAX) this.#stubborn--;
    this.#staging.put(request, status, memory, at);
    const {writer} = this.#feed;
    request.readyIncarnation = this.#feed.incarnation(writer);
    request.readyLsn = this.#feed.written(writer);
  }

  /** True while the cut has to wait for a page. */
  get holdsCut(): boolean {
    return this.#stubborn > 0;
  }

  /** Nothing that has been asked for is of use: it is asked for anew. */
  forget(): void {
    for (const request of this.#staging.requests()) {
      if (!request.isArrived) {
        request.isMissed = true;
        continue;
      }
      request.tries = 0;
      this.#ask(request);
    }
  }

  /** Delivers what has come, after the cut has moved. */
  poll(): number {
    this.#inner.poll();
    if (!this.#isWriter && !this.holdsCut) this.#follower.run();
    return this.#staging.deliver(this.#mayGo, this.#hand);
  }

  #isReached({status, readyLsn, readyIncarnation}: Request): boolean {
    if (this.#isWriter || status === PAGE_DAMAGED) return true;
    const {incarnation, cutLsn} = this.#follower;
    if (incarnation !== readyIncarnation) return incarnation > readyIncarnation;
    return cutLsn >= readyLsn || this.#follower.isAtEnd;
  }
}
