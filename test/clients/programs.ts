// Clients in other languages: programs of this folder that are run with a host, the ports and a database.

import {execFile, spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import type {Client, Target} from './client.ts';

const runFile = promisify(execFile);
/** A Java program is compiled first, on a machine that may have other things to do. */
const PROGRAM_MS_MAX = 120_000;
/** Where Debian puts it. */
const CONNECTOR = '/usr/share/java/mariadb-java-client.jar';
/** Debian's Python, for which Debian's packages are. */
const PYTHON = '/usr/bin/python3';

const place = (name: string): string => fileURLToPath(new URL(`programs/${name}`, import.meta.url));

/** True when a program can be started and ends well. */
export function works(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, {stdio: 'ignore'}).status === 0;
}

async function program(command: string, args: readonly string[], {host, ports, database}: Target): Promise<void> {
  await runFile(command, [...args, host, ports.join(','), database], {timeout: PROGRAM_MS_MAX});
}

export const php: Client = {
  name: 'mysqlnd of PHP',
  missing: () =>
    works('php', '-r', 'exit(extension_loaded("mysqlnd") && extension_loaded("pdo_mysql") ? 0 : 1);')
      ? undefined
      : 'PHP with mysqli and PDO (Debian: php-cli, php-mysql)',
  run: target => program('php', [place('mysqlnd.php')], target),
};

export const python: Client = {
  name: 'PyMySQL',
  missing: () => (works(PYTHON, '-c', 'import pymysql') ? undefined : 'PyMySQL (Debian: python3-pymysql)'),
  run: target => program(PYTHON, [place('pymysql_client.py')], target),
};

export const java: Client = {
  name: 'JDBC',
  missing: () =>
    existsSync(CONNECTOR) && works('javac', '-version')
      ? undefined
      : "a JDK and MariaDB's JDBC connector (Debian: default-jdk-headless, libmariadb-java)",
  run: target => program('java', ['-Xmx256m', '-cp', CONNECTOR, place('Jdbc.java')], target),
};
