// Shared memory and doorbells between primaries.

/** Wakes the event loop of another thread. The ring of messages is elsewhere; a bell carries nothing. */
export interface Doorbells {
  /** Makes the event loop of node `node` call its handler soon. Cheap when the node is awake. */
  ring(node: number): void;
  /** Registers this thread's handler for bells of node `node`. It is called in a turn of its own; it may be called without need. */
  listen(node: number, handler: () => void): void;
  /** Stops listening. */
  close(node: number): void;
}
