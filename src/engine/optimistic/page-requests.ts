// Pages on their way from storage to a node of the optimistic mode. Storage serves the newest durable version, which may be ahead of the node's cut or, when it arrives, behind it. So the redo that is applied
// meanwhile is kept for the page, and put on it when it has come; and the page is handed to the pool when the cut has reached all that storage can have known. Then it is of the cut, like every other page
// there.

import {Memory} from '../../format/memory.ts';
import {pageLlsn} from '../../format/page/page.ts';
import {applyRedo} from '../../format/redo/apply.ts';
import {redoLength, redoLlsn} from '../../format/redo/read.ts';
import {PAGE_DAMAGED, PAGE_FOUND, type PageReader} from '../../storage/api.ts';
import type {CachedPages} from '../replica/follower.ts';
import {PageStaging, type StagedPage} from '../replica/page-staging.ts';
import type {Peers} from './peers.ts';

/** Redo kept for one page; a page of which more comes meanwhile is asked for again. */
const KEPT_MAX = 1 << 18;

interface KeptRedo {
  readonly llsn: number;
  readonly incarnation: number;
  readonly redo: Memory;
}

interface Request extends StagedPage {
  readonly needStream: number;
  readonly needLsn: number;
  kept: KeptRedo[];
  keptBytes: number;
  /** What was asked for is of no use. */
  isSpoiled: boolean;
  /** The cut must have come here. */
  readonly incarnations: Float64Array;
  readonly lsns: Float64Array;
}

export class PageRequests implements PageReader, CachedPages {
  onPage: (pageNo: number, status: number, memory: Memory, at: number) => void = () => {};
  readonly memory: Memory;
  readonly #staging: PageStaging<Request>;
  readonly #mayGo = (request: Request): boolean => this.#isReached(request);
  readonly #hand = (pageNo: number, status: number, memory: Memory, at: number): void =>
    this.onPage(pageNo, status, memory, at);
  readonly #inner: PageReader;
  readonly #pageSize: number;
  readonly #nodes: number;
  #peers: Peers | undefined;
  /** Pages that were asked for more than once. */
  repeats = 0;

  constructor(inner: PageReader, pageSize: number, nodes: number) {
    this.#inner = inner;
    this.#pageSize = pageSize;
    this.#nodes = nodes;
    this.#staging = new PageStaging(pageSize);
    this.memory = this.#staging.memory;
    inner.onPage = (pageNo, status, memory, at) => this.#arrived(pageNo, status, memory, at);
  }

  attach(peers: Peers): void {
    this.#peers = peers;
  }

  canRead(): boolean {
    return this.#staging.hasPlace && this.#inner.canRead();
  }

  read(pageNo: number, needStream: number, needLsn: number): void {
    const request: Request = {
      pageNo,
      needStream,
      needLsn,
      at: this.#staging.takePlace(),
      isArrived: false,
      status: PAGE_FOUND,
      kept: [],
      keptBytes: 0,
      isSpoiled: false,
      incarnations: new Float64Array(this.#nodes),
      lsns: new Float64Array(this.#nodes),
    };
    this.#staging.add(request);
    this.#inner.read(pageNo, needStream, needLsn);
  }

  #askAgain(request: Request): void {
    this.repeats++;
    request.isArrived = false;
    request.isSpoiled = false;
    request.kept = [];
    request.keptBytes = 0;
    this.#inner.read(request.pageNo, request.needStream, request.needLsn);
  }

  /** For the peers: where a page that has arrived is kept. */
  find(pageNo: number): number {
    const request = this.#staging.get(pageNo);
    return request?.isArrived === true ? request.at : -1;
  }

  /** Redo of a page that may be under way. False: it is not. */
  missed(pageNo: number, redo: Memory, at: number, incarnation: number): boolean {
    const request = this.#staging.get(pageNo);
    if (request === undefined) return false;
    const length = redoLength(redo, at);
    request.keptBytes += length;
    if (request.keptBytes > KEPT_MAX) request.isSpoiled = true;
    if (request.isSpoiled) return true;
    const copy = new Memory(new ArrayBuffer(length));
    copy.bytes.set(redo.bytes.subarray(at, at + length));
    request.kept.push({llsn: redoLlsn(redo, at), incarnation, redo: copy});
    return true;
  }

  #arrived(pageNo: number, status: number, memory: Memory, at: number): void {
    const request = this.#staging.get(pageNo);
    if (request === undefined) {
      this.onPage(pageNo, status, memory, at);
      return;
    }
    if (request.isSpoiled && status !== PAGE_DAMAGED) {
      this.#askAgain(request);
      return;
    }
    this.#staging.put(request, status, memory, at);
    if (status !== PAGE_DAMAGED) this.#putKept(request);
    this.#peers?.noteWritten(request.incarnations, request.lsns);
  }

  /** What was applied to other pages since the page was asked for; storage has put some of it on the page already. */
  #putKept(request: Request): void {
    request.kept.sort((a, b) => a.llsn - b.llsn);
    for (const {llsn, incarnation, redo} of request.kept) {
      if (pageLlsn(this.memory, request.at) >= llsn) continue;
      this.#peers?.check(this.memory, request.at, redo, 0);
      applyRedo(this.memory, request.at, this.#pageSize, redo, 0, incarnation);
    }
    request.kept = [];
    request.keptBytes = 0;
  }

  /** The cut has jumped: what has been asked for is asked for anew. */
  forget(): void {
    for (const request of this.#staging.requests()) {
      if (request.isArrived) this.#askAgain(request);
      else request.isSpoiled = true;
    }
  }

  /** Delivers what has come, after the cut has moved. */
  poll(): number {
    this.#inner.poll();
    this.#peers?.run();
    return this.#staging.deliver(this.#mayGo, this.#hand);
  }

  #isReached({status, incarnations, lsns}: Request): boolean {
    return status === PAGE_DAMAGED || this.#peers?.isReached(incarnations, lsns) !== false;
  }
}
