/** What the ingest module exports for JSON (kernels/assembly/ingest/json-*.ts, shared/utf8.ts). Addresses are bytes. */
export interface JsonExports {
  jsonFilled(from: number, end: number): number;
  jsonScanLines(state: number, from: number, end: number, softEnd: number, maxRecords: number): number;
  jsonScanElements(
    state: number,
    from: number,
    end: number,
    softEnd: number,
    maxRecords: number,
    commas: number,
  ): number;
  jsonCountLines(from: number, end: number): number;
  jsonAddKey(state: number, at: number, length: number, plain: number): number;
  jsonPlaceKey(state: number, index: number): void;
  jsonParse(state: number): number;
  jsonShape(state: number, starts: number, metas: number, rows: number): void;
  jsonTally(starts: number, metas: number, rows: number, groups: number): void;
  jsonMarkOthers(starts: number, metas: number, rows: number, group: number, mask: number): number;
  jsonUnfold(root: number, text: number, offsets: number, validity: number, rows: number, write: number): void;
  utf8Valid(from: number, end: number): number;
  utf8Invalid(from: number, end: number): number;
}
