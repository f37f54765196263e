import type { RowField, RowType } from './shape.js';

const plain: Record<Exclude<RowType['kind'], 'list' | 'struct'>, string> = {
  text: 'str',
  boolean: 'bool',
  integer: 'int',
  'wide integer': 'int',
  'any integer': 'int',
  float: 'float',
  decimal: 'decimal.Decimal',
  bytes: 'bytes',
  null: 'None',
  date: 'datetime.date',
  timestamp: 'datetime.datetime',
  time: 'datetime.time',
  duration: 'datetime.timedelta',
  'wide duration': 'datetime.timedelta',
  'any duration': 'datetime.timedelta',
};
const keywords = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

/** A TypedDict for the rows of a data set as datagpu's Python package and pyarrow give them. */
export function pythonOf(fields: readonly RowField[], title: string): string {
  const classes = new Classes();
  classes.add('Row', fields, `A row of ${title}.`);
  const body = classes.texts.join('\n\n\n');
  const modules = ['datetime', 'decimal'].filter((name) => body.includes(`${name}.`)).map((name) => `import ${name}`);
  return [...modules, 'from typing import TypedDict', '', '', body].join('\n');
}

/** The classes of nested values come before those that use them. */
class Classes {
  readonly texts: string[] = [];
  private readonly names = new Set<string>();

  /** Returns the name, which is another one if there is such a class. */
  add(wanted: string, fields: readonly RowField[], about: string | null): string {
    let name = wanted;
    for (let n = 2; this.names.has(name); n++) name = `${wanted}${n}`;
    this.names.add(name);
    const typed = fields.map((field) => [field.name, this.textOf(field, name)] as const);
    this.texts.push(typed.every(([key]) => isName(key)) ? asClass(name, typed, about) : asCall(name, typed, about));
    return name;
  }

  private textOf({ name, type, nullable }: RowField, within: string): string {
    const text = this.typeOf(name, type, within);
    return nullable && text !== 'None' ? `${text} | None` : text;
  }

  private typeOf(name: string, type: RowType, within: string): string {
    if (type.kind === 'list') return `list[${this.textOf({ ...type.item, name }, within)}]`;
    if (type.kind === 'struct') return this.add(`${within}${capitalised(name)}`, type.fields, null);
    return plain[type.kind];
  }
}

type Typed = readonly (readonly [key: string, type: string])[];

function asClass(name: string, typed: Typed, about: string | null): string {
  const lines = typed.map(([key, type]) => `    ${key}: ${type}`);
  if (about !== null) lines.unshift(`    ${docstring(about)}`, '');
  return [`class ${name}(TypedDict):`, ...(lines.length === 0 ? ['    pass'] : lines)].join('\n').trimEnd();
}

/** Names that are no identifiers can't stand in the body of a class. */
function asCall(name: string, typed: Typed, about: string | null): string {
  const lines = typed.map(([key, type]) => `        ${literal(key)}: ${type},`);
  const call = [`${name} = TypedDict(`, `    ${literal(name)},`, '    {', ...lines, '    },', ')'];
  return (about === null ? call : [`# ${literal(about).slice(1, -1)}`, ...call]).join('\n');
}

/** A string in ASCII: nothing in a name can end it, or change how a line is shown. */
const literal = (text: string): string =>
  JSON.stringify(text).replace(/[\u{7f}-\u{10ffff}]/gu, (c) => {
    const code = c.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });

const docstring = (text: string): string => `"""${literal(text).slice(1, -1)}"""`;

/** Two underscores at the beginning would get the name of the class before them. */
const isName = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name) && !name.startsWith('__') && !keywords.has(name);

const capitalised = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');
