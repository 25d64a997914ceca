// Being written (claimed by the helper for functions).

import type {FunctionDefinition} from './definition.ts';

export const jsonReadFunctions: readonly FunctionDefinition[] = [];
