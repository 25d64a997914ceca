// Statement files. A file is SQL, one statement up to each `;` at the end of a line, with three additions:
//
//   -- list numbers = 0 | 1 | -1 | NULL           a named list; elements are separated by ` | `
//   SELECT {{numbers}} + {{1 | 2.5}};             one statement for every combination of the elements; a list that is named twice has the
//                                                 same element in both places, `{{numbers'}}` is another place
//   -- differs: reason                            the next statement is known to differ, and why
//
// Every other comment line is for the reader. `differs` holds for all statements the next one stands for; `differs from here: reason`
// for all up to `same from here`.

/** One statement to run. */
export interface Step {
  readonly sql: string;
  /** The statement as the file has it, before its tables were written out. */
  readonly template: string;
  /** One of the few of its table that are recorded; what changes anything always is. */
  readonly isSample: boolean;
  /** Why the two servers may answer differently; undefined when they must agree. */
  readonly differs: string | undefined;
}

const HOLE = /\{\{(.*?)\}\}(?!\})/s;

/** The statements of a file, all tables of expressions written out. */
export function parseScript(text: string): readonly Step[] {
  const lists = new Map<string, readonly string[]>();
  const steps: Step[] = [];
  let differs: string | undefined;
  let differsHere: string | undefined;
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    const comment = lines.length === 0 ? /^\s*--\s?(.*)$/.exec(line) : null;
    if (comment !== null) {
      const list = /^list (\w+) = (.*)$/.exec(comment[1]);
      if (list !== null) lists.set(list[1], elements(list[2], lists));
      else if (comment[1].startsWith('differs: ')) differs = comment[1].slice(9);
      else if (comment[1].startsWith('differs from here: ')) differsHere = comment[1].slice(19);
      else if (comment[1] === 'same from here') differsHere = undefined;
      continue;
    }
    if (lines.length === 0 && line.trim() === '') continue;
    lines.push(line);
    if (!line.trimEnd().endsWith(';')) continue;
    const sql = lines.join('\n').trim().slice(0, -1);
    const why = differs ?? differsHere;
    const all = expand(sql, lists);
    for (const [i, expanded] of all.entries()) {
      const isSample = changesSomething(sql) || isSampled(i, all.length);
      steps.push({sql: expanded, template: sql, isSample, differs: why});
    }
    differs = undefined;
    lines = [];
  }
  if (lines.length > 0) throw new Error(`a statement without an end: ${lines.join('\n')}`);
  return steps;
}

/** Statements of one table that are recorded. */
const SAMPLES = 12;

/** `SAMPLES` of `count` statements, evenly spread. */
function isSampled(index: number, count: number): boolean {
  return count <= SAMPLES || Math.floor((index * SAMPLES) / count) !== Math.floor(((index - 1) * SAMPLES) / count);
}

/** Anything but a query that leaves variables alone. */
function changesSomething(sql: string): boolean {
  return !/^\(?(SELECT|WITH|VALUES)\b/i.test(sql) || /:=|\bINTO\b/i.test(sql);
}

/** Elements of a list; `{{name}}` as an element brings in all of another list. */
function elements(text: string, lists: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return text.split(' | ').flatMap(element => {
    const item = element.trim();
    const named = /^\{\{(\w+)\}\}$/.exec(item);
    return named === null ? [item] : mustGet(lists, named[1]);
  });
}

function mustGet(lists: ReadonlyMap<string, readonly string[]>, name: string): readonly string[] {
  const list = lists.get(name);
  if (list === undefined) throw new Error(`no list ${name}`);
  return list;
}

/** All combinations of a statement's holes, the last hole fastest. */
function expand(sql: string, lists: ReadonlyMap<string, readonly string[]>): string[] {
  const hole = HOLE.exec(sql);
  if (hole === null) return [sql];
  const name = hole[1].replace(/'$/, '');
  if (!lists.has(name)) {
    const before = sql.slice(0, hole.index);
    const rests = expand(sql.slice(hole.index + hole[0].length), lists);
    return elements(hole[1], lists).flatMap(choice => rests.map(rest => before + choice + rest));
  }
  return mustGet(lists, name).flatMap(choice =>
    expand(
      sql.replaceAll(hole[0], () => choice),
      lists,
    ),
  );
}
