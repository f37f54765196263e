import { useState } from 'preact/hooks';
import type { WholeValue } from '../answers.js';
import { count, counted } from './amounts.js';
import { Data, visible } from './text.js';

/** Characters of a text that are shown before one asks for more. */
const firstLetters = 20_000;
/** Entries of a list or object that are shown before one asks for more. */
const firstEntries = 50;

/** A value whole: chat messages as a chat, JSON as a tree, code in a fixed font, text as text. */
export function Value({ value }: { value: WholeValue }) {
  if (value.kind === 'null') return <span class="quiet">null</span>;
  if (value.kind === 'number' || value.kind === 'boolean') return <span class="figure">{value.text}</span>;
  const isWhole = value.text.length === value.length;
  const parsed = isWhole ? parse(value) : undefined;
  const turns = parsed === undefined ? null : turnsOf(parsed);
  if (turns !== null) return <Chat turns={turns} />;
  if (parsed !== undefined) return <Tree value={parsed} />;
  return <LongText text={value.text} length={value.length} />;
}

function parse({ kind, text }: WholeValue): unknown {
  if (kind !== 'json' && !/^\s*[[{]/.test(text)) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

interface Turn {
  role: string;
  content: unknown;
  rest: Record<string, unknown>;
}

/** Messages as chats have them (`role` and `content`, or `from` and `value`); null when it is something else. */
function turnsOf(value: unknown): Turn[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const turns: Turn[] = [];
  for (const item of value as unknown[]) {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return null;
    const fields = item as Record<string, unknown>;
    const [who, what] = 'role' in fields && 'content' in fields ? ['role', 'content'] : ['from', 'value'];
    if (typeof fields[who!] !== 'string' || !(what! in fields)) return null;
    const rest = Object.fromEntries(
      Object.entries(fields).filter(([name, v]) => name !== who && name !== what && v !== null),
    );
    turns.push({ role: fields[who!] as string, content: fields[what!], rest });
  }
  return turns;
}

function Chat({ turns }: { turns: readonly Turn[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? turns : turns.slice(0, firstEntries);
  return (
    <ol class="chat">
      {shown.map((turn, i) => (
        <li key={i} class={`turn ${roleClass(turn.role)}`}>
          <span class="role">
            <Data text={turn.role} />
          </span>
          {typeof turn.content === 'string' ? (
            <LongText text={turn.content} length={turn.content.length} />
          ) : turn.content === null ? (
            <span class="quiet">null</span>
          ) : (
            <Tree value={turn.content} />
          )}
          {Object.keys(turn.rest).length > 0 && <Tree value={turn.rest} />}
        </li>
      ))}
      {shown.length < turns.length && (
        <li>
          <button type="button" onClick={() => setAll(true)}>{`Show all ${counted(turns.length, 'turn')}`}</button>
        </li>
      )}
    </ol>
  );
}

function roleClass(role: string): string {
  if (/^(user|human|prompter)$/i.test(role)) return 'user';
  if (/^(assistant|gpt|model|bot|chatgpt)$/i.test(role)) return 'assistant';
  return 'system';
}

/** A nested value; what is deep or long is folded. */
function Tree({ value, depth = 0 }: { value: unknown; depth?: number }) {
  const [all, setAll] = useState(false);
  if (typeof value === 'string') return <LongText text={value} length={value.length} />;
  if (typeof value !== 'object' || value === null) return <span class="figure">{String(value)}</span>;
  const entries = Array.isArray(value) ? value.map((v, i): [string, unknown] => [String(i), v]) : Object.entries(value);
  if (entries.length === 0) return <span class="quiet">{Array.isArray(value) ? '[ ]' : '{ }'}</span>;
  const shown = all ? entries : entries.slice(0, firstEntries);
  return (
    <ul class="tree">
      {shown.map(([name, v]) => {
        const isNested = typeof v === 'object' && v !== null && Object.keys(v).length > 0;
        return (
          <li key={name}>
            {isNested ? (
              <details open={depth < 2}>
                <summary>
                  <Data text={name} class="key" />{' '}
                  <span class="quiet">
                    {Array.isArray(v) ? counted(v.length, 'element') : counted(Object.keys(v).length, 'key')}
                  </span>
                </summary>
                {depth < 40 ? <Tree value={v} depth={depth + 1} /> : <LongText text={JSON.stringify(v)} length={0} />}
              </details>
            ) : (
              <>
                <Data text={name} class="key" /> <Tree value={v} depth={depth + 1} />
              </>
            )}
          </li>
        );
      })}
      {shown.length < entries.length && (
        <li>
          <button type="button" onClick={() => setAll(true)}>{`Show all ${count(entries.length)}`}</button>
        </li>
      )}
    </ul>
  );
}

function LongText({ text, length }: { text: string; length: number }) {
  const [shown, setShown] = useState(firstLetters);
  if (text === '') return <span class="quiet">empty text</span>;
  const isCode = looksLikeCode(text);
  return (
    <div class="long">
      <div class={isCode ? 'letters code' : 'letters'} dir="auto">
        {visible(text.slice(0, shown))}
      </div>
      {text.length > shown && (
        <button type="button" onClick={() => setShown(text.length)}>
          {`Show ${text.length === length ? 'all' : 'the first'} ${count(text.length)} characters`}
        </button>
      )}
      {length > 200 && (
        <p class="quiet">
          {counted(length, 'character')}
          {text.length < length ? `; the first ${count(text.length)} are here` : ''}
        </p>
      )}
    </div>
  );
}

/** Lines that are indented, and the marks of programs: a guess that only decides the font. */
function looksLikeCode(text: string): boolean {
  const lines = text.slice(0, 4000).split('\n');
  if (lines.length < 3) return false;
  const marked = lines.filter((line) =>
    /^(\t| {2,})\S|[{};]\s*$|^\s*(def|class|import|function|return|const|let|#include|public|if|for)\b/.test(line),
  );
  return marked.length * 3 > lines.length;
}
