// Being written (claimed by the helper for functions).

import type {FunctionDefinition} from './definition.ts';

export const jsonBuildFunctions: readonly FunctionDefinition[] = [];
