// What this server calls itself.

import {readFileSync} from 'node:fs';
import {ROOT} from './places.ts';

const packageJson = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  version: string;
};

export const PANDO_VERSION: string = packageJson.version;
/** What clients are told: they read the part before the dash. */
export const SERVER_VERSION = `8.4.0-Pando-${PANDO_VERSION}`;
