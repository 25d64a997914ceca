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

/** The six nodes of a volume by their numbers: 1 to 6 in the order of the list, where it does not say another one (`7=a@host:port`). Throws OperatingError. */
export function parsePlaces(list: string): Readonly<Record<string, NodePlace>> {
  const places: Record<string, NodePlace> = {};
  for (const [i, text] of list.split(',').entries()) {
    const [, number = String(i + 1), written] = /^(?:(\d+)=)?(.*)$/.exec(text.trim()) ?? [];
    const place = parsePlace(written ?? '');
    if (place !== undefined) places[number] = place;
  }
  if (Object.keys(places).length !== SEGMENTS || list.split(',').length !== SEGMENTS)
    throw new OperatingError(`--storage-nodes ${list}`, `name ${SEGMENTS} nodes like a@host:port, with commas between`);
  return places;
}
