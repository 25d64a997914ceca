// LIKE on names, as SHOW and host patterns use it: % is any run of characters, _ is one, \ takes the next as it is. Case is ignored.

/** Whether a name matches. The time is bounded by the product of the lengths, and both are short. */
export function nameMatches(pattern: string, name: string): boolean {
  const p = pattern.toLowerCase();
  const t = name.toLowerCase();
  let at = 0;
  let inText = 0;
  let star = -1;
  let resume = 0;
  while (inText < t.length) {
    const isEscaped = p[at] === '\\' && at + 1 < p.length;
    const wanted = isEscaped ? p[at + 1] : p[at];
    if (!isEscaped && wanted === '%') {
      star = at++;
      resume = inText;
    } else if (at < p.length && ((!isEscaped && wanted === '_') || wanted === t[inText])) {
      at += isEscaped ? 2 : 1;
      inText++;
    } else if (star >= 0) {
      at = star + 1;
      inText = ++resume;
    } else return false;
  }
  while (p[at] === '%') at++;
  return at === p.length;
}
