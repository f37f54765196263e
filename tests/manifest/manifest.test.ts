import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ColumnType } from '../../dist/engine/types.js';
import { DatagpuError } from '../../dist/errors.js';
import { compareManifests } from '../../dist/manifest/compare.js';
import type { Manifest } from '../../dist/manifest/manifest.js';
import { manifestPath, parseManifest, readManifest } from '../../dist/manifest/read.js';
import { schemaLabel, typeName } from '../../dist/manifest/type-name.js';
import { bumpVersion } from '../../dist/manifest/version.js';
import { manifestText, orderedManifest } from '../../dist/manifest/write.js';
import { sampleManifest } from './sample.js';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-manifest-'));
afterAll(() => fs.rmSync(dir, { recursive: true }));

async function refusal(text: string): Promise<string> {
  try {
    await parseManifest(text, 'm.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(DatagpuError);
    expect((error as DatagpuError).code).toBe('input');
    return (error as DatagpuError).describe();
  }
  return 'accepted';
}

describe('writing and reading', () => {
  test('gives back what was written', async () => {
    const manifest = sampleManifest({ warnings: ['a: b # c', '- x', 'line\nbreak', 'ünï', '"', '\u0007'] });
    expect(await parseManifest(manifestText(manifest), 'm.yaml')).toEqual(manifest);
  });
  test('the order of keys does not depend on how the object was made', () => {
    const manifest = sampleManifest();
    const reversed = Object.fromEntries(Object.entries(manifest).reverse()) as unknown as Manifest;
    expect(manifestText(reversed)).toBe(manifestText(manifest));
    expect(Object.keys(orderedManifest(reversed))[0]).toBe('dataset_name');
  });
  test('names that YAML reads as something else stay names', async () => {
    const names = [
      '__proto__',
      'constructor',
      'yes',
      'null',
      '0x10',
      '1e3',
      '2001-01-01',
      '~',
      '',
      ' ',
      'a: b',
      '#',
      '<<',
      '=',
      '12:30:45',
      '.inf',
    ];
    const manifest = sampleManifest({ schema: Object.fromEntries(names.map((name) => [name, 'text'])) });
    const back = await parseManifest(manifestText(manifest), 'm.yaml');
    expect(Object.keys(back.schema).sort()).toEqual(names.sort());
    expect(({} as Record<string, unknown>).text).toBeUndefined();
  });
  test('from a folder or a file', async () => {
    fs.writeFileSync(path.join(dir, 'manifest.yaml'), manifestText(sampleManifest()));
    for (const target of [dir, path.join(dir, 'manifest.yaml')]) {
      const located = await readManifest(target);
      const broken = expect.stringContaining('it has no "manifest_hash"');
      expect(located).toEqual({
        manifest: sampleManifest(),
        path: path.join(dir, 'manifest.yaml'),
        folder: dir,
        broken,
      });
    }
    expect(manifestPath('manifest.yaml', dir).name).toBe('manifest.yaml');
    await expect(readManifest('nowhere', dir)).rejects.toThrow('there is no such manifest');
  });
});

describe('what is refused', () => {
  const text = manifestText(sampleManifest());
  test.each<[string, string, string | RegExp]>([
    ['no mapping', '- a', /is not a manifest of datagpu: .*Expected "object"/],
    ['nothing', '', /is not a valid manifest/],
    ['a wrong type', text.replace('rows: 8', 'rows: eight'), /rows: .*Expected "integer"/],
    ['a missing key', text.replace(/^hash: .*$/m, ''), /does not have required property "hash"/],
    ['a wrong hash', text.replace(/sha256:a+/, 'sha256:xyz'), /hash: .*pattern/],
    ['a version without the v', text.replace('v0.1.0', '0.1.0'), /version: /],
    ['an unknown reason', text.replace('empty row', 'lost row'), /dropped.*lost row/],
    [
      'an unbalanced ledger',
      text.replace('read: 11', 'read: 12'),
      /its ledger does not balance \(read 12, kept 8, dropped 3/,
    ],
    ['another tag', 'a: !!js/function "() => 1"', /unknown scalar tag/],
    ['an alias', 'a: &a [1]\nb: *a', /more than 0 aliases/],
    ['deep nesting', '['.repeat(5000), /is not a valid manifest/],
    ['two documents', '---\na: 1\n---\nb: 1\n', /is not a valid manifest/],
    ['a key twice', `${text}rows: 8\n`, /duplicated mapping key/],
  ])('%s', async (_, yaml, message) => {
    expect(await refusal(yaml)).toMatch(message);
  });
});

describe('the version', () => {
  const parent = sampleManifest({ version: 'v1.4.2' });
  const now = sampleManifest();
  const [id, label] = now.fields;
  test('numbers beyond those that are exact', () => {
    const old = { ...parent, version: 'v99999999999999999999.0.0' };
    expect(bumpVersion(old, { ...now, fields: [] })).toBe('v100000000000000000000.0.0');
  });

  test('first', () => expect(bumpVersion(null, now)).toBe('v0.1.0'));
  test.each<[string, Partial<Manifest>, string]>([
    ['nothing changed', {}, 'v1.4.2'],
    ['rows changed', { hash: 'x' }, 'v1.4.3'],
    ['columns in another order', { hash: 'x', fields: [label!, id!] }, 'v1.4.3'],
    ['config changed', { config_hash: 'x' }, 'v1.5.0'],
    ['a column more', { hash: 'x', fields: [id!, label!, { ...id!, name: 'b' }] }, 'v1.5.0'],
    ['a column less', { hash: 'x', fields: [id!] }, 'v2.0.0'],
    ['a column renamed', { hash: 'x', fields: [id!, { ...label!, name: 'b' }] }, 'v2.0.0'],
    ['a column retyped', { hash: 'x', config_hash: 'x', fields: [{ ...id!, type: 'float64' }, label!] }, 'v2.0.0'],
  ])('%s', (_, change, version) => expect(bumpVersion(parent, { ...now, ...change })).toBe(version));
});

describe('types', () => {
  const list: ColumnType = {
    kind: 'nested',
    arrow: {
      name: 'list',
      item: {
        name: 'struct',
        fields: [
          { name: 'role', type: { name: 'utf8' } },
          { name: 'n', type: { name: 'decimal', precision: 9, scale: 2 } },
        ],
      },
    },
  };
  test.each<[ColumnType, string, string]>([
    [{ kind: 'null' }, 'utf8', 'unknown'],
    [{ kind: 'boolean' }, 'bool', 'boolean'],
    [{ kind: 'int64' }, 'int64', 'numeric'],
    [{ kind: 'float64' }, 'float64', 'numeric'],
    [{ kind: 'date' }, 'date', 'datetime'],
    [{ kind: 'datetime' }, 'timestamp[us, UTC]', 'datetime'],
    [{ kind: 'text' }, 'utf8', 'text'],
    [{ kind: 'json', arrow: null }, 'json', 'text'],
    [{ kind: 'json', arrow: list.arrow }, 'list<struct<role: utf8, n: decimal[9, 2]>>', 'nested'],
    [list, 'list<struct<role: utf8, n: decimal[9, 2]>>', 'nested'],
    [{ kind: 'arrow', arrow: { name: 'int', bits: 8, signed: false } }, 'uint8', 'numeric'],
    [{ kind: 'arrow', arrow: { name: 'float', bits: 32 } }, 'float32', 'numeric'],
    // As it is stored: half floats as floats, times as nanoseconds, binary of one width as binary.
    [{ kind: 'arrow', arrow: { name: 'float', bits: 16 } }, 'float32', 'numeric'],
    [{ kind: 'arrow', arrow: { name: 'time', unit: 'ms' } }, 'time[ns]', 'datetime'],
    [{ kind: 'arrow', arrow: { name: 'duration', unit: 'ns' } }, 'duration[ns]', 'unknown'],
    [{ kind: 'arrow', arrow: { name: 'timestamp', unit: 'ns', zone: null } }, 'timestamp[ns]', 'datetime'],
    [{ kind: 'arrow', arrow: { name: 'timestamp', unit: 'ms', zone: 'UTC' } }, 'timestamp[ms, UTC]', 'datetime'],
    [{ kind: 'arrow', arrow: { name: 'fixed', width: 16 } }, 'binary', 'unknown'],
    [{ kind: 'arrow', arrow: { name: 'bool' } }, 'bool', 'boolean'],
    [{ kind: 'arrow', arrow: { name: 'utf8' } }, 'utf8', 'text'],
    [{ kind: 'nested', arrow: { name: 'fixedList', item: { name: 'null' }, size: 3 } }, 'list<utf8>[3]', 'nested'],
  ])('%j', (type, name, label) => {
    expect(typeName(type)).toBe(name);
    expect(schemaLabel(type, 5, 10)).toBe(label);
  });
  test('a text column is categorical with few values over many rows', () => {
    const text: ColumnType = { kind: 'text' };
    expect(schemaLabel(text, 1000, 10_000)).toBe('categorical');
    expect(schemaLabel(text, 1000, 9999)).toBe('text');
    expect(schemaLabel(text, 1001, 100_000)).toBe('text');
    expect(schemaLabel(text, null, 100_000)).toBe('text');
    expect(schemaLabel(text, 0, 100)).toBe('text');
  });
});

describe('comparing', () => {
  test('the same', () => {
    const same = compareManifests(sampleManifest(), sampleManifest());
    expect(same).toEqual({ same: true, summary: [], columns: [], counts: [], config: [], sources: [] });
  });
  test('schema, counts and config', () => {
    const before = sampleManifest();
    const after = sampleManifest({
      hash: `sha256:${'b'.repeat(64)}`,
      schema: { id: 'text' },
      fields: [{ ...before.fields[0]!, type: 'utf8' }],
      columns: 1,
      config: { rank: false, nulls: ['na'], 'near-dup-threshold': 0.8, top: '10%' },
      ledger: { read: 11, kept: 8, dropped: { 'exact duplicate': 3 }, changed: {} },
    });
    const difference = compareManifests(before, after);
    expect(difference.same).toBe(false);
    expect(difference.columns).toEqual([
      { what: 'column id', before: 'int64 (numeric)', after: 'utf8 (text)' },
      { what: 'column text', before: 'utf8 (text)', after: undefined },
    ]);
    expect(difference.counts.map((d) => d.what)).toEqual([
      'columns',
      'dropped: exact duplicate',
      'dropped: empty row',
      'changed: trimmed',
    ]);
    expect(difference.config).toEqual([
      { what: '--rank', before: true, after: false },
      { what: '--top', before: undefined, after: '10%' },
    ]);
  });
});
