// The random values of the standard: uniform, non-uniform (NURand), last names of syllables.

import {Prng} from '../../src/base/prng.ts';
import type {Scale} from './scale.ts';

const SYLLABLES = ['BAR', 'OUGHT', 'ABLE', 'PRI', 'PRES', 'ESE', 'ANTI', 'CALLY', 'ATION', 'EING'];
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
/** Last names are numbered 0 .. 999, the first ones of a district in order. */
export const NAMES = 1000;

/** The constants C of NURand, one set for load and run: the standard allows any. */
const C_LAST = 173;
const C_ID = 511;
const C_ITEM = 4093;

export class TpccRandom {
  readonly #prng: Prng;

  constructor(seed: number) {
    this.#prng = new Prng(seed);
  }

  /** Uniform integer, both ends included. */
  between(low: number, high: number): number {
    return low + this.#prng.below(high - low + 1);
  }

  chance(percent: number): boolean {
    return this.#prng.below(100) < percent;
  }

  /** Amount of money with two decimals. */
  money(low: number, high: number): number {
    return this.between(low * 100, high * 100) / 100;
  }

  text(low: number, high: number): string {
    let text = '';
    for (let length = this.between(low, high); length > 0; length--) text += LETTERS[this.#prng.below(LETTERS.length)];
    return text;
  }

  digits(length: number): string {
    let text = '';
    for (let i = 0; i < length; i++) text += String(this.#prng.below(10));
    return text;
  }

  zip(): string {
    return `${this.digits(4)}11111`;
  }

  /** Text of items and stock: one in ten holds ORIGINAL somewhere. */
  data(): string {
    const text = this.text(26, 50);
    if (!this.chance(10)) return text;
    const at = this.between(0, text.length - 8);
    return `${text.slice(0, at)}ORIGINAL${text.slice(at + 8)}`;
  }

  customer(scale: Scale): number {
    return this.#nonUniform(1023, C_ID, 1, scale.customers);
  }

  item(scale: Scale): number {
    return this.#nonUniform(8191, C_ITEM, 1, scale.items);
  }

  /** A last name that some customer of every district has. */
  lastName(scale: Scale): string {
    return lastName(this.#nonUniform(255, C_LAST, 0, Math.min(NAMES, scale.customers) - 1));
  }

  /** The numbers 1 .. count in random order. */
  permutation(count: number): number[] {
    const numbers = Array.from({length: count}, (_, i) => i + 1);
    for (let i = count - 1; i > 0; i--) {
      const j = this.between(0, i);
      [numbers[i], numbers[j]] = [numbers[j], numbers[i]];
    }
    return numbers;
  }

  #nonUniform(a: number, c: number, low: number, high: number): number {
    return (((this.between(0, a) | this.between(low, high)) + c) % (high - low + 1)) + low;
  }
}

export function lastName(number: number): string {
  return SYLLABLES[Math.floor(number / 100) % 10] + SYLLABLES[Math.floor(number / 10) % 10] + SYLLABLES[number % 10];
}
