import { useEffect, useState } from 'preact/hooks';
import { type Filter, type FilterOp, filterOps, type View } from '../answers.js';

/** What the page shows, as its address says: `#/<data set>/<page>?<parameters>`. */
export interface Address {
  set: number;
  page: string;
  parameters: URLSearchParams;
}

export function readAddress(hash: string): Address {
  const [, set = '', page = '', query = ''] = /^#\/(\d{1,6})\/?([a-z]*)\??(.*)$/.exec(hash) ?? [];
  return { set: set === '' ? -1 : Number(set), page: page || 'overview', parameters: new URLSearchParams(query) };
}

export function addressOf(
  set: number,
  page: string,
  parameters: Record<string, string> | URLSearchParams = {},
): string {
  const query = new URLSearchParams(parameters).toString();
  return `#/${set}/${page}${query === '' ? '' : `?${query}`}`;
}

/** Changes some parameters; '' removes one. In place: typing does not fill the history. */
export function changeAddress(address: Address, changes: Record<string, string>, isStep = false): void {
  const parameters = new URLSearchParams(address.parameters);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') parameters.delete(name);
    else parameters.set(name, value);
  }
  const next = addressOf(address.set, address.page, parameters);
  if (isStep) location.hash = next;
  else {
    history.replaceState(null, '', next);
    dispatchEvent(new HashChangeEvent('hashchange'));
  }
}

export function useAddress(): Address {
  const [address, setAddress] = useState(() => readAddress(location.hash));
  useEffect(() => {
    const follow = (): void => setAddress(readAddress(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return address;
}

/** `sort=-3`, `q=...`, and `f=<column>~<op>~<value>` for each filter. */
export function viewOf(parameters: URLSearchParams): View {
  const [, minus = '', column = ''] = /^(-?)(\d{1,6})$/.exec(parameters.get('sort') ?? '') ?? [];
  const filters = parameters.getAll('f').flatMap((text): Filter[] => {
    const [, at = '', op = '', value = ''] = /^(\d{1,6})~([a-z]+)~(.*)$/s.exec(text) ?? [];
    return at !== '' && filterOps.includes(op as FilterOp) ? [{ column: Number(at), op: op as FilterOp, value }] : [];
  });
  return {
    sort: column === '' ? null : { column: Number(column), descending: minus === '-' },
    filters,
    search: parameters.get('q') ?? '',
  };
}

export function withFilters(address: Address, filters: readonly Filter[]): void {
  const parameters = new URLSearchParams(address.parameters);
  parameters.delete('f');
  for (const { column, op, value } of filters) parameters.append('f', `${column}~${op}~${value}`);
  parameters.delete('at');
  location.hash = addressOf(address.set, address.page, parameters);
}
