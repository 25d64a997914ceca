// The secret of a cluster with storage nodes: who knows it may write the volume and read it. It lies in a file that only its owner may read; made at the first start, or brought along by whoever runs nodes on several machines.

import {randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {OperatingError} from '../base/errors.ts';
import type {ClusterSecret} from '../cluster/supervisor/options.ts';

/** Shortest secret of a cluster. */
const SECRET_BYTES_MIN = 16;
const MADE_BYTES = 32;

/** What the file holds, without white space around it. Throws OperatingError. */
export function readSecret(file: string): Uint8Array {
  let text: string;
  try {
    text = readFileSync(file, 'latin1').trim();
  } catch (error) {
    throw new OperatingError(`the secret cannot be read: ${(error as Error).message}`, 'check --secret-file');
  }
  if (text.length < SECRET_BYTES_MIN)
    throw new OperatingError(
      `the secret in ${file} is shorter than ${SECRET_BYTES_MIN} characters`,
      'take a longer one',
    );
  return Buffer.from(text, 'latin1');
}

/** The secret of a volume whose storage nodes are children: in its directory, made if it is not there. */
export function ownSecret(file: string): ClusterSecret {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), {recursive: true});
    writeFileSync(file, `${randomBytes(MADE_BYTES).toString('hex')}\n`, {mode: 0o600});
  }
  return {file, bytes: readSecret(file)};
}
