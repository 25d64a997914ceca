// Statements that are known by name only: what follows the name is passed over unread, up to the end of the statement.

import type {Administrative} from './ast-command.ts';
import type {Word} from './keywords.ts';
import type {Parser} from './parser.ts';
import {Token} from './scanner.ts';

/** The leading words of each, longest first where one begins another. */
const COMMANDS: readonly (readonly Word[])[] = [
  ['ALTER', 'INSTANCE'],
  ['ALTER', 'LOGFILE'],
  ['ALTER', 'RESOURCE'],
  ['ALTER', 'SERVER'],
  ['ALTER', 'TABLESPACE'],
  ['ALTER', 'UNDO'],
  ['BINLOG'],
  ['CACHE', 'INDEX'],
  ['CHANGE', 'REPLICATION'],
  ['CLONE'],
  ['CREATE', 'AGGREGATE'],
  ['CREATE', 'LOGFILE'],
  ['CREATE', 'RESOURCE'],
  ['CREATE', 'SERVER'],
  ['CREATE', 'SPATIAL', 'REFERENCE'],
  ['CREATE', 'TABLESPACE'],
  ['CREATE', 'UNDO'],
  ['DROP', 'LOGFILE'],
  ['DROP', 'RESOURCE'],
  ['DROP', 'SERVER'],
  ['DROP', 'SPATIAL', 'REFERENCE'],
  ['DROP', 'TABLESPACE'],
  ['DROP', 'UNDO'],
  ['IMPORT', 'TABLE'],
  ['INSTALL', 'COMPONENT'],
  ['INSTALL', 'PLUGIN'],
  ['LOAD', 'INDEX'],
  ['LOCK', 'INSTANCE'],
  ['PURGE', 'BINARY'],
  ['RESET'],
  ['RESTART'],
  ['SET', 'RESOURCE'],
  ['SHUTDOWN'],
  ['START', 'GROUP_REPLICATION'],
  ['START', 'REPLICA'],
  ['START', 'SLAVE'],
  ['STOP', 'GROUP_REPLICATION'],
  ['STOP', 'REPLICA'],
  ['STOP', 'SLAVE'],
  ['UNINSTALL', 'COMPONENT'],
  ['UNINSTALL', 'PLUGIN'],
  ['UNLOCK', 'INSTANCE'],
];

const commandsByVerb = new Map<Word, (readonly Word[])[]>();
for (const words of COMMANDS) commandsByVerb.set(words[0], [...(commandsByVerb.get(words[0]) ?? []), words]);

/** Whether the current word is the first of one of the commands. */
export function beginsCommand(parser: Parser): boolean {
  return parser.word !== '' && commandsByVerb.has(parser.word);
}

/** The statement, if it begins with the words of one of the commands; else null, and nothing passed. */
export function parseCommand(parser: Parser): Administrative | null {
  const candidates = parser.word === '' ? undefined : commandsByVerb.get(parser.word);
  if (candidates === undefined) return null;
  const at = parser.start;
  const mark = parser.mark();
  for (const words of candidates) {
    if (words.every(word => parser.accept(word))) return parseAdministrative(parser, at, words.join(' '));
    parser.reset(mark);
  }
  return null;
}

/** The rest of a statement of which only the name matters. */
export function parseAdministrative(parser: Parser, at: number, command: string): Administrative {
  while (parser.kind !== Token.end && parser.word !== ';') {
    if (parser.kind === Token.bad) parser.fail();
    parser.next();
  }
  return {kind: 'administrative', at, command, text: parser.textSince(at)};
}
