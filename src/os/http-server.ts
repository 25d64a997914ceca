// A small HTTP server for the admin interface: GET and POST without bodies, on loopback.

import {createServer, type Server} from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export type HttpHandler = (
  method: string,
  path: string,
  query: URLSearchParams,
  reply: (answer: HttpAnswer) => void,
) => void;

/** Listens; `ready` gets the port, or the reason why not. */
export function serveHttp(
  host: string,
  port: number,
  handler: HttpHandler,
  ready: (port: number, error?: Error) => void,
): Server {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    request.resume();
    handler(request.method ?? 'GET', url.pathname, url.searchParams, answer => {
      response.writeHead(answer.status, {'content-type': answer.type, 'cache-control': 'no-store'});
      response.end(answer.body);
    });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.on('error', error => ready(0, error));
  server.listen(port, host, () => {
    const address = server.address();
    ready(typeof address === 'object' && address !== null ? address.port : port);
  });
  return server;
}

/** One request to an admin interface; resolves with status and body. */
export async function requestHttp(method: 'GET' | 'POST', url: string): Promise<{status: number; body: string}> {
  const response = await fetch(url, {method, signal: AbortSignal.timeout(600_000)});
  return {status: response.status, body: await response.text()};
}
