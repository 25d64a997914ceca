// What the account of a session may do now: its grants, those of its active roles, its limits. Learned before a statement, forgotten when accounts
// have changed anywhere.

import type {EngineSession} from '../../engine/api.ts';
import {type AccountId, isSameAccount, type StoredAccount} from '../catalog/accounts.ts';
import {NO_RIGHTS, type Rights} from '../catalog/rights.ts';
import type {Steps} from '../catalog/steps.ts';
import type {RoleSet} from '../parse/ast-command.ts';
import {chosenRoles} from '../statement/roles.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from '../statement/statement-context.ts';
import type {SqlSessionState} from './session-state.ts';
import type {SqlServer} from './sql-server.ts';
import {variableNamed} from './variables.ts';

/** Kinds of statements that MAX_UPDATES_PER_HOUR counts. */
const UPDATES = /^(insert|update|delete|load|create|alter|drop|rename|truncate|grant|revoke)/;

export class SessionRights {
  readonly #server: SqlServer;
  readonly #engine: EngineSession;
  readonly #state: SqlSessionState;
  #rights: Rights | undefined;
  #account: StoredAccount | undefined;
  /** Rises when what was learned may be out of date. */
  #version = 0;

  constructor(server: SqlServer, engine: EngineSession, state: SqlSessionState) {
    this.#server = server;
    this.#engine = engine;
    this.#state = state;
  }

  get current(): Rights {
    return this.#rights ?? NO_RIGHTS;
  }

  /** The account may run so many statements only: each is counted. */
  get isLimited(): boolean {
    const limits = this.#account?.limits;
    return limits !== undefined && (limits.queriesPerHour > 0 || limits.updatesPerHour > 0);
  }

  /** Rights may have changed; plans were made under the old ones. */
  forget(): void {
    this.#rights = undefined;
    this.#version++;
    this.#state.settingsVersion++;
  }

  /** Finds out what the account may do. To be called before a statement's context is made. */
  *learn(): Steps<void> {
    if (this.#rights !== undefined) return;
    const {accountUser, accountHost} = this.#state.identity;
    const {rights} = this.#server;
    for (;;) {
      const version = this.#version;
      this.#account = yield* rights.account(this.#engine, accountUser, accountHost);
      const roles = this.#account === undefined ? [] : this.#rolesOf(this.#account);
      const found = yield* rights.of(this.#engine, accountUser, accountHost, roles);
      if (version !== this.#version) continue;
      this.#state.activeRoles = roles;
      this.#rights = found ?? NO_RIGHTS;
      return;
    }
  }

  /** At first the default roles (or all); later those that were chosen, as far as the account still has them. */
  #rolesOf({roles, defaultRoles}: StoredAccount): readonly AccountId[] {
    const takesAll = this.#state.globals.get(variableNamed('activate_all_roles_on_login')) === 1;
    const wanted = this.#state.activeRoles ?? (takesAll ? roles : defaultRoles);
    return wanted.filter(role => roles.some(had => isSameAccount(had, role))).map(({user, host}) => ({user, host}));
  }

  /** SET ROLE; 3530 for a role that the account does not have. */
  *setRole(context: StatementContext, set: RoleSet): Steps<Outcome> {
    const {accountUser, accountHost} = this.#state.identity;
    const account = yield* this.#server.rights.account(this.#engine, accountUser, accountHost);
    if (account === undefined) return NOTHING_DONE;
    this.#state.activeRoles = chosenRoles(context, set, account);
    this.forget();
    return NOTHING_DONE;
  }

  /** Counts a statement of this kind; 1226 when the account has had its share of this hour. */
  count(kind: string): void {
    if (this.#account === undefined || !this.isLimited) return;
    this.#server.usage.countStatement(this.#account, this.#account.limits, UPDATES.test(kind));
  }
}
