import { visible } from './text.js';

/** Words of a text that are compared: the rest is shown as it is. */
const compared = 600;

/** A text with the words marked that another one does not have at that place. */
export function Differing({ text, other }: { text: string; other: string }) {
  const own = split(text);
  const marks = differing(own, split(other));
  return (
    <bdi dir="auto" class="letters">
      {own.map((word, i) =>
        marks[i] ? (
          <mark key={`${i} ${word}`}>{visible(word)}</mark>
        ) : (
          <span key={`${i} ${word}`}>{visible(word)}</span>
        ),
      )}
    </bdi>
  );
}

/** Words with the space behind them. */
function split(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

/** True for words that are not in the longest common sequence of both. */
function differing(own: readonly string[], other: readonly string[]): boolean[] {
  const a = own.slice(0, compared).map((word) => word.trim());
  const b = other.slice(0, compared).map((word) => word.trim());
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] =
        a[i] === b[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
  const marks = own.map((_, i) => i < a.length);
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      marks[i] = false;
      i++;
      j++;
    } else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) i++;
    else j++;
  }
  return marks;
}
