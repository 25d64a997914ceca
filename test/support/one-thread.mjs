// `pando start` with all primaries in the one thread of a process: a third of the processor time that a start with threads takes, for programs that start thousands of them. Plain
// JavaScript, and first of all: see src/host/fast-loading.mjs.

import {loadFast} from '../../src/host/fast-loading.mjs';

loadFast();
if (process.env.PANDO_TEST_CACHE !== undefined) await import('./page-cache.ts');
await import('./one-thread.ts');
