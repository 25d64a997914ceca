// information_schema.COLUMN_STATISTICS: histograms as MySQL's JSON.

import {toText} from '../../../format/value/domain.ts';
import {type Json, JsonDouble, type JsonObject, printJson} from '../../../format/value/json-tree.ts';
import {fromUtcSeconds, UTC} from '../../../format/value/time-zone.ts';
import {Kind, type SqlType, sqlType, type Value} from '../../../format/value/types.ts';
import {readHistograms} from '../../statement/histograms.ts';
import type {Bucket, Histogram} from '../histogram.ts';
import type {Steps} from '../steps.ts';
import {baseTables} from './index-tables.ts';
import type {Row, VirtualDefinition} from './virtual-table.ts';

const MOMENT = sqlType(Kind.datetime, {decimals: 6});

export const columnStatistics: VirtualDefinition = {
  name: 'COLUMN_STATISTICS',
  columns: [
    ['SCHEMA_NAME', 'name'],
    ['TABLE_NAME', 'name'],
    ['COLUMN_NAME', 'name'],
    ['HISTOGRAM', 'long'],
  ],
  *rows(context): Steps<readonly Row[]> {
    const rows: Row[] = [];
    for (const table of yield* baseTables(context)) {
      for (const histogram of yield* readHistograms(context, table)) {
        const column = table.columns.find(({id}) => id === histogram.column);
        rows.push([table.schema, table.name, column?.name ?? '', histogramText(histogram)]);
      }
    }
    return rows;
  },
};

function histogramText({type, buckets, isSingleton, nullShare, bucketsAsked, madeMicros}: Histogram): string {
  const updated = toText(fromUtcSeconds(Math.floor(madeMicros / 1_000_000), madeMicros % 1_000_000, UTC), MOMENT);
  const object: JsonObject = new Map<string, Json>([
    ['buckets', buckets.map(bucket => bucketJson(bucket, type, isSingleton))],
    ['data-type', dataType(type)],
    ['null-values', new JsonDouble(nullShare)],
    ['collation-id', type.collation],
    ['last-updated', updated],
    ['sampling-rate', new JsonDouble(1)],
    ['histogram-type', isSingleton ? 'singleton' : 'equi-height'],
    ['number-of-buckets-specified', bucketsAsked],
  ]);
  return printJson(object);
}

function bucketJson({low, high, upTo, distinct}: Bucket, type: SqlType, isSingleton: boolean): Json {
  if (isSingleton) return [valueJson(high, type), new JsonDouble(upTo)];
  return [valueJson(low, type), valueJson(high, type), new JsonDouble(upTo), distinct];
}

function valueJson(value: Value, type: SqlType): Json {
  if (value === null) return null;
  if (typeof value === 'number') return Number.isInteger(value) ? value : new JsonDouble(value);
  const isText = typeof value === 'string' || value instanceof Uint8Array;
  const text = toText(value, type);
  return isText ? `base64:type254:${Buffer.from(text).toString('base64')}` : text;
}

/** MySQL's names for groups of types. */
function dataType({kind, unsigned}: SqlType): string {
  switch (kind) {
    case Kind.tinyint:
    case Kind.smallint:
    case Kind.mediumint:
    case Kind.int:
    case Kind.bigint:
    case Kind.year:
      return unsigned ? 'uint' : 'int';
    case Kind.float:
    case Kind.double:
      return 'double';
    case Kind.decimal:
      return 'decimal';
    case Kind.date:
      return 'date';
    case Kind.time:
      return 'time';
    case Kind.datetime:
    case Kind.timestamp:
      return 'datetime';
    case Kind.enum:
      return 'enum';
    case Kind.set:
      return 'set';
    default:
      return 'string';
  }
}
