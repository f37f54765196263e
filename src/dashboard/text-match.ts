import { isAscii } from 'node:buffer';
import type { Texts } from './sort-keys.js';

/** Bytes of text that are looked through at once. */
const blockBytes = 2 ** 20;

/** Finds a text in others, whatever the case of letters; nothing in it is a pattern. */
export class TextMatch {
  private readonly anywhere: RegExp;
  private readonly inAscii: RegExp;

  constructor(readonly wanted: string) {
    const pattern = wanted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    this.anywhere = new RegExp(pattern, 'iu');
    this.inAscii = new RegExp(pattern, 'gi');
  }

  test(text: string): boolean {
    return this.anywhere.test(text);
  }

  /** Sets the mask of texts that have it. Those of a null are without a letter. */
  mark(texts: Texts, mask: Uint8Array): void {
    const { offsets } = texts;
    const bytes = Buffer.from(texts.bytes.buffer, texts.bytes.byteOffset, texts.bytes.byteLength);
    const rows = mask.length;
    for (let from = 0; from < rows; ) {
      let to = from + 1;
      while (to < rows && offsets[to + 1]! - offsets[from]! <= blockBytes) to++;
      const block = bytes.subarray(offsets[from]!, offsets[to]!);
      if (isAscii(block)) this.markAscii(block.toString('latin1'), offsets, from, to, mask);
      else if (this.anywhere.test(block.toString('utf8')))
        for (let row = from; row < to; row++)
          if (this.anywhere.test(bytes.toString('utf8', offsets[row]!, offsets[row + 1]!))) mask[row] = 1;
      from = to;
    }
  }

  private markAscii(block: string, offsets: Int32Array, from: number, to: number, mask: Uint8Array): void {
    const { inAscii } = this;
    const start = offsets[from]!;
    let row = from;
    inAscii.lastIndex = 0;
    for (let found = inAscii.exec(block); found !== null; found = inAscii.exec(block)) {
      const at = found.index + start;
      while (row < to && offsets[row + 1]! <= at) row++;
      if (at + found[0].length <= offsets[row + 1]!) {
        mask[row] = 1;
        inAscii.lastIndex = offsets[row + 1]! - start;
      } else inAscii.lastIndex = found.index + 1;
    }
  }
}
