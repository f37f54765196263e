import { DatagpuError } from '../errors.js';
import { compareManifests } from '../manifest/compare.js';
import { maxRows, Query } from './asked.js';
import type { Clerk } from './clerk.js';
import { overviewAnswer } from './overview.js';
import type { Shown, ShownSets } from './sets.js';
import { StoredAnswers } from './stored.js';

type Handler = (shown: Shown, query: Query, signal?: AbortSignal) => unknown;

/** The questions of the page: `/api/sets`, and `/api/sets/<number>/<question>?...`. No address names a file. */
export class Api {
  private readonly stored: Map<string, StoredAnswers> = new Map();
  private readonly handlers: Readonly<Record<string, Handler>>;

  constructor(
    private readonly sets: ShownSets,
    clerk: Clerk,
  ) {
    this.handlers = {
      overview: ({ located }) => overviewAnswer(located),
      rows: ({ set }, query, signal) => {
        const { length } = set.fields;
        const view = query.view('view', length);
        const columns = query.columns('columns', length);
        const from = query.number('from', 0, 2 ** 32);
        const count = query.number('count', 0, maxRows + 1);
        return clerk.ask('rows', set, { view, columns, from, count }, signal);
      },
      cell: ({ set }, query) =>
        clerk.ask('cell', set, {
          position: query.number('position', 0, set.rows),
          column: query.number('column', 0, set.fields.length),
        }),
      record: ({ set }, query) => clerk.ask('record', set, { position: query.number('position', 0, set.rows) }),
      column: (shown, query, signal) => {
        const column = query.number('column', 0, shown.set.fields.length);
        return this.storedOf(shown).of(`column ${column}`, () => clerk.ask('column', shown.set, { column }, signal));
      },
      removed: ({ set, located }, query) => {
        const reason = reasonOf(located, query);
        const on = located.manifest.config['dedupe-on'];
        const ignored = located.manifest.config.ignore;
        const isEmpty = (value: unknown): boolean => !Array.isArray(value) || value.length === 0;
        return clerk.ask('removed', set, {
          reason,
          from: query.number('from', 0, 2 ** 32),
          count: query.number('count', 0, 51),
          areEqual: reason === 'exact duplicate' && isEmpty(on) && isEmpty(ignored),
        });
      },
      groups: (shown, query) => {
        const reason = reasonOf(shown.located, query);
        return this.storedOf(shown).of(`groups ${reason}`, () => clerk.ask('groups', shown.set, { reason }));
      },
      compare: async ({ located }, query) => {
        const other = await this.sets.get(query.number('with', 0, this.sets.count));
        return { ...compareManifests(other.located.manifest, located.manifest), before: other.located.manifest };
      },
      nulls: (shown, _, signal) => this.storedOf(shown).of('nulls', () => clerk.ask('nulls', shown.set, {}, signal)),
    };
  }

  /** @throws DatagpuError `usage` for what can't be asked, `input` for a data set that can't be read */
  async answer(path: string, parameters: URLSearchParams, signal?: AbortSignal): Promise<unknown> {
    if (path === '/api/sets') return this.sets.list();
    const [, id, question] = /^\/api\/sets\/([0-9]{1,6})\/([a-z]{1,20})$/.exec(path) ?? [];
    const handler =
      question !== undefined && Object.hasOwn(this.handlers, question) ? this.handlers[question] : undefined;
    if (id === undefined || handler === undefined) throw new DatagpuError('usage', 'there is no such page');
    return handler(await this.sets.get(Number(id)), new Query(parameters), signal);
  }

  private storedOf({ set }: Shown): StoredAnswers {
    const key = `${set.folder}\n${set.hash}`;
    const stored = this.stored.get(key) ?? new StoredAnswers(set);
    this.stored.set(key, stored);
    return stored;
  }
}

/** One of the reasons that the ledger has. */
function reasonOf({ manifest }: Shown['located'], query: Query): string {
  const reason = query.text('reason');
  if (!Object.hasOwn(manifest.ledger.dropped, reason))
    throw new DatagpuError('usage', 'nothing was dropped for that reason');
  return reason;
}
