// Makes the bench's inputs in bench/data, each once. All of it is pseudo-random from a fixed seed (xorshift32), so that every
// machine measures the same bytes.
import fs from 'node:fs';
import path from 'node:path';

export const dataDir = path.join(import.meta.dirname, '..', 'data');

const syllables = 'ka lo mi ter an pro ing ed re con sta ble tion er ous ly qu ex fu zo pa ra si de ment'.split(' ');

/** A xorshift32 generator of numbers in [0, 1). */
export function generator(seed) {
  let s = seed;
  return () => {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    return (s >>> 0) / 4294967296;
  };
}

/** `count` made-up words, and a draw from them by a Zipf-like law. */
export function vocabulary(rnd, count, pieces = syllables) {
  const words = Array.from({ length: count }, () => {
    const length = 2 + Math.floor(rnd() * 3.5);
    let word = '';
    for (let i = 0; i < length; i++) word += pieces[Math.floor(rnd() * pieces.length)];
    return word;
  });
  return () => words[Math.min(count - 1, Math.floor(count ** rnd() - 1))];
}

/** Writes lines in pieces of some megabytes. */
export function writeLines(file, header, lines) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const fd = fs.openSync(`${file}.${process.pid}.tmp`, 'w');
  let pending = header === '' ? [] : [header];
  let length = 0;
  for (const line of lines) {
    pending.push(line);
    length += line.length;
    if (length > 4 * 2 ** 20) {
      fs.writeSync(fd, `${pending.join('\n')}\n`);
      pending = [];
      length = 0;
    }
  }
  if (pending.length > 0) fs.writeSync(fd, `${pending.join('\n')}\n`);
  fs.closeSync(fd);
  fs.renameSync(`${file}.${process.pid}.tmp`, file);
}

const once = (name, make) => {
  const file = path.join(dataDir, name);
  if (!fs.existsSync(file)) make(file);
  return file;
};

/** Rows of id, text of 5 to 34 words, category with blanks and N/A, length, score; a part of them exact duplicates. */
function* tableRows(rows, format, seed, repeated = 0.15) {
  const rnd = generator(seed);
  const word = vocabulary(rnd, 50_000);
  const categories = ['alpha', 'Beta ', ' gamma', '', 'N/A', 'delta'];
  const recent = [];
  for (let i = 0; i < rows; i++) {
    if (recent.length > 1000 && rnd() < repeated) {
      yield recent[Math.floor(rnd() * recent.length)];
      continue;
    }
    let text = Array.from({ length: 5 + Math.floor(rnd() * 30) }, word).join(' ');
    if (rnd() < 0.05) text = `  ${text} `;
    if (rnd() < 0.03) text += ', "quoted"';
    const category = categories[Math.floor(rnd() * categories.length)];
    const score = rnd().toFixed(6);
    const row =
      format === 'csv'
        ? `${i},"${text.replaceAll('"', '""')}",${category},${text.length},${score}`
        : JSON.stringify({
            ID: i,
            'Text Body': text,
            Category: category,
            Length: text.length,
            'Quality Score': +score,
          });
    if (recent.length < 50_000) recent.push(row);
    else recent[Math.floor(rnd() * 50_000)] = row;
    yield row;
  }
}

export function table(rows, format = 'csv') {
  const header = format === 'csv' ? 'ID,Text Body,Category,Length,Quality Score' : '';
  return once(`table-${rows}.${format}`, (file) => writeLines(file, header, tableRows(rows, format, 12345)));
}

/** The same kind of table as CSV, with no row twice. */
export function distinctTable(rows) {
  const header = 'ID,Text Body,Category,Length,Quality Score';
  return once(`table-${rows}-distinct.csv`, (file) => writeLines(file, header, tableRows(rows, 'csv', 12345, 0)));
}

/** 50 columns of integers and floats. */
export function numbers(rows) {
  return once(`numbers-${rows}.csv`, (file) => {
    const rnd = generator(99);
    const names = Array.from({ length: 50 }, (_, c) => `c${c}`);
    const cell = (c) => (c % 2 === 0 ? String(Math.floor(rnd() * 1e6)) : (rnd() * 1000).toFixed(3));
    const lines = (function* () {
      for (let i = 0; i < rows; i++) yield names.map((_, c) => cell(c)).join(',');
    })();
    writeLines(file, names.join(','), lines);
  });
}

/** What made-up words of a script are made of, how many bytes a word takes with what follows it, and what follows. */
const scripts = {
  ascii: { pieces: syllables, bytes: 8.85, between: () => ' ' },
  cyrillic: {
    pieces: 'ка ло ми тер ан про ый ед ре кон ста ние ция ер ост ли кву экс фу зо па ра си де мент'.split(' '),
    bytes: 16.85,
    between: () => ' ',
  },
  // Words are not set apart: a token is what stands between two commas.
  cjk: {
    pieces: [...'的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小'],
    bytes: 10.6,
    between: (rnd) => (rnd() < 0.3 ? '，' : ''),
  },
  mixed: {
    pieces: 'ka lo mí ter an pró ing ed ré con stä ble tion er øus ly qu ex fu zö па ра 学 де ment'.split(' '),
    bytes: 10.55,
    between: () => ' ',
  },
};

/** `rows` rows of one text each, of about `bytes` bytes in words of a script. */
export function longTexts(rows, bytes, script = 'ascii') {
  return once(`long-${rows}x${bytes}-${script}.csv`, (file) => {
    const rnd = generator(4242);
    const { pieces, bytes: perWord, between } = scripts[script];
    const word = vocabulary(rnd, 50_000, pieces);
    const text = () => {
      let words = word();
      for (let n = Math.round(bytes / perWord); n > 1; n--) words += between(rnd) + word();
      return words;
    };
    const lines = (function* () {
      for (let i = 0; i < rows; i++) yield `${i},${text()}`;
    })();
    writeLines(file, 'id,text', lines);
  });
}

/** Documents that all begin with the same `words` words, and have 100 to 250 of their own. */
export function headedDocuments(rows, words) {
  return once(`headed-${rows}x${words}.jsonl`, (file) => {
    const rnd = generator(778);
    const word = vocabulary(rnd, 40_000);
    const text = (count) => Array.from({ length: count }, word).join(' ');
    const header = text(words);
    const lines = (function* () {
      for (let i = 0; i < rows; i++)
        yield JSON.stringify({ id: i, text: `${header} ${text(100 + Math.floor(rnd() * 150))}` });
    })();
    writeLines(file, '', lines);
  });
}

/** Documents of 20 to 200 words, a quarter of them edited copies of earlier ones. */
export function documents(rows) {
  return once(`documents-${rows}.jsonl`, (file) => {
    const rnd = generator(777);
    const word = vocabulary(rnd, 40_000);
    const rates = [0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.15];
    const fresh = () => Array.from({ length: 20 + Math.floor(rnd() * 180) }, word);
    const edit = (words, rate) => {
      const out = [];
      for (const w of words) {
        const r = rnd();
        if (r < rate / 3) continue;
        if (r < (2 * rate) / 3) out.push(word());
        else if (r < rate) out.push(w, word());
        else out.push(w);
      }
      return out.length > 0 ? out : [word()];
    };
    const recent = [];
    const lines = (function* () {
      for (let i = 0; i < rows; i++) {
        const copy = recent.length > 100 && rnd() < 0.25;
        const words = copy
          ? edit(recent[Math.floor(rnd() * recent.length)], rates[Math.floor(rnd() * rates.length)])
          : fresh();
        if (recent.length < 50_000) recent.push(words);
        else recent[Math.floor(rnd() * 50_000)] = words;
        yield JSON.stringify({ id: i, text: words.join(' ') });
      }
    })();
    writeLines(file, '', lines);
  });
}
