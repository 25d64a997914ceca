// Time from the start of the process to the answer of its first query. Connecting is tried every two milliseconds.

import type {Session} from '../group.ts';
import type {Study} from '../report/result.ts';
import {spread} from '../report/statistics.ts';
import {Notebook} from './study.ts';

const SERVERS = ['pando-memory-1', 'pando-1', 'mariadb'];
const REPEATS = 3;

export async function startStudy(session: Session): Promise<Study> {
  const notebook = new Notebook(session);
  for (const name of SERVERS) {
    await notebook.withServer(name, async server => {
      const times: number[] = [];
      // The first start makes an empty database where the server keeps one, and is not counted.
      for (let i = 0; i <= REPEATS; i++) {
        const took = await server.start();
        if (i > 0) times.push(took);
        await server.stop();
      }
      const found = spread(times);
      if (found !== undefined)
        notebook.add({server: name, 'first query ms': found.median, min: found.min, max: found.max});
    });
  }
  return {
    name: 'start',
    title: 'Start: milliseconds from process start to the first answer',
    settings: {repeats: REPEATS},
    rows: notebook.rows,
    notes: notebook.notes,
  };
}
