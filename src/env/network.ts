// Byte streams. Callbacks, no promises: the path of a cached point select creates none (D1).

export interface Socket {
  /** Peer address for the log and for accounts, as "127.0.0.1" or "::1". */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Set by the owner before the first byte can arrive. The chunk is valid only during the call. */
  onData: (chunk: Uint8Array) => void;
  /** The peer is gone, or `destroy` was called; fires once. */
  onClose: () => void;
  /** Everything queued by `write` has been taken by the kernel. */
  onDrain: () => void;
  /** Sends the bytes. True: the kernel took them and the buffer may be reused. False: the bytes are queued by
   * reference; give the buffer away and wait for onDrain. */
  write(bytes: Uint8Array): boolean;
  /** Bytes queued and not yet taken by the kernel. */
  readonly queued: number;
  pause(): void;
  resume(): void;
  /** Closes after what was written is sent. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
  /** Becomes the server side of TLS in place: `onData` then carries plain text. `first` are bytes already read. */
  startTls(credentials: TlsCredentials, first: Uint8Array, ready: () => void): void;
  /** True once TLS is up. */
  readonly secure: boolean;
}

/** Certificate and key in PEM. */
export interface TlsCredentials {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface Listener {
  readonly port: number;
  /** Stops accepting; open sockets stay. */
  close(): void;
}

export interface Network {
  /** Listens; `shared` lets several threads bind the same port (SO_REUSEPORT). `ready` gets the reason on failure. */
  listen(
    address: {host: string; port: number; shared: boolean},
    accept: (socket: Socket) => void,
    ready: (error?: {code: string; message: string}) => void,
  ): Listener;
  /** Opens a connection; exactly one of the two is called, later. */
  connect(
    address: {host: string; port: number},
    connected: (socket: Socket) => void,
    failed: (error: {code: string; message: string}) => void,
  ): void;
}
