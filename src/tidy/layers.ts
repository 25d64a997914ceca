// The rooms and what each may import: data for the layer test, and the table in ARCHITECTURE.md.
// A name with a slash is a part of a room; a room not listed may not be imported at all. Imports go down only.

export const layers: Readonly<Record<string, readonly string[]>> = {
  base: [],
  env: ['base'],
  os: ['base', 'env'],
  format: ['base'],
  storage: ['base', 'env', 'format'],
  fusion: ['base', 'env', 'format'],
  engine: ['base', 'env', 'format', 'storage/api', 'fusion/api'],
  sql: ['base', 'env', 'format/value', 'format/row', 'format/key', 'format/memory', 'engine/api'],
  protocol: ['base', 'env'],
  cluster: ['base', 'env', 'format', 'storage', 'fusion', 'engine', 'sql', 'protocol'],
  host: ['base', 'env', 'os', 'cluster'],
  cli: ['base', 'env', 'format', 'os', 'storage', 'protocol/client', 'cluster', 'host', 'sim'],
  sim: ['base', 'env', 'format', 'storage', 'fusion', 'engine', 'sql', 'protocol', 'cluster', 'testing'],
  testing: ['base', 'env', 'format'],
  tidy: [],
};

/** Files that hold a whole room together are kept to these sizes (lines). */
export const FILE_LINES_MAX = 500;
export const FUNCTION_LINES_MAX = 70;
