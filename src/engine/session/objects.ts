// The metadata and named locks of one session: what it holds, until the transaction's end or until it is given back.

import {PLockMode} from '../../fusion/api.ts';
import {ROW} from '../api.ts';
import type {EngineCore} from '../core.ts';
import {metadataPage, namedPage} from './object-locks.ts';
import type {Session} from './session.ts';

export class Objects {
  readonly #core: EngineCore;
  readonly #session: Session;
  readonly #metadata = new Set<number>();
  /** Objects whose definition this transaction changes. */
  readonly #changed = new Set<number>();
  /** Named locks: how often each is held. */
  readonly #named = new Map<string, number>();

  constructor(core: EngineCore, session: Session) {
    this.#core = core;
    this.#session = session;
  }

  lockMetadata(objectId: number, exclusive: boolean): number {
    const mode = exclusive ? PLockMode.exclusive : PLockMode.shared;
    const result = this.#core.objects.lock(
      this.#session,
      metadataPage(objectId),
      mode,
      this.#session.lockWaitTimeoutMs,
    );
    if (result === ROW) this.#metadata.add(objectId);
    return result;
  }

  unlockMetadata(objectId: number): void {
    if (this.#metadata.delete(objectId)) this.#core.objects.unlock(this.#session, metadataPage(objectId));
  }

  metadataVersion(objectId: number): number {
    return this.#core.objects.epochOf(metadataPage(objectId));
  }

  bumpMetadata(objectId: number): void {
    this.#changed.add(objectId);
    this.#core.objects.bump(metadataPage(objectId));
  }

  /** Commit or rollback: metadata locks fall; named locks stay with the session. */
  endTransaction(): void {
    for (const objectId of this.#changed) this.#core.objects.bump(metadataPage(objectId));
    this.#changed.clear();
    for (const objectId of this.#metadata) this.#core.objects.unlock(this.#session, metadataPage(objectId));
    this.#metadata.clear();
  }

  lockNamed(name: string, timeoutMs: number): number {
    const result = this.#core.objects.lock(this.#session, namedPage(name), PLockMode.exclusive, timeoutMs);
    if (result === ROW) this.#named.set(name, (this.#named.get(name) ?? 0) + 1);
    return result;
  }

  holdsNamed(name: string): boolean {
    return this.#named.has(name);
  }

  unlockNamed(name: string): boolean {
    const held = this.#named.get(name);
    if (held === undefined) return false;
    if (held > 1) this.#named.set(name, held - 1);
    else {
      this.#named.delete(name);
      this.#core.objects.unlock(this.#session, namedPage(name));
    }
    return true;
  }

  unlockAllNamed(): number {
    let count = 0;
    for (const [name, held] of this.#named) {
      count += held;
      this.#core.objects.unlock(this.#session, namedPage(name));
    }
    this.#named.clear();
    return count;
  }

  endSession(): void {
    this.endTransaction();
    this.unlockAllNamed();
  }
}
