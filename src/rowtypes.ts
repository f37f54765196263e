import { load } from './load/dataset.js';
import { pythonOf } from './rowtypes/python.js';
import { rowFields } from './rowtypes/shape.js';
import { typescriptOf } from './rowtypes/typescript.js';

/** Types for a row of a data set, in two languages. */
export interface RowTypes {
  /** An interface for what iterating over `load` gives. */
  typescript: string;
  /** A TypedDict for what `datagpu.load` gives in Python. */
  python: string;
}

/**
 * Types for the rows of a data set, which is given by its manifest or the folder that holds it.
 *
 * @throws DatagpuError `input` when it can't be read
 */
export async function rowTypes(target: string): Promise<RowTypes> {
  const data = await load(target);
  const { dataset_name, version, fields: counted } = data.manifest;
  const title = `${dataset_name} ${version}`;
  if (counted.length === 0) return { typescript: typescriptOf([], title), python: pythonOf([], title) };
  const fields = rowFields(await data.schema(), counted, await import('apache-arrow'));
  return { typescript: typescriptOf(fields, title), python: pythonOf(fields, title) };
}
