// Characters that a collation does not tell apart, as one number: what LIKE, LOCATE and REPLACE compare texts by.
//
// Each character stands for itself alone: sequences that a collation treats as one letter are compared letter by letter, as
// MySQL's LIKE does.

import type {Collation} from '../../format/value/collation.ts';
import {weightText} from '../exec/value-order.ts';

const instances: Map<number, CharacterClasses> = new Map();

/** Code points whose class is kept; above, classes are computed each time. */
const KEPT_MAX = 65536;

export class CharacterClasses {
  readonly #collation: Collation;
  readonly #classes: Map<string, number> = new Map();
  readonly #known: (number | undefined)[] = [];

  private constructor(collation: Collation) {
    this.#collation = collation;
  }

  static for(collation: Collation): CharacterClasses {
    let classes = instances.get(collation.id);
    if (classes === undefined) {
      classes = new CharacterClasses(collation);
      instances.set(collation.id, classes);
    }
    return classes;
  }

  /** The class of each character of a text. */
  of(text: string): number[] {
    const result: number[] = [];
    for (const character of text) result.push(this.ofCharacter(character));
    return result;
  }

  ofCharacter(character: string): number {
    const code = character.codePointAt(0) as number;
    if (this.#collation.isBinary) return code;
    const known = this.#known[code];
    if (known !== undefined) return known;
    const found = this.#classOf(character, code);
    if (code < KEPT_MAX) this.#known[code] = found;
    return found;
  }

  /** The first character seen of each class lends its code; padded collations give trailing blanks no weight. */
  #classOf(character: string, code: number): number {
    if (character === ' ') return code;
    const key = weightText(character, this.#collation);
    const found = this.#classes.get(key);
    if (found !== undefined) return found;
    if (this.#classes.size < KEPT_MAX) this.#classes.set(key, code);
    return code;
  }
}
