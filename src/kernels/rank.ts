import { during } from './lent.js';
import { Kernel } from './module.js';
import { randomNumbers } from './random.js';

/** The kernel of ranking; every instance has a memory of its own. */
export type RankKernel = Kernel<'rank'>;

/** What a stemmer says of a word: its stem, or null for a stop word. */
export type Stem = (word: string) => string | null;

/** Makes a kernel. `stem` is asked once for each distinct word, in lower case, if stemming is on. */
export function createRankKernel(stem: Stem = () => null): RankKernel {
  const kernel: RankKernel = new Kernel('rank', {
    stem: (ptr: number, bytes: number, target: number, room: number): number => {
      const view = during(kernel.u8(ptr >>> 0, bytes));
      // The kernel leaves ASCII capitals to its comparisons; other letters are in lower case already.
      const word = Buffer.from(view.buffer, view.byteOffset, bytes)
        .toString()
        .replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
      const found = stem(word);
      if (found === null) return 0;
      const into = during(kernel.u8(target >>> 0, room));
      return Buffer.from(into.buffer, into.byteOffset, room).write(found);
    },
  });
  const [a, b, c, d, e, f] = randomNumbers(6);
  kernel.exports.setTermSecret(a!, b!, c!, d!);
  kernel.exports.setPairSecret(e!, f!);
  return kernel;
}
