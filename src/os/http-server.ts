// The admin interface's HTTP, both ends: GET and POST without bodies, on loopback.

import {createServer, request, type Server} from 'node:http';

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

/** One request to an admin interface; resolves with status and body. It waits as long as the other side is there: a check of a large volume takes minutes. */
export function requestHttp(method: 'GET' | 'POST', url: string): Promise<{status: number; body: string}> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {method}, answer => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', text => {
        body += text;
      });
      answer.on('end', () => resolve({status: answer.statusCode ?? 0, body}));
      answer.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}
