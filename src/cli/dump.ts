// `pando dump page|redo|undo`: looks at the bytes of a volume that is not running. Streams that a crash left open are sealed first, exactly as the next start
// would do it; nothing else is changed.

import {join, resolve} from 'node:path';
import {crc32} from 'node:zlib';
import {OperatingError} from '../base/errors.ts';
import {Memory} from '../format/memory.ts';
import {PageType} from '../format/page/layout.ts';
import {pageType} from '../format/page/page.ts';
import {printPage} from '../format/page/print.ts';
import {printRedo} from '../format/redo/print.ts';
import {redoPageNo} from '../format/redo/read.ts';
import {printUndoPage} from '../format/undo/print.ts';
import {NodeDisk} from '../os/disk.ts';
import {SystemRandom} from '../os/random.ts';
import {openTrace} from '../os/trace.ts';
import {IncarnationState, PAGE_DAMAGED, PAGE_FOUND} from '../storage/api.ts';
import {LocalVolume} from '../storage/local/local-volume.ts';
import {StreamWords, streamWordsBytes} from '../storage/segment/stream-words.ts';
import {parseCount} from './sizes.ts';

/** Node ids that stream words are made for; any volume fits. */
const NODES = 64;

function openVolume(data: string): LocalVolume {
  const env = {
    disk: new NodeDisk(),
    crc32: (bytes: Uint8Array, seed?: number): number => crc32(bytes, seed),
    random: new SystemRandom(),
    trace: openTrace({form: 'text', part: 'dump'}),
  };
  const words = new StreamWords(new SharedArrayBuffer(streamWordsBytes(NODES)), 0, NODES);
  const directory = join(resolve(data), 'volume');
  if (!env.disk.existsSync(directory))
    throw new OperatingError(`there is no volume in ${data}`, 'name its directory with --data');
  const volume = LocalVolume.open(env, {directory, words});
  for (const {incarnation, state} of volume.incarnations()) {
    if (state === IncarnationState.open) volume.sealStream(incarnation);
  }
  return volume;
}

/** `pando dump page N` and `pando dump undo N` */
export function dumpPage(page: string, data: string): void {
  const pageNo = parseCount(page, 'page', 0, 0xffff_ffff);
  const volume = openVolume(data);
  try {
    const memory = new Memory(new ArrayBuffer(volume.pageSize));
    const status = volume.readPage(pageNo, memory, 0);
    if (status === PAGE_DAMAGED)
      throw new OperatingError(
        `page ${pageNo} is damaged: ${volume.damages.get(pageNo)}`,
        'restore the volume from a copy',
      );
    if (status !== PAGE_FOUND) throw new OperatingError(`page ${pageNo} has never been written`, 'choose another page');
    const isUndo = pageType(memory, 0) === PageType.undo;
    console.log(isUndo ? printUndoPage(memory, 0) : printPage(memory, 0, volume.pageSize));
  } finally {
    volume.close();
  }
}

/** `pando dump redo [incarnation]`: all streams that are kept, or one; `--page` keeps the records of one page. */
export function dumpRedo(incarnation: string | undefined, data: string, page: string | undefined): void {
  const only = page === undefined ? -1 : parseCount(page, '--page', 0, 0xffff_ffff);
  const volume = openVolume(data);
  try {
    const known = volume.incarnations().filter(info => info.state !== IncarnationState.finished);
    const wanted = incarnation === undefined ? known : known.filter(info => info.incarnation === Number(incarnation));
    if (wanted.length === 0)
      throw new OperatingError(
        'no such stream is kept',
        `kept are: ${known.map(info => info.incarnation).join(', ') || 'none'}`,
      );
    for (const info of wanted) {
      const reader = volume.readStream(info.incarnation);
      console.log(`stream ${info.incarnation}: checkpoint ${reader.checkpointLsn}, end ${reader.endLsn}`);
      reader.scan(reader.checkpointLsn, (memory, at, lsn) => {
        if (only < 0 || redoPageNo(memory, at) === only) console.log(`${lsn}  ${printRedo(memory, at)}`);
      });
    }
  } finally {
    volume.close();
  }
}
