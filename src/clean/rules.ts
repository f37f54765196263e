import type { Config } from '../config/options.js';

/** The cleaner's rules as the ledger's `changed` names them. */
export const rule = {
  /** U+0000 to 0008, 000B, 000C, 000E to 001F, 007F to 009F removed. */
  controls: 'control characters removed',
  /** Brought into Unicode's normalisation form C. */
  nfc: 'normalised to NFC',
  /** Unicode white space and U+FEFF removed at both ends. */
  trim: 'trimmed',
  /** A null in a text column became "". */
  fill: 'null text filled',
  /** A null token in a column of numbers, booleans or dates became null. */
  nullToken: 'null token',
} as const;

// As in src/kernels/assembly/ingest/text.ts.
const controlsBit = 1;
const nfcBit = 2;
const trimBit = 4;

/** The rules for texts that are on, as the kernel takes them. */
export function textRules(clean: Config['clean']): number {
  if (!clean.enabled) return 0;
  return (clean.controls ? controlsBit : 0) | (clean.nfc ? nfcBit : 0) | (clean.trim ? trimBit : 0);
}

/** Adds cells to a rule's count; a rule that changed nothing is not named. */
export function countChange(changed: Record<string, number>, name: string, cells: number): void {
  if (cells > 0) changed[name] = (changed[name] ?? 0) + cells;
}
