import os from 'node:os';
import path from 'node:path';
import { readConfigFile } from './config/file.js';
import type { Config } from './config/options.js';
import { DatagpuError } from './errors.js';
import { defaultName } from './flow/default-name.js';
import { lookAtAll } from './flow/look.js';
import { comparedColumns, splitPlan } from './flow/passplan.js';
import { ReadingNotes } from './flow/reading-notes.js';
import { SchemaState } from './flow/schema.js';
import { ScratchFolder } from './flow/scratch.js';
import { resolveSources } from './load/sources.js';
import { placeEntry, relativePath } from './manifest/build.js';
import type { CompilePlan } from './manifest/result.js';
import { typeName } from './manifest/type-name.js';
import type { CompileOptions } from './options/compile-options.js';
import { resolveConfig } from './options/resolve.js';
import { pipeline } from './stages/pipeline.js';
import { lookAtDestination } from './write/destination.js';

/**
 * What `compile` would do, from a first look at the sources; nothing is written but scratch for sources that can't be
 * sought, which is removed again.
 */
export async function plan(paths: readonly string[], options: CompileOptions = {}): Promise<CompilePlan> {
  const cwd = options.cwd ?? process.cwd();
  const file = options.config === undefined ? null : readConfigFile(options.config, cwd);
  const config = resolveConfig(options, file, { cwd, env: process.env });
  const { sources, warnings } = resolveSources(paths, { cwd, format: config.read.format });
  const { dir: out, name, replace } = config.output;
  const splits = config.split.shares?.map((split) => split.name) ?? [];
  const arrival = { out, name: name ?? defaultName(sources[0]!), sources, replace, splits };
  await lookAtDestination(arrival, warnings).catch((error: unknown) => {
    if (!(error instanceof DatagpuError)) throw error;
    warnings.push(`a compile would be refused: ${error.describe()}`);
  });
  const scratch = ScratchFolder.shared(config.resources.scratch ?? os.tmpdir());
  try {
    const { signal } = options;
    const looks = await lookAtAll(sources, config, scratch, {
      isGlance: true,
      ...(signal === undefined ? {} : { signal }),
    });
    const { union } = new SchemaState(looks, config);
    comparedColumns(union.fields, config);
    splitPlan(union.fields, config);
    const names = looks.map((look) => look.plan.name);
    const notes = new ReadingNotes();
    looks.forEach((look, s) => {
      notes.add(s, look.notes, 0);
    });
    const places = (f: number): Pick<CompilePlan['fields'][number], 'places'> => {
      const decided = union.places[f]!;
      return decided.length === 0 ? {} : { places: decided.map((place) => placeEntry(place, names)) };
    };
    return {
      sources: looks.map((look) => ({
        path: relativePath(cwd, look.source.absolute),
        bytes: look.file.stream?.bytes ?? look.source.bytes,
        dialect: look.dialect,
      })),
      fields: union.fields.map((f, i) => ({
        name: f.name,
        source_name: f.sourceName,
        type: typeName(f.type),
        ...places(i),
      })),
      steps: stepsOf(config),
      warnings: [
        ...warnings,
        ...looks.flatMap((l) => l.warnings),
        ...notes.warnings(names, config.read.comment),
        ...union.notes,
      ],
    };
  } finally {
    scratch.remove();
  }
}

function stepsOf(config: Config): string[] {
  const { split, output } = config;
  return [
    ...pipeline.flatMap((stage) => stage.describe(config)),
    ...(split.shares === null
      ? []
      : [
          `split by ${split.by?.join(', ') ?? 'content'}: ${split.shares.map((s) => `${s.name} ${s.share}`).join(', ')}`,
        ]),
    `write ${output.compression} Parquet to ${output.dir}${path.sep}`,
  ];
}
