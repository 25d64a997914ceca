// `pando storage`: one storage node of a quorum volume. It holds a replica of every protection group, in one directory.

import pc from 'picocolors';
import {OperatingError} from '../base/errors.ts';
import {readSecret} from '../host/secret.ts';
import {bellBytes} from '../os/bells.ts';
import {threadEnv} from '../os/env.ts';
import {StorageNode} from '../storage/quorum/replica/node.ts';
import {parseAddress, SocketTransport, StorageServer} from '../storage/quorum/sockets.ts';

export interface StorageArguments {
  readonly zone: string;
  readonly data: string;
  readonly listen: string;
  /** File with the cluster's secret. */
  readonly secretFile?: string;
  readonly logJson?: boolean;
  /** Ends with the process that started it. */
  readonly child?: boolean;
}

/** What a child tells the process that started it, before its address. */
export const LISTENS = 'storage listens on ';

/** Runs until SIGTERM or SIGINT. Throws OperatingError when it cannot start. */
export function storage(args: StorageArguments): void {
  const address = parseAddress(args.listen);
  if (address === undefined) throw new OperatingError(`--listen ${args.listen}`, 'give it as host:port');
  const secret = args.secretFile === undefined ? undefined : readSecret(args.secretFile);
  if (secret === undefined && !isLoopback(address.host))
    throw new OperatingError(
      `--listen ${args.listen} without a secret would serve the volume to everybody who can reach it`,
      'give --secret-file, or listen on 127.0.0.1',
    );
  if (args.child === true) endWithParent();
  const log = args.logJson === true ? 'json' : 'text';
  const env = threadEnv({bells: new SharedArrayBuffer(bellBytes(1)), part: `storage ${args.zone}`, log});
  env.disk.makeDirectorySync(args.data);
  const lock = env.disk.lockDirectorySync(args.data);
  if (lock === undefined)
    throw new OperatingError(
      `${args.data} is in use by another process`,
      'stop that process, or name another directory',
    );
  const {clock} = env;
  const onFailure = (reason: string): void => {
    console.error(`${pc.red('pando storage:')} ${reason}`);
    process.exit(1);
  };
  const node = new StorageNode(
    env,
    {directory: args.data, zone: args.zone, now: () => clock.now(), onFailure},
    new SocketTransport(env, secret),
  );
  const server = new StorageServer(env, node, secret);
  server.start(address, (port, error) => {
    if (error !== undefined) onFailure(`cannot listen on ${args.listen}: ${error.message}`);
    console.log(`${LISTENS}${address.host}:${port}`);
  });
  const stop = (): void => {
    server.close();
    lock.release();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', args.child === true ? () => {} : stop);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** The pipe that the parent holds ends with it, whatever it died of. */
function endWithParent(): void {
  process.stdin.on('end', () => process.exit(0));
  process.stdin.on('error', () => process.exit(0));
  process.stdin.resume();
}
