// Servers by the names of the command line.

import {Galera} from './galera.ts';
import {Mariadb} from './mariadb.ts';
import {MariadbReplica} from './mariadb-replica.ts';
import {Pando} from './pando.ts';
import type {Place, Server} from './server.ts';

/** True when the name means some server, installed or not. */
export function isServerName(name: string): boolean {
  return name === 'mariadb' || name === 'mariadb-replica' || Galera.isNameOf(name) || Pando.isNameOf(name);
}

/** Makes a server without starting it; undefined when it is not installed. */
export function makeServer(name: string, place: Place, galeraFlush: string): Promise<Server | undefined> {
  if (name === 'mariadb') return Mariadb.make(place);
  if (name === 'mariadb-replica') return MariadbReplica.make(place);
  if (Galera.isNameOf(name)) return Galera.make(name, place, galeraFlush);
  return Pando.make(name, place);
}
