const [headBegin, headEnd] = ['# datagpu card: begin', '# datagpu card: end'] as const;
const [bodyBegin, bodyEnd] = ['<!-- datagpu card: begin -->', '<!-- datagpu card: end -->'] as const;

/**
 * A README.md with head and body of a card between the markers, everything else as it was; null when it has no such place.
 * `before` is what it was, null for none.
 */
export function withCard(before: string | null, head: string, body: string): string | null {
  const parts = [`${headBegin}\n${head.trimEnd()}\n${headEnd}`, `${bodyBegin}\n${body.trimEnd()}\n${bodyEnd}`] as const;
  if (before === null) return `---\n${parts[0]}\n---\n\n${parts[1]}\n`;
  const between = placeOf(before, headBegin, headEnd);
  if (between === null) return null;
  const withHead = before.slice(0, between[0]) + parts[0] + before.slice(between[1]);
  const rest = placeOf(withHead, bodyBegin, bodyEnd);
  return rest === null ? null : withHead.slice(0, rest[0]) + parts[1] + withHead.slice(rest[1]);
}

/** What is between the markers of a README.md; null when it has no such place. Line ends are "\n". */
export function cardIn(text: string): { head: string; body: string } | null {
  const unix = text.replaceAll('\r\n', '\n');
  const [head, body] = [placeOf(unix, headBegin, headEnd), placeOf(unix, bodyBegin, bodyEnd)];
  if (head === null || body === null) return null;
  return {
    head: unix.slice(head[0] + headBegin.length + 1, head[1] - headEnd.length),
    body: unix.slice(body[0] + bodyBegin.length + 1, body[1] - bodyEnd.length),
  };
}

/** Where the lines from one marker to the other begin and end; null unless each is there once, as a line of its own. */
function placeOf(text: string, begin: string, end: string): [number, number] | null {
  const find = (marker: string): number[] =>
    [...text.matchAll(new RegExp(`^${marker}\\r?$`, 'gm'))].map((match) => match.index);
  const [from, to] = [find(begin), find(end)];
  if (from.length !== 1 || to.length !== 1 || to[0]! < from[0]!) return null;
  return [from[0]!, to[0]! + end.length];
}
