/** One option of `compile`: as a flag (`--near-dup`), a key of datagpu.yaml (`near-dup`) and a field of the API (`nearDup`). */
export interface OptionSpec {
  /** The long name, without dashes. */
  name: string;
  /** One letter that stands for it on the command line. */
  short?: string;
  /** The value's placeholder in `--help`; null for a switch, which has a `--no-` form as well. */
  value: string | null;
  /** True when several flags of that name add up to one list. */
  list?: boolean;
  /** The heading that it stands under in `--help` and README. */
  group: OptionGroup;
  /** What it does, with unit and default. For a switch that is on by default: what switching it off does. */
  help: string;
  /** A switch that is on unless it is switched off; shown as `--no-<name>`. */
  on?: boolean;
  /** The switch without which this option would do nothing. */
  needs?: 'clean' | 'dedupe' | 'near-dup' | 'rank' | 'split';
  /** It decides what the terminal shows, or whether to compile at all: the API does not have it. */
  terminal?: boolean;
}

export type OptionGroup = 'Output' | 'Reading' | 'Cleaning' | 'Filtering' | 'Duplicates' | 'Ranking' | 'Running';

/** `near-dup-on` -> `nearDupOn`: the option's field in the API. */
export function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
