// Values of system variables: those of the primary, and those of one session on top of them.
//
// SET GLOBAL holds on the primary where it was run, until it restarts; spreading it over the cluster is not done yet.

import {SqlError} from '../../base/sql-error.ts';
import {findVariable, SYSTEM_VARIABLES, type VariableDefinition, type VariableValue} from './system-variables.ts';

/** Facts that the host fills in: port, data directory, host name, uuid. */
export type ServerFacts = ReadonlyMap<string, VariableValue>;

export class GlobalVariables {
  readonly #values: Map<string, VariableValue> = new Map();

  constructor(facts: ServerFacts = new Map()) {
    for (const [name, value] of facts) this.#values.set(name, value);
  }

  get(variable: VariableDefinition): VariableValue {
    const value = this.#values.get(variable.name);
    return value === undefined ? variable.initial : value;
  }

  /** `value` undefined: back to the built-in default. */
  set(variable: VariableDefinition, value: VariableValue | undefined): void {
    if (value === undefined) this.#values.delete(variable.name);
    else this.#values.set(variable.name, value);
  }
}

/** Throws 1193 for a name that is no variable. */
export function variableNamed(name: string): VariableDefinition {
  const variable = findVariable(name);
  if (variable === undefined) throw new SqlError('ER_UNKNOWN_SYSTEM_VARIABLE', name);
  return variable;
}

/** Throws when `SET [scope]` of the variable is not allowed. */
export function checkSettable(variable: VariableDefinition, scope: 'global' | 'session'): void {
  if (variable.readOnly) throw new SqlError('ER_INCORRECT_GLOBAL_LOCAL_VAR', variable.name, 'read only');
  if (scope === 'global' && variable.scope === 'session') throw new SqlError('ER_LOCAL_VARIABLE', variable.name);
  if (scope === 'session' && variable.scope === 'global') throw new SqlError('ER_GLOBAL_VARIABLE', variable.name);
}

/** Values set in one session; all others are the globals' at the time the session began (MySQL copies them at login). */
export class SessionVariables {
  readonly #globals: GlobalVariables;
  readonly #values: Map<string, VariableValue> = new Map();

  constructor(globals: GlobalVariables) {
    this.#globals = globals;
    this.reset();
  }

  /** As at login: a copy of the globals. */
  reset(): void {
    this.#values.clear();
    for (const variable of SYSTEM_VARIABLES.values()) {
      if (variable.scope !== 'global') this.#values.set(variable.name, this.#globals.get(variable));
    }
  }

  get(variable: VariableDefinition): VariableValue {
    return variable.scope === 'global' ? this.#globals.get(variable) : (this.#values.get(variable.name) ?? null);
  }

  set(variable: VariableDefinition, value: VariableValue): void {
    this.#values.set(variable.name, value);
  }
}
