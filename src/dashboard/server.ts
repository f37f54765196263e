import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatagpuError } from '../errors.js';
import { Api } from './api.js';
import { Clerk } from './clerk.js';
import { newToken, pageHeaders, refusalOf } from './gate.js';
import { ShownSets } from './sets.js';
import { Superseded } from './turn.js';

/** The files of the page, by their address: a closed list, read when the server starts. */
const assets: Readonly<Record<string, [file: string, type: string]>> = {
  '/': ['page.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
};

/** A dashboard that runs. */
export interface Dashboard {
  /** With the token: who has it sees the data. */
  address: string;
  port: number;
  /** Ends it; nothing is left running. */
  close(): Promise<void>;
}

/**
 * Serves data sets, by their manifests or folders, on loopback.
 *
 * @param port 0: any that is free
 * @throws DatagpuError `usage` when the port is taken, `input` when the page was not built
 */
export async function startDashboard(targets: readonly string[], port = 0): Promise<Dashboard> {
  const files = readAssets();
  const token = newToken();
  const clerk = new Clerk();
  const sets = new ShownSets(targets);
  const api = new Api(sets, clerk);
  const server = http.createServer((request, response) => {
    void respond(request, response, { port: (server.address() as AddressInfo).port, token, files, api });
  });
  server.headersTimeout = 10_000;
  await new Promise<void>((done, fail) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      fail(
        new DatagpuError('usage', `port ${port} can not be used: ${cause.code ?? cause.message}`, {
          hint: 'Name another one with --port, or none for one that is free',
          cause,
        }),
      ),
    );
    server.listen(port, '127.0.0.1', done);
  });
  clerk.warm();
  const taken = (server.address() as AddressInfo).port;
  return {
    address: `http://127.0.0.1:${taken}/#token=${token}`,
    port: taken,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
      await clerk.close();
    },
  };
}

interface Context {
  port: number;
  token: string;
  files: ReadonlyMap<string, { body: Buffer; type: string }>;
  api: Api;
}

async function respond(request: http.IncomingMessage, response: http.ServerResponse, context: Context): Promise<void> {
  const send = (status: number, type: string, body: Buffer | string): void => {
    response.writeHead(status, { ...pageHeaders, 'content-type': type });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  const json = (status: number, value: unknown): void =>
    send(status, 'application/json; charset=utf-8', JSON.stringify(value));
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
  try {
    const refused = refusalOf({ method: request.method ?? '', headers: request.headers, path }, context);
    if (refused !== null) return json(refused.status, { problem: refused.why });
    if (path.startsWith('/api/')) {
      const control = new AbortController();
      // The page gave up: it scrolled on, or asks something else.
      response.on('close', () => control.abort());
      return json(200, await context.api.answer(path, new URLSearchParams(query), control.signal));
    }
    const file = context.files.get(path);
    if (file === undefined) return json(404, { problem: 'there is no such page' });
    send(200, file.type, file.body);
  } catch (error) {
    if (error instanceof Superseded) return;
    const isExpected = error instanceof DatagpuError;
    const problem = isExpected ? error.describe() : `this is a bug in datagpu: ${(error as Error).message}`;
    json(isExpected ? (error.code === 'usage' ? 400 : 409) : 500, { problem });
  }
}

function readAssets(): Map<string, { body: Buffer; type: string }> {
  const files = new Map<string, { body: Buffer; type: string }>();
  for (const [address, [file, type]] of Object.entries(assets)) {
    try {
      // Named from one folder below dist/, where bundles are.
      files.set(address, { body: fs.readFileSync(new URL(`../dashboard/web/${file}`, import.meta.url)), type });
    } catch (cause) {
      throw new DatagpuError('input', `the page of the dashboard is missing (${file})`, {
        hint: 'Install datagpu again, or build it with npm run build',
        cause,
      });
    }
  }
  return files;
}
