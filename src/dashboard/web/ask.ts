import { useEffect, useState } from 'preact/hooks';

const key = 'datagpu-token';

/**
 * The token comes with the address, behind the `#`, which no request carries. It is kept for this origin (the port is part
 * of it), so that a view can be reloaded and its address opened in another tab; it is worth nothing when the server ended.
 */
export function takeToken(): void {
  const [, token] = /^#token=([\w-]{20,100})$/.exec(location.hash) ?? [];
  if (token === undefined) return;
  localStorage.setItem(key, token);
  history.replaceState(null, '', '#');
}

export class AskError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  const headers = { authorization: `Bearer ${localStorage.getItem(key) ?? ''}` };
  let response: Response;
  try {
    response = await fetch(`/api/${path}`, { headers, ...(signal === undefined ? {} : { signal }) });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new AskError('The server does not answer: it may have ended. Start datagpu dashboard again.', 0);
  }
  const answer = (await response.json()) as T & { problem?: string };
  if (response.ok) return answer;
  throw new AskError(
    response.status === 401
      ? 'This page has no valid token. Open the address that datagpu dashboard printed.'
      : (answer.problem ?? 'The server refused.'),
    response.status,
  );
}

/** An answer that is on its way, here, or refused. */
export type Asked<T> = { state: 'loading' } | { state: 'here'; answer: T } | { state: 'failed'; problem: string };

/** Asks when the path changes; null asks nothing. The last answer stays until the next is here, if `keep`. */
export function useAsk<T>(path: string | null, keep = false): Asked<T> {
  const [asked, setAsked] = useState<Asked<T> & { of?: string | null }>({ state: 'loading' });
  useEffect(() => {
    if (path === null) return;
    const control = new AbortController();
    if (!keep) setAsked({ state: 'loading', of: path });
    ask<T>(path, control.signal).then(
      (answer) => setAsked({ state: 'here', answer, of: path }),
      (error: Error) => {
        if (!control.signal.aborted) setAsked({ state: 'failed', problem: error.message, of: path });
      },
    );
    return () => control.abort();
  }, [path]);
  return asked.of === path || keep ? asked : { state: 'loading' };
}
