// Where storage nodes are, as people write it: zone@host:port.

import {OperatingError} from '../../base/errors.ts';
import type {NodePlace} from '../../storage/quorum/api.ts';
import {SEGMENTS} from '../../storage/quorum/membership.ts';
import {parseAddress} from '../../storage/quorum/sockets.ts';

/** Undefined when it is not of that form. */
export function parsePlace(text: string): NodePlace | undefined {
  const at = text.indexOf('@');
  const zone = text.slice(0, Math.max(0, at));
  const address = text.slice(at + 1);
  return zone === '' || parseAddress(address) === undefined ? undefined : {zone, address};
}

/** The six nodes of a volume, in the order of their numbers. Throws OperatingError. */
export function parsePlaces(list: string): readonly NodePlace[] {
  const places = list.split(',').map(text => parsePlace(text.trim()));
  const known = places.filter(place => place !== undefined);
  if (known.length !== SEGMENTS || places.length !== SEGMENTS)
    throw new OperatingError(`--storage-nodes ${list}`, `name ${SEGMENTS} nodes like a@host:port, with commas between`);
  return known;
}
