// The sessions of the other primaries, asked for when somebody wants the process list. The supervisor passes questions and answers on; a primary
// that does not answer in time (it may be dead) is left out.

import type {Waiter} from '../../engine/api.ts';
import type {Clock} from '../../env/clock.ts';
import type {ProcessInfo} from '../../sql/session/sql-world.ts';

/** A primary that serves answers within a turn of its event loop. Milliseconds. */
const PATIENCE_MS = 500;

/** One question under way. */
interface Question {
  readonly number: number;
  /** How many primaries have been asked; undefined until the supervisor has said so. */
  asked: number | undefined;
  answers: number;
  readonly found: ProcessInfo[];
  isOver: boolean;
}

export class ProcessLists {
  readonly #clock: Clock;
  readonly #ask: (question: number) => void;
  readonly #questions: Map<Waiter, Question> = new Map();
  #last = 0;

  /** `ask` sends a question to all other primaries. */
  constructor(clock: Clock, ask: (question: number) => void) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** The other primaries' sessions; undefined: not yet, the waiter is woken when it is worth asking again. */
  others(waiter: Waiter): readonly ProcessInfo[] | undefined {
    const question = this.#questions.get(waiter) ?? this.#begin(waiter);
    if (!question.isOver) return undefined;
    this.#questions.delete(waiter);
    return question.found;
  }

  #begin(waiter: Waiter): Question {
    const question: Question = {number: ++this.#last, asked: undefined, answers: 0, found: [], isOver: false};
    this.#questions.set(waiter, question);
    this.#clock.after(PATIENCE_MS, () => this.#end(waiter, question));
    this.#ask(question.number);
    return question;
  }

  /** So many primaries have been asked. */
  asked(number: number, count: number): void {
    this.#with(number, (question, waiter) => {
      question.asked = count;
      if (question.answers === count) this.#end(waiter, question);
    });
  }

  answered(number: number, processes: readonly ProcessInfo[]): void {
    this.#with(number, (question, waiter) => {
      question.found.push(...processes);
      if (++question.answers === question.asked) this.#end(waiter, question);
    });
  }

  #with(number: number, change: (question: Question, waiter: Waiter) => void): void {
    for (const [waiter, question] of this.#questions) if (question.number === number) change(question, waiter);
  }

  #end(waiter: Waiter, question: Question): void {
    if (question.isOver) return;
    question.isOver = true;
    waiter.wake();
    // Whoever asked may be gone: nobody takes the answer then.
    this.#clock.after(PATIENCE_MS, () => {
      if (this.#questions.get(waiter) === question) this.#questions.delete(waiter);
    });
  }
}
