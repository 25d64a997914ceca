// All scalar functions by name. A Map, so that a function called `constructor` is simply not there.

import {amountFunctions} from './amount.ts';
import {cipherFunctions} from './cipher.ts';
import {comparisonFunctions} from './comparison.ts';
import {controlFunctions} from './control.ts';
import type {FunctionDefinition} from './definition.ts';
import {hashFunctions} from './hash.ts';
import {informationFunctions} from './information.ts';
import {jsonBuildFunctions} from './json-build.ts';
import {jsonChangeFunctions} from './json-change.ts';
import {jsonReadFunctions} from './json-read.ts';
import {lockingFunctions} from './locking.ts';
import {networkFunctions} from './network.ts';
import {numericFunctions} from './numeric.ts';
import {regexpFunctions} from './regexp-functions.ts';
import {stringFunctions} from './string.ts';
import {stringNumberFunctions} from './string-number.ts';
import {stringSearchFunctions} from './string-search.ts';
import {temporalArithmeticFunctions} from './temporal-arithmetic.ts';
import {temporalFormatFunctions} from './temporal-format.ts';
import {temporalNowFunctions} from './temporal-now.ts';
import {temporalPartFunctions} from './temporal-part.ts';

const ALL: readonly FunctionDefinition[] = [
  ...amountFunctions,
  ...cipherFunctions,
  ...comparisonFunctions,
  ...controlFunctions,
  ...hashFunctions,
  ...informationFunctions,
  ...jsonBuildFunctions,
  ...jsonChangeFunctions,
  ...jsonReadFunctions,
  ...lockingFunctions,
  ...networkFunctions,
  ...numericFunctions,
  ...regexpFunctions,
  ...stringFunctions,
  ...stringNumberFunctions,
  ...stringSearchFunctions,
  ...temporalArithmeticFunctions,
  ...temporalFormatFunctions,
  ...temporalNowFunctions,
  ...temporalPartFunctions,
];

const BY_NAME: ReadonlyMap<string, FunctionDefinition> = new Map(ALL.map(f => [f.name, f]));

/** The function of this name, case ignored. */
export function findFunction(name: string): FunctionDefinition | undefined {
  return BY_NAME.get(name.toUpperCase());
}

/** Every function, for the documentation. */
export function allFunctions(): readonly FunctionDefinition[] {
  return [...BY_NAME.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
