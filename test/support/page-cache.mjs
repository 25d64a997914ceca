// Begins the page cache that dies with the process (page-cache.ts). Plain JavaScript, and first of all: see src/host/fast-loading.mjs.

import {loadFast} from '../../src/host/fast-loading.mjs';

loadFast();
await import('./page-cache.ts');
