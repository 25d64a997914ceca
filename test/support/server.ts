// Starts and ends a real Pando process for tests, as a user would: the command line, a directory, ports on loopback.

import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {CheckResult} from '../../src/cluster/admin/api.ts';
import {requestHttp} from '../../src/os/http-server.ts';

/** The command line. */
export const MAIN = fileURLToPath(new URL('../../src/cli/main.mjs', import.meta.url));

export interface ServerOptions {
  readonly primaries?: number;
  /** Kept across restarts when given; else a temporary directory, removed by `close`. */
  readonly data?: string;
  readonly args?: readonly string[];
  /** Variables of the process, beside those of this one. */
  readonly env?: Readonly<Record<string, string>>;
  /** The program, when it is not the command line itself. */
  readonly main?: string;
  /** First of the ports to use; by default free ones are looked for. */
  readonly port?: number;
}

export class Server {
  readonly data: string;
  readonly port: number;
  readonly httpPort: number;
  readonly primaries: number;
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #main: string;
  readonly #temporary: boolean;
  #process: ChildProcess | undefined;
  /** Everything it has printed in this life. */
  output = '';

  private constructor(options: ServerOptions, port: number, httpPort: number) {
    this.#temporary = options.data === undefined;
    this.data = options.data ?? mkdtempSync(join(tmpdir(), 'pando-test-'));
    this.port = port;
    this.httpPort = httpPort;
    this.primaries = options.primaries ?? 2;
    this.#args = options.args ?? [];
    this.#env = options.env ?? {};
    this.#main = options.main ?? MAIN;
  }

  /** Starts a server and waits until all its primaries serve. */
  static async start(options: ServerOptions = {}): Promise<Server> {
    const primaries = options.primaries ?? 2;
    const port = options.port ?? (await freePorts(primaries + 2));
    const server = new Server(options, port, port + primaries + 1);
    await server.run();
    return server;
  }

  /** Port of one primary, 1 ..; 0 is the port shared by all. */
  portOf(primary: number): number {
    return this.port + primary;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Starts the process (again) and waits until it is ready. Returns the milliseconds that took. */
  async run(): Promise<number> {
    const started = performance.now();
    this.output = '';
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        this.#main,
        'start',
        '--primaries',
        String(this.primaries),
        '--port',
        String(this.port),
        '--http-port',
        String(this.httpPort),
        '--data',
        this.data,
        ...this.#args,
      ],
      {stdio: ['ignore', 'pipe', 'pipe'], env: {...process.env, ...this.#env}},
    );
    this.#process = child;
    await new Promise<void>((done, fail) => {
      const hear = (bytes: Buffer): void => {
        this.output += bytes.toString();
        if (/\d+ primaries, one database/.test(this.output)) done();
      };
      child.stdout?.on('data', hear);
      child.stderr?.on('data', hear);
      child.once('exit', code => fail(new Error(`pando ended with ${code}:\n${this.output}`)));
    });
    return performance.now() - started;
  }

  /** Sends a signal that does not end it: SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Whether it has ended without being asked to. */
  get hasDied(): boolean {
    const child = this.#process;
    return child !== undefined && (child.exitCode !== null || child.signalCode !== null);
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>(done => child.once('exit', code => done(code)));
    child.kill(signal);
    return ended;
  }

  /** One admin request. */
  async admin(method: 'GET' | 'POST', path: string): Promise<{status: number; body: unknown}> {
    const {status, body} = await requestHttp(method, `http://127.0.0.1:${this.httpPort}${path}`);
    return {status, body: JSON.parse(body)};
  }

  /** Violations that `pando check` finds; throws when it cannot run. */
  async check(): Promise<readonly string[]> {
    return (await this.fullCheck()).violations;
  }

  /** The whole answer of `pando check`. */
  async fullCheck(): Promise<CheckResult> {
    return (await this.admin('POST', '/check')).body as CheckResult;
  }

  /** Stops cleanly and removes a temporary directory. */
  async close(): Promise<void> {
    await this.end('SIGTERM');
    if (this.#temporary) rmSync(this.data, {recursive: true, force: true});
  }
}

/** The first of `count` consecutive ports that are free now. */
async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const first = 20_000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all(Array.from({length: count}, (_, i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
  throw new Error('no free ports found');
}

function isFree(port: number): Promise<boolean> {
  return new Promise(done => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });
}
