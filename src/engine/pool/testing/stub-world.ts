// What a page pool stands in, for its tests: a directory to be filled in by the test, storage without pages, a log that lets every page go, a clock that stands still.

import type {Clock} from '../../../env/clock.ts';
import type {PageFusion, PLockMode} from '../../../fusion/api.ts';
import {PAGE_ABSENT, type PageReader} from '../../../storage/api.ts';
import type {RedoLog} from '../../log/redo-log.ts';

/** A directory that knows nothing of any page's bytes. Who holds what is the test's. */
export abstract class StubPages implements PageFusion {
  entry = 0;
  abstract acquire(pageNo: number, mode: PLockMode): number;
  abstract release(entry: number, keep: PLockMode): PLockMode;
  abstract heldMode(entry: number): PLockMode;
  abstract isWanted(entry: number): boolean;
  grantOf = (): number => 1;
  newestLlsn: PageFusion['newestLlsn'] = () => 0;
  newestIncarnation: PageFusion['newestIncarnation'] = () => 0;
  needStream = (): number => 0;
  needLsn = (): number => 0;
  copyFromDbp: PageFusion['copyFromDbp'] = () => false;
  push = (): boolean => true;
  setNewest(): void {}
  offer(): void {}
  cancel(): void {}
  objectVersion = (): number => 0;
  setObjectVersion(): void {}
}

/** Storage that has never heard of any page, and says so at once. */
export function emptyStorage(): PageReader {
  const reader: PageReader = {
    onPage: () => {},
    canRead: () => true,
    read: pageNo => reader.onPage(pageNo, PAGE_ABSENT, undefined as never, 0),
    poll: () => 0,
  };
  return reader;
}

export const cleanLog = {
  durableLsn: 0,
  endLsn: 0,
  mayLeave: () => true,
  restOn: () => {},
  kick: () => {},
} as unknown as RedoLog;

export const stoppedClock: Clock = {
  now: () => 0,
  wallMicros: () => 0,
  after: () => ({cancel: () => {}}),
  soon: () => {},
};
