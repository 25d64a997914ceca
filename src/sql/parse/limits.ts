// Bounds of the parser. Every loop and every recursion in this room ends at one of these, or at the end of the
// statement, whose length is bounded itself.

/** Longest statement in bytes. The protocol room refuses earlier, at max_allowed_packet; this is the parser's own guard. */
export const STATEMENT_BYTES_MAX = 1024 * 1024 * 1024;

/**
 * How deep the parser may call itself, counted in expressions, queries, joins and compound statements. A level costs
 * about 1 KiB of the thread's stack before the optimising compiler has seen it, and a stack is 984 KiB by default.
 */
export const NESTING_MAX = 200;

/** How many extra levels a query counts for: it has more calls between its parts than an expression. */
export const QUERY_NESTING_COST = 3;

/**
 * How high an expression tree or a tree of set operations may become. Left-associative chains (`a + b + c ...`) are
 * parsed by a loop, but later walks recurse over them, so the height is bounded apart from the nesting.
 */
export const HEIGHT_MAX = 1000;

/** How many `?` one prepared statement may have: the protocol counts them in 16 bits. */
export const PLACEHOLDERS_MAX = 65_535;

/** How many columns one CREATE TABLE may define: MySQL's limit for any table. */
export const COLUMNS_MAX = 4096;

/** How many characters of the statement a syntax error quotes. */
export const NEAR_CHARACTERS_MAX = 80;
