// Values of system variables: the global ones, which all primaries share (catalog/shared-settings.ts), and those of one session on top of them.

import {SqlError} from '../../base/sql-error.ts';
import {findVariable, SYSTEM_VARIABLES, type VariableDefinition, type VariableValue} from './system-variables.ts';

/** Facts that the host fills in: port, data directory, host name, uuid. */
export type ServerFacts = ReadonlyMap<string, VariableValue>;

export class GlobalVariables {
  readonly #facts: ServerFacts;
  /** What SET GLOBAL has set, here or on another primary. */
  #values: Map<string, VariableValue> = new Map();
  #atLogin: ReadonlyMap<string, VariableValue> | undefined;

  constructor(facts: ServerFacts = new Map()) {
    this.#facts = facts;
  }

  get(variable: VariableDefinition): VariableValue {
    const value = this.#values.get(variable.name) ?? this.#facts.get(variable.name);
    return value === undefined ? variable.initial : value;
  }

  /** All values that SET GLOBAL has set on any primary. */
  setAll(values: ReadonlyMap<string, VariableValue>): void {
    this.#atLogin = undefined;
    this.#values = new Map(values);
  }

  /** `value` undefined: back to the built-in default. */
  set(variable: VariableDefinition, value: VariableValue | undefined): void {
    this.#atLogin = undefined;
    if (value === undefined) this.#values.delete(variable.name);
    else this.#values.set(variable.name, value);
  }

  /** What a session that begins now has; all sessions that begin before the next `set` share it. */
  atLogin(): ReadonlyMap<string, VariableValue> {
    if (this.#atLogin === undefined) {
      const values = new Map<string, VariableValue>();
      for (const variable of SYSTEM_VARIABLES.values())
        if (variable.scope !== 'global') values.set(variable.name, this.get(variable));
      this.#atLogin = values;
    }
    return this.#atLogin;
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
  /** Shared with all sessions that began between the same two SET GLOBAL. */
  #atLogin: ReadonlyMap<string, VariableValue>;
  /** What has been set since. */
  #own: Map<string, VariableValue> | undefined;

  constructor(globals: GlobalVariables) {
    this.#globals = globals;
    this.#atLogin = globals.atLogin();
  }

  /** As at login: the globals' values of now. */
  reset(): void {
    this.#own = undefined;
    this.#atLogin = this.#globals.atLogin();
  }

  get(variable: VariableDefinition): VariableValue {
    if (variable.scope === 'global') return this.#globals.get(variable);
    const own = this.#own?.get(variable.name);
    return own === undefined ? (this.#atLogin.get(variable.name) ?? null) : own;
  }

  set(variable: VariableDefinition, value: VariableValue): void {
    if (value === this.get(variable)) return;
    this.#own ??= new Map();
    this.#own.set(variable.name, value);
  }
}
