// When a kept intermediate result (hash table, materialised rows, uncorrelated subquery) is still good.

/** Counts the runs of a statement, or of a query block inside it. A result made in one epoch is good until the next. */
export class Epoch {
  value = 0;

  advance(): void {
    this.value++;
  }
}
