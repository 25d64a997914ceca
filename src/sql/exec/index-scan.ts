// Scans an index, range by range, and delivers the needed columns of each row in registers.

import {ROW} from '../../engine/api.ts';
import type {ExecContext, RowSource} from './contract.ts';
import {RangeCursor, type ScanParts} from './range-cursor.ts';
import type {RowReader} from './row-reader.ts';

export class IndexScanSource implements RowSource {
  readonly #cursor: RangeCursor;
  readonly #reader: RowReader;

  /** `reader` reads rows of the table, or for a covering scan of the key layout's `valueLayout`. */
  constructor(parts: ScanParts, reader: RowReader) {
    this.#cursor = new RangeCursor(parts);
    this.#reader = reader;
  }

  open(context: ExecContext): void {
    this.#reader.reset();
    this.#cursor.open(context);
  }

  next(context: ExecContext): number {
    if (this.#reader.isPending) return this.#reader.resume(context);
    const result = this.#cursor.next(context);
    return result === ROW ? this.#reader.read(this.#cursor.place, context) : result;
  }

  close(): void {
    this.#cursor.close();
  }
}
