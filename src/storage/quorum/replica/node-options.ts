// What a storage node is built with.

import type {Message} from '../api.ts';
import type {SegmentLimits} from './segment-pages.ts';

export interface NodeOptions {
  readonly directory: string;
  readonly zone: string;
  readonly limits?: Partial<SegmentLimits>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** The disk refuses: nothing more is acknowledged, the process should end. */
  readonly onFailure: (reason: string) => void;
}

export type Reply = (message: Message) => void;
