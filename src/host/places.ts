// Where the files of this program lie.

/** The program's root. This module is two levels below it wherever it runs: as a source, and in the bundle (dist/bundle). */
export const ROOT: URL = new URL('../../', import.meta.url);
