// Names and literals as SQL text, in the form that any sql_mode without ANSI_QUOTES and NO_BACKSLASH_ESCAPES reads back.

import type {AccountName, TableName} from './ast-expression.ts';

/** An identifier in backticks. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

export function quoteNames(names: readonly string[]): string {
  return names.map(quoteName).join(', ');
}

/** `(a, b)` with a blank in front, or nothing for an empty list. */
export function nameList(names: readonly string[]): string {
  return names.length === 0 ? '' : ` (${quoteNames(names)})`;
}

export function formatTableName(table: TableName): string {
  return table.schema === null ? quoteName(table.name) : `${quoteName(table.schema)}.${quoteName(table.name)}`;
}

export function formatTableNames(tables: readonly TableName[]): string {
  return tables.map(formatTableName).join(', ');
}

export function formatAccount(account: AccountName): string {
  return account.user === null ? 'CURRENT_USER()' : `${quoteString(account.user)}@${quoteString(account.host)}`;
}

export function formatAccounts(accounts: readonly AccountName[]): string {
  return accounts.map(formatAccount).join(', ');
}

const ESCAPED = new Map<string, string>([
  ['\\', '\\\\'],
  ["'", "''"],
  ['\0', '\\0'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\x1a', '\\Z'],
]);

/** A string in single quotes. */
export function quoteString(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must be escaped
  return `'${value.replace(/[\\'\0\n\r\x1a]/g, char => ESCAPED.get(char) ?? char)}'`;
}

/** Bytes as x'...'. */
export function quoteBytes(value: Uint8Array): string {
  return `x'${Buffer.from(value).toString('hex')}'`;
}

/** `word value` with a blank in front, or nothing for null. */
export function clause(word: string, value: string | number | bigint | null): string {
  return value === null ? '' : ` ${word} ${value}`;
}
