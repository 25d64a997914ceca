// Where every worker thread begins.

import {loadFast} from './fast-loading.mjs';

loadFast();
await import('./thread.ts');
