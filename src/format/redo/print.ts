// Redo records for human eyes: one line each. `pando dump redo` shows them.
//
//   page=7 llsn=101 back=100@3 insert slot=4 key=8 record=190 start=99 CPL

import {getU48} from '../../base/bytes.ts';
import type {Memory} from '../memory.ts';
import {PageFlag, RecordFlag} from '../page/layout.ts';
import {printFlags, printKey, printPageType} from '../page/print.ts';
import {
  BytesAt,
  ChildAt,
  FormatAt,
  ImageAt,
  InsertAt,
  KEY_INFINITE,
  LinksAt,
  MarkAt,
  REDO_HEADER,
  RedoType,
  RemoveAt,
  SplitLeftAt,
  StampAt,
  UpdateAt,
} from './layout.ts';
import {
  backIncarnation,
  backLlsn,
  isControl,
  isCpl,
  readRests,
  redoFault,
  redoLength,
  redoLlsn,
  redoPageNo,
  redoType,
  trxSlot,
  trxStamp,
  trxVersion,
} from './read.ts';

/** One line for the record at `at`. A record that cannot be walked over is described as such. */
export function printRedo(redo: Memory, at: number): string {
  const fault = redoFault(redo, at, redo.size);
  if (fault !== undefined) return `? ${fault}`;
  const end = isCpl(redo, at) ? ' CPL' : '';
  if (isControl(redo, at)) return `${printControl(redo, at)}${end}`;
  const link =
    `page=${redoPageNo(redo, at)} llsn=${redoLlsn(redo, at)}` +
    ` back=${backLlsn(redo, at)}@${backIncarnation(redo, at)}`;
  return `${link} ${printChange(redo, at)}${end}`;
}

function printControl(redo: Memory, at: number): string {
  const trx = (): string => `slot=${trxSlot(redo, at)} version=${trxVersion(redo, at)}`;
  switch (redoType(redo, at)) {
    case RedoType.commit:
      return `commit ${trx()} start=${trxStamp(redo, at)}`;
    case RedoType.rollbackEnd:
      return `rollbackEnd ${trx()}`;
    case RedoType.cts:
      return `cts ${trx()} cts=${trxStamp(redo, at)}`;
    case RedoType.checkpoint:
      return `checkpoint bytes=${redoLength(redo, at) - REDO_HEADER}`;
    case RedoType.rests:
      return `rests ${readRests(redo, at)
        .map(({incarnation, lsn}) => `on=${incarnation}:${lsn}`)
        .join(' ')}`;
    default:
      return `control type ${redoType(redo, at)}`;
  }
}

function printChange(redo: Memory, at: number): string {
  const u16 = (offset: number): number => redo.view.getUint16(at + offset, true);
  const u32 = (offset: number): number => redo.view.getUint32(at + offset, true);
  const u48 = (offset: number): number => getU48(redo.view, at + offset);
  const flags = (offset: number): string => printFlags(redo.bytes[at + offset], RecordFlag);
  const trx = (): string =>
    `slot=${u16(StampAt.slot)} trx=${u32(StampAt.incarnation)}.${u32(StampAt.trxSlot)}.${u32(StampAt.version)}` +
    ` roll=${u32(StampAt.undoPage)}:${u16(StampAt.undoAt)} flags=${flags(StampAt.flags)} start=${u48(StampAt.startStamp)}`;
  switch (redoType(redo, at)) {
    case RedoType.format:
      return printFormat(redo, at);
    case RedoType.image:
      return `image head=${u16(ImageAt.headLength)} heap=${u16(ImageAt.heapLength)}`;
    case RedoType.insert:
      return (
        `insert slot=${u16(InsertAt.slot)} key=${u16(InsertAt.keySuffixLength)}` +
        ` record=${u16(InsertAt.record)} start=${u48(InsertAt.startStamp)}`
      );
    case RedoType.remove:
      return `remove slot=${u16(RemoveAt.slot)}`;
    case RedoType.update:
      return `update ${trx()} payload=${u16(UpdateAt.newPayloadLength)} same=${u16(UpdateAt.samePrefix)}+${u16(UpdateAt.sameSuffix)}`;
    case RedoType.header:
      return `header ${trx()}`;
    case RedoType.mark:
      return `mark slot=${u16(MarkAt.slot)} flags=${flags(MarkAt.flags)} start=${u48(MarkAt.startStamp)}`;
    case RedoType.splitLeft:
      return (
        `splitLeft keep=${u16(SplitLeftAt.keepSlots)} right=${u32(SplitLeftAt.right)}` +
        ` high=${printKey(redo.bytes, at + SplitLeftAt.high, u16(SplitLeftAt.highLength))}`
      );
    case RedoType.links:
      return `links flags=${printFlags(u16(LinksAt.flags), PageFlag)} right=${u32(LinksAt.right)}`;
    case RedoType.undoAppend:
      return `undoAppend at=${u16(BytesAt.at)} bytes=${u16(BytesAt.length)}`;
    case RedoType.bytes:
      return `bytes at=${u16(BytesAt.at)} bytes=${u16(BytesAt.length)}`;
    case RedoType.child:
      return `child slot=${u16(ChildAt.slot)} child=${u32(ChildAt.child)}`;
    case RedoType.free:
      return 'free';
    default:
      return `type ${redoType(redo, at)}`;
  }
}

function printFormat(redo: Memory, at: number): string {
  const {view} = redo;
  const lowAt = at + FormatAt.keys + 2;
  const low = view.getUint16(lowAt - 2, true);
  const highAt = lowAt + (low === KEY_INFINITE ? 0 : low) + 2;
  const high = view.getUint16(highAt - 2, true);
  return (
    `format ${printPageType(redo.bytes[at + FormatAt.type])} level=${view.getUint16(at + FormatAt.level, true)}` +
    ` tree=${view.getUint32(at + FormatAt.treeId, true)} right=${view.getUint32(at + FormatAt.right, true)}` +
    ` keys=[${low === KEY_INFINITE ? '-inf' : printKey(redo.bytes, lowAt, low)},` +
    ` ${high === KEY_INFINITE ? '+inf' : printKey(redo.bytes, highAt, high)})`
  );
}
