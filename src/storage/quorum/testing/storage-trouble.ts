// What happens to storage nodes: they die, lose power or their disk, rot, freeze and are cut off; at most two at a time, which is what a quorum of four of six bears.

import type {Clock} from '../../../env/clock.ts';
import type {QuorumNodes, TestStorage} from './quorum-nodes.ts';

/** Members that may be unwell at once. */
const UNWELL_MAX = 2;
/** Bits of files beyond this byte are not flipped: what is read often lies before. */
const FLIPPED_BYTES = 6000;

export class StorageTrouble {
  readonly #nodes: QuorumNodes<Clock>;
  readonly #note: (what: string) => void;
  /** Nodes whose disk will crash in one of its next operations. */
  readonly #doomed = new Set<number>();

  constructor(nodes: QuorumNodes<Clock>, note: (what: string) => void) {
    this.#nodes = nodes;
    this.#note = note;
  }

  isWell({number, node}: TestStorage): boolean {
    const {frozen, cut} = this.#nodes.network;
    return node?.isWhole === true && !this.#doomed.has(number) && !frozen.has(number) && !cut.has(number);
  }

  /** Something happens to one of the members, if the others are well enough. */
  strike(members: readonly TestStorage[]): void {
    const unwell = members.filter(one => !this.isWell(one));
    const well = members.filter(one => this.isWell(one));
    if (unwell.length >= UNWELL_MAX || well.length === 0) return;
    const {prng, network} = this.#nodes;
    const victim = well[prng.below(well.length)];
    const {number} = victim;
    const dice = prng.below(7);
    this.#note(`${['power', 'kill', 'wipe', 'flip', 'freeze', 'cut', 'crash in an operation'][dice]} ${number}`);
    if (dice === 0) this.#nodes.stopStorage(number, 'power');
    else if (dice === 1) this.#nodes.stopStorage(number, 'kill');
    else if (dice === 2) this.#nodes.stopStorage(number, 'wipe');
    else if (dice === 3) this.#flip(victim);
    else if (dice === 4) network.frozen.add(number);
    else if (dice === 5) network.cut.add(number);
    else {
      victim.disk.crashAfter(1 + prng.below(20));
      this.#doomed.add(number);
    }
  }

  /** A node restarts with some bits of its files flipped. */
  #flip({number, disk}: TestStorage): void {
    const {prng} = this.#nodes;
    this.#nodes.stopStorage(number, 'kill');
    const files = ['d', 'd/pg-000000', 'd/pg-000000/log', 'd/pg-000000/images', 'd/pg-000001/log'].flatMap(directory =>
      disk.existsSync(directory) ? disk.listSync(directory).map(name => `${directory}/${name}`) : [],
    );
    for (let k = 0; k < 3; k++) {
      const path = files[prng.below(files.length)];
      if (!/\.(a|b|log|images)$/.test(path)) continue;
      const file = disk.openSync(path, {readOnly: true});
      const size = file.sizeSync();
      if (size > 0) disk.flip(path, prng.below(Math.min(size, FLIPPED_BYTES)), prng.below(8));
      file.closeSync();
    }
    this.#nodes.startStorage(number);
  }

  /** One unwell node is helped up. */
  mend(): void {
    const {frozen, cut} = this.#nodes.network;
    const all = [...this.#nodes.storage.values()];
    const unwell = all.filter(
      ({number, node}) => node === undefined || this.#doomed.has(number) || frozen.has(number) || cut.has(number),
    );
    if (unwell.length === 0) return;
    this.help(unwell[this.#nodes.prng.below(unwell.length)]);
  }

  help({number, node, disk}: TestStorage): void {
    const nodes = this.#nodes;
    this.#note(`help ${number}`);
    if (this.#doomed.delete(number)) disk.crashAfter(Number.POSITIVE_INFINITY);
    if (disk.isDead && node !== undefined) nodes.stopStorage(number, 'power');
    if (nodes.storage.get(number)?.node === undefined) nodes.startStorage(number);
    if (nodes.network.frozen.has(number)) nodes.network.thaw(number);
    nodes.network.cut.delete(number);
  }
}
