/**
 * The text of a string's inside as it stands in canonical JSON: escapes decoded, but a lone surrogate stays the six
 * characters `\udxxx`, because UTF-8 has no form for it.
 */
export function keyText(inside: string): string {
  if (!inside.includes('\\')) return inside;
  // Escaped surrogates are always alone: a pair is a character in canonical text.
  const text = inside.replace(/\\(\\|u[dD][89a-fA-F])/g, (all, c: string) => (c === '\\' ? all : `\\\\${c}`));
  return String(JSON.parse(`"${text}"`));
}
