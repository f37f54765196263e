/**
 * What a JSON text says. JSON.parse can't be asked on Node.js 24 and later: V8 12.8 to 14.6 at least confuse an escaped
 * key with one that they have seen before (https://github.com/nodejs/node/issues/63785). Strings alone it reads right.
 */
export function jsonValue(text: string): unknown {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/g) ?? [];
  let at = 0;
  const list = (end: string, item: () => void): void => {
    while (tokens[at] !== end) {
      if (tokens[at] === ',') at++;
      item();
    }
    at++;
  };
  const value = (): unknown => {
    const token = tokens[at++]!;
    if (token === '[') {
      const items: unknown[] = [];
      list(']', () => items.push(value()));
      return items;
    }
    if (token !== '{') return JSON.parse(token);
    const entries: [string, unknown][] = [];
    list('}', () => {
      const key = JSON.parse(tokens[at]!) as string;
      // Behind the colon.
      at += 2;
      entries.push([key, value()]);
    });
    return Object.fromEntries(entries);
  };
  return value();
}
