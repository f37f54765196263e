import { DatagpuError } from '../errors.js';
import { type Filter, type FilterOp, filterOps, type View } from './answers.js';

const maxFilters = 20;
const maxText = 1000;
/** Rows of one answer. */
export const maxRows = 500;
const maxColumns = 200;

/** What a request asks with, checked: everything in it comes from the page. */
export class Query {
  constructor(private readonly parameters: URLSearchParams) {}

  number(name: string, least: number, below: number): number {
    const text = this.parameters.get(name) ?? '';
    const value = Number(text);
    if (!/^[0-9]{1,15}$/.test(text) || value < least || value >= below) throw wrong(name, text);
    return value;
  }

  text(name: string): string {
    const text = this.parameters.get(name) ?? '';
    if (text.length > maxText) throw wrong(name, `${text.slice(0, 20)}...`);
    return text;
  }

  /** Numbers of columns. */
  columns(name: string, count: number): number[] {
    const text = this.parameters.get(name) ?? '';
    const columns = text === '' ? [] : text.split(',').map(Number);
    if (columns.length > maxColumns || !columns.every((column) => isColumn(column, count))) throw wrong(name, text);
    return columns;
  }

  view(name: string, columns: number): View {
    const text = this.parameters.get(name) ?? '';
    if (text === '') return { sort: null, filters: [], search: '' };
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw wrong(name, text);
    }
    const { sort = null, filters = [], search = '' } = (value ?? {}) as Record<string, unknown>;
    if (typeof search !== 'string' || search.length > maxText) throw wrong('search', String(search));
    if (!Array.isArray(filters) || filters.length > maxFilters) throw wrong('filters', text);
    return { sort: sortOf(sort, columns), filters: filters.map((filter) => filterOf(filter, columns)), search };
  }
}

function sortOf(value: unknown, columns: number): View['sort'] {
  if (value === null) return null;
  const { column, descending } = value as Record<string, unknown>;
  if (!isColumn(column, columns) || typeof descending !== 'boolean') throw wrong('sort', JSON.stringify(value));
  return { column, descending };
}

function filterOf(filter: unknown, columns: number): Filter {
  const { column, op, value = '' } = (filter ?? {}) as Record<string, unknown>;
  const isOp = filterOps.includes(op as FilterOp);
  if (!isColumn(column, columns) || !isOp || typeof value !== 'string' || value.length > maxText)
    throw wrong('filter', JSON.stringify(filter));
  return { column, op: op as FilterOp, value };
}

function isColumn(value: unknown, count: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < count;
}

function wrong(name: string, text: string): DatagpuError {
  return new DatagpuError('usage', `"${text.slice(0, 100)}" is no ${name} of this data set`);
}
