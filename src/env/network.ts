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
  /** What TLS has agreed on; undefined without TLS. */
  readonly tls?: TlsFacts | undefined;
}

/** What a TLS connection has agreed on, as its names are. */
export interface TlsFacts {
  readonly cipher: string;
  readonly version: string;
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

/** What both ends of a connection must know: it is encrypted with a key that is made of this, and nobody else can begin or read one. At least 16 bytes. */
export type Secret = Uint8Array;

export interface Network {
  /** Listens; `shared` lets several threads bind the same port (SO_REUSEPORT). With a secret `accept` is told only of those who know it. `ready` gets the reason on failure. */
  listen(
    address: {host: string; port: number; shared: boolean; secret?: Secret | undefined},
    accept: (socket: Socket) => void,
    ready: (error?: {code: string; message: string}) => void,
  ): Listener;
  /** Opens a connection; exactly one of the two is called, later. With a secret the other end has proved that it knows it. */
  connect(
    address: {host: string; port: number; secret?: Secret | undefined},
    connected: (socket: Socket) => void,
    failed: (error: {code: string; message: string}) => void,
  ): void;
}
