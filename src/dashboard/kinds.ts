/** What a type of the manifest is, as far as questions differ by it. */
export type Kind = 'text' | 'number' | 'boolean' | 'time' | 'nested' | 'other';

export function kindOf(type: string): Kind {
  if (type === 'utf8' || type === 'json') return 'text';
  if (/^(u?int|float)/.test(type) || type.startsWith('decimal')) return 'number';
  if (type === 'bool' || type === 'boolean') return 'boolean';
  if (/^(date|timestamp)/.test(type)) return 'time';
  if (/^(list|struct)/.test(type)) return type.includes('binary') ? 'other' : 'nested';
  return 'other';
}
