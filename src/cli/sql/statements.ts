// Cuts typed text into statements. A statement ends at the delimiter outside of quotes and comments; `DELIMITER x` on a line of its own changes it, as
// stored programs need it.

const DELIMITER = /^[ \t]*delimiter[ \t]+(\S+)[ \t]*$/i;

export class StatementCutter {
  #delimiter = ';';
  #text = '';
  /** Up to here `#text` holds no end of a statement. */
  #at = 0;
  /** The quote or comment that #at stands in. */
  #inside: '' | "'" | '"' | '`' | '/*' | '--' = '';

  /** Takes one line, without its end; returns the statements that it completes. */
  line(line: string): string[] {
    const command = this.#text.trim() === '' ? DELIMITER.exec(line) : null;
    if (command !== null) {
      this.#delimiter = command[1];
      return [];
    }
    this.#text += `${line}\n`;
    return this.#cut();
  }

  /** What is left at the end of the input; '' when nothing is. */
  rest(): string {
    const rest = this.#text.trim();
    this.#text = '';
    this.#at = 0;
    this.#inside = '';
    return rest;
  }

  /** Nothing has been typed since the last statement. */
  get isEmpty(): boolean {
    return this.#text.trim() === '';
  }

  #cut(): string[] {
    const found: string[] = [];
    while (this.#at < this.#text.length) {
      if (this.#inside !== '') this.#skip();
      else if (this.#text.startsWith(this.#delimiter, this.#at)) {
        const statement = this.#text.slice(0, this.#at).trim();
        if (statement !== '') found.push(statement);
        this.#text = this.#text.slice(this.#at + this.#delimiter.length);
        this.#at = 0;
      } else this.#enter();
    }
    return found;
  }

  /** One character outside of quotes and comments. */
  #enter(): void {
    const text = this.#text;
    const char = text[this.#at];
    const two = text.slice(this.#at, this.#at + 2);
    if (char === "'" || char === '"' || char === '`') this.#inside = char;
    else if (two === '/*') this.#inside = '/*';
    else if (char === '#' || (two === '--' && /\s/.test(text[this.#at + 2] ?? ' '))) this.#inside = '--';
    this.#at += two === '/*' ? 2 : 1;
  }

  /** To the end of the quote or comment, or of the text. */
  #skip(): void {
    const text = this.#text;
    const inside = this.#inside;
    const closing = inside === '/*' ? '*/' : inside === '--' ? '\n' : inside;
    for (; this.#at < text.length; this.#at++) {
      if (text[this.#at] === '\\' && (inside === "'" || inside === '"')) this.#at++;
      else if (text.startsWith(closing, this.#at)) {
        this.#inside = '';
        this.#at += closing.length;
        return;
      }
    }
  }
}
