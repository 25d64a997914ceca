// The engine's contract for making keys out of row payloads (KeyExtractor of the engine's api): one object per index.

import type {Memory} from '../memory.ts';
import type {RowLayout} from '../row/row-layout.ts';
import {keyFromRow, rowHasNullPart} from './encode-key.ts';
import type {KeyLayout} from './key-layout.ts';

export class RowKeyExtractor {
  readonly layout: KeyLayout;
  readonly rowLayout: RowLayout;
  /** After `extract`: some part is NULL, so a UNIQUE index does not compare the key. */
  hasNull = false;

  constructor(layout: KeyLayout, rowLayout: RowLayout) {
    this.layout = layout;
    this.rowLayout = rowLayout;
  }

  /**
   * Writes the key of the row at `payloadAt`; returns its end, or -1 when it is longer than KEY_BYTES_MAX or the target. Bytes
   * behind the end are undefined.
   */
  extract(mem: Memory, payloadAt: number, _payloadLength: number, target: Uint8Array, at: number): number {
    this.hasNull = rowHasNullPart(this.layout, this.rowLayout, mem, payloadAt);
    return keyFromRow(this.layout, this.rowLayout, mem, payloadAt, target, at);
  }
}
