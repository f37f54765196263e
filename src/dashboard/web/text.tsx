import type { ComponentChildren } from 'preact';

/** Characters that turn the direction of what follows, or can't be seen: shown by their code. */
// biome-ignore lint/complexity/useRegexLiterals: a literal may not have control characters
const hidden = new RegExp(
  '[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u061c\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]',
  'g',
);

/** A text of the data: always text, never markup. What can't be seen in it is marked. */
export function visible(text: string): ComponentChildren {
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const match of text.matchAll(hidden)) {
    parts.push(text.slice(from, match.index));
    const code = `U+${match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
    parts.push(<span class="mark">{code}</span>);
    from = match.index + match[0].length;
  }
  if (from === 0) return text;
  parts.push(text.slice(from));
  return parts;
}

/** Runs from the right or from the left, as its first letter does, and does not touch what stands beside it. */
export function Data({ text, class: name = '' }: { text: string; class?: string }) {
  return (
    <bdi dir="auto" class={name}>
      {visible(text)}
    </bdi>
  );
}

export function State({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state" role="status">
      <p class="state-title">{title}</p>
      {children}
    </div>
  );
}

export function Failed({ problem }: { problem: string }) {
  return (
    <div class="state failed" role="alert">
      <p class="state-title">This could not be shown</p>
      <p>
        <Data text={problem} />
      </p>
    </div>
  );
}
