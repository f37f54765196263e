import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A secret for one run of the server: 256 bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Nothing but this server's own files; no inline script or style; text never becomes markup. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/**
 * Why a request is refused; null when it may pass. A name that another page let point to this machine comes with its own
 * Host, a page from elsewhere with its Origin, and neither has the token.
 */
export function refusalOf(
  { method, headers, path }: { method: string; headers: IncomingHttpHeaders; path: string },
  { port, token }: { port: number; token: string },
): { status: number; why: string } | null {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host, origin } = headers;
  if (host === undefined || !hosts.includes(host)) return { status: 421, why: 'this server has another name' };
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, why: 'asked by a page from elsewhere' };
  const site = headers['sec-fetch-site'];
  const isApi = path.startsWith('/api/');
  // A link on another page may open this one; nothing else from there is answered.
  if (
    site !== undefined &&
    site !== 'same-origin' &&
    site !== 'none' &&
    (isApi || headers['sec-fetch-dest'] !== 'document')
  )
    return { status: 403, why: 'asked by a page from elsewhere' };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, why: 'this server only shows' };
  if (isApi && !isToken(headers.authorization, token))
    return { status: 401, why: 'the token is missing or not that of this server' };
  return null;
}

/** Compares in a time that says nothing about where two tokens differ. */
function isToken(authorization: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
}
