import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { detectEncoding, type Encoding } from '../../dist/load/encoding.js';
import { transcode } from '../../dist/load/transcode.js';
import { fileOf } from './csv-read.js';

const detect = (bytes: Uint8Array | string, given: string | null = null) =>
  detectEncoding(fileOf(bytes), given, 'x.csv');
const windows1252 = new Map(
  [...'€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'].map((c, i) => [c, 0x80 + i] as const),
);
const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const repeated = (text: string): string => `id,text\n${text.repeat(200)}`;

/** Transcodes in pieces of `size` bytes. */
function decode(bytes: Uint8Array, encoding: Encoding, size = 1 << 20): { text: string; undecodable: number } {
  const transcoder = transcode(encoding, 'x.csv');
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size)
    parts.push(Buffer.from(transcoder.write(bytes.subarray(at, at + size))));
  parts.push(Buffer.from(transcoder.end()));
  return { text: Buffer.concat(parts).toString(), undecodable: transcoder.undecodable };
}

describe('an encoding is found', () => {
  it.each<[string, Uint8Array | string, Encoding]>([
    ['ASCII', 'a,b\n1,2\n', 'utf-8'],
    ['UTF-8', 'a,b\né,日本\n', 'utf-8'],
    ['UTF-8 with a mark', '\ufeffa,b\n1,2\n', 'utf-8'],
    ['nothing', '', 'utf-8'],
    ['UTF-16LE', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'), 'utf-16le'],
    ['UTF-16BE', swapped('\ufeffa,b\n1,2\n'), 'utf-16be'],
    ['UTF-16LE without a mark', Buffer.from(repeated('1,é\n'), 'utf16le'), 'utf-16le'],
    ['UTF-16BE without a mark', swapped(repeated('1,é\n')), 'utf-16be'],
    ['Latin-1', Buffer.from(repeated('1,José Müller in Ávila\n'), 'latin1'), 'windows-1252'],
    ['one Latin-1 byte', Buffer.from('a,b\n1,Ca\xf1on City\n', 'latin1'), 'windows-1252'],
    ['quotation marks of Windows', Buffer.from(repeated('1,it\x92s \x93so\x94\n'), 'latin1'), 'windows-1252'],
    ['Mac Roman', Buffer.from(repeated('1,caf\x8e cr\x8fme\xcais\xcagood\n'), 'latin1'), 'macintosh'],
    ['bytes of another script within a word of ASCII', Buffer.from('a,b\n1,in_\xff\xff_part\n', 'latin1'), 'utf-8'],
    ['bytes that no encoding likes', Buffer.from('a,b\n1,x\xff\xffy\n', 'latin1'), 'utf-8'],
  ])('%s', (_, bytes, encoding) => {
    const found = detect(bytes);
    expect(found.encoding).toBe(encoding);
    expect(found.warnings.length > 0).toBe(encoding !== 'utf-8' && !/with a mark|^UTF-16..$/.test(_));
  });
  it('as UTF-8 where a few bytes are damaged', () => {
    const bytes = Buffer.concat([Buffer.from(repeated('1,日本\n')), Buffer.from([0x32, 0x2c, 0xe9, 10])]);
    expect(detect(bytes).encoding).toBe('utf-8');
  });
  it('in the middle and at the end of a large file', () => {
    const filler = '0123456789,abcdef\n'.repeat(200_000);
    const odd = Buffer.from('1,café\n'.repeat(60_000), 'latin1');
    expect(detect(Buffer.concat([Buffer.from(filler), odd, Buffer.from(filler)])).encoding).toBe('windows-1252');
    expect(detect(Buffer.concat([Buffer.from(filler), odd])).encoding).toBe('windows-1252');
  });
  it('where samples cut characters of a large file', () => {
    for (let shift = 0; shift < 5; shift++)
      expect(detect(`${'x'.repeat(shift)}${'é日😀'.repeat(700_000)}`).encoding).toBe('utf-8');
  });
  it('unless it is given', () => {
    expect(detect(Buffer.from('é', 'latin1'), 'latin1')).toEqual({ encoding: 'latin1', warnings: [] });
  });
});

it('refuses binary content, not NUL bytes in text', () => {
  expect(() => detect(Buffer.from([80, 75, 3, 4, 0, 0, 0, 0, 8, 0, 1, 2, 3, 0, 0, 0]))).toThrow(/binary/);
  expect(() => detect(Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 32)))).toThrow(/binary/);
  expect(detect('col1|col2|col3\nval1|val\x002|val3\n').encoding).toBe('utf-8');
  expect(detect('a,b\n1,x\0y\n2,\0\n').encoding).toBe('utf-8');
  expect(detect('\x1b[31ma,b\x1b[0m\n1,2\n').encoding).toBe('utf-8');
});

describe('texts of other languages, as Python encodes them', () => {
  const texts = JSON.parse(fs.readFileSync(new URL('./encodings.json', import.meta.url), 'utf8')) as [
    string,
    string,
    string,
  ][];
  it.each(texts)('%s', (name, bytes, text) => {
    const source = Buffer.from(bytes, 'base64');
    const { encoding } = detect(source);
    expect([encoding, decode(source, encoding, 7).text]).toEqual([encoding, text]);
    expect(name.includes('mac_roman') || encoding !== 'macintosh').toBe(true);
  });
  it('of one word are refused: it may be damage, or a word', () => {
    expect(() => detect(Buffer.from('id,text\n1,\xff\n2,a\n', 'latin1'))).toThrow(
      /may be utf-8 .*windows-1251 \("я"\)/,
    );
  });
  it('that are too short are refused, with what they may be', () => {
    expect(() => detect(Buffer.from('id,name\n1,\xd6\xd0\n', 'latin1'))).toThrow(
      /line 2 may be windows-1252 \("ÖÐ"\), gbk \("中"\)/,
    );
    expect(detect(Buffer.from('id,name\n1,\xd6\xd0\n', 'latin1'), 'gbk').encoding).toBe('gbk');
  });
});

describe('tables of a few letters', () => {
  const short = JSON.parse(fs.readFileSync(new URL('./encodings-short.json', import.meta.url), 'utf8')) as [
    string,
    string,
    string,
    string,
  ][];
  /** What they are read as; "refused" with two candidates or more. */
  function reading(source: Buffer): string {
    try {
      const { encoding } = detect(source);
      return encoding === 'utf-8' ? source.toString() : decode(source, encoding).text;
    } catch (error) {
      return / may be .+ or .+/.test(String(error)) ? 'refused' : String(error);
    }
  }
  it.each([...new Set(short.map(([language, encoding]) => `${language} in ${encoding}`))])(
    '%s are read as they are, or refused',
    (name) => {
      const wrong = short
        .filter(([language, encoding]) => `${language} in ${encoding}` === name)
        .map(([, , bytes, text]) => ({ source: Buffer.from(bytes, 'base64'), text }))
        // What is UTF-8 as well is UTF-8.
        .filter(({ source }) => !isUtf8(source))
        .map(({ source, text }) => [reading(source), text] as const)
        .filter(([read, text]) => read !== text && read !== 'refused');
      expect(wrong).toEqual([]);
    },
  );
  it.each(
    [
      'café|naïve|Müller|Köln|Straße|für|España|niño|Muñoz|São|ação|informações|père|déjà|élève|été|cœur|Åsa|Malmö|kött',
      'Søren|smørrebrød|København|Jørgen|Zoë|Beyoncé|résumé|perché|però|Reykjavík|Björk|garçon|Cañon City|Ávila',
      '£10|£9.99|€5|€ 1200.00|10 €|it’s|don’t|“so”|“well” he said|a – b|wait…|© 2020|20°C|½ cup|5 µg|±3|Nestlé®|100 m²|3 × 4|10\u00a0kg|¿Cómo?',
    ].flatMap((cells) => cells.split('|')),
  )('%s in windows-1252 is read', (cell) => {
    const text = `id,name\n1,plain\n2,${cell}\n`;
    const bytes = [...text].map((c) => windows1252.get(c) ?? c.charCodeAt(0));
    expect(detect(Buffer.from(bytes)).encoding).toBe('windows-1252');
  });
});

describe('bytes that stand for nothing', () => {
  it.each(['gbk', 'big5', 'shift_jis', 'euc-jp', 'euc-kr', 'windows-1255'])(
    'leave no UTF-8 behind in %s',
    (encoding) => {
      const { undecodable } = decode(Buffer.from('a,b\n1,\xd9\n2,\xff,x\n', 'latin1'), encoding);
      const transcoder = transcode(encoding, 'x.csv');
      const bytes = Buffer.from(transcoder.write(Buffer.from('a,b\n1,\xd9\n2,x\n', 'latin1')));
      if (transcoder.undecodable > 0) expect(bytes.toString('latin1')).toBe('a,b\n1,\xff\n2,x\n');
      expect(undecodable + transcoder.undecodable).toBeGreaterThan(0);
    },
  );
});

describe('transcoding', () => {
  const text = '\ufeffid,é\r\n"日本",😀\0\n';
  it.each([1, 2, 3, 5, 7, 1000])('UTF-16 in pieces of %i bytes', (size) => {
    const due = { text: text.slice(1), undecodable: 0 };
    expect(decode(Buffer.from(text, 'utf16le'), 'utf-16le', size)).toEqual(due);
    expect(decode(swapped(text), 'utf-16be', size)).toEqual(due);
  });
  it('every byte of one-byte encodings as the standard says', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const mac = new TextDecoder('macintosh').decode(all);
    expect(decode(all, 'macintosh')).toEqual({ text: mac, undecodable: 0 });
    expect(decode(all, 'latin1').text).toBe(Buffer.from(all).toString('latin1'));
    const windows = decode(all, 'windows-1252', 100);
    expect(windows.text.slice(0x80, 0xa0)).toBe('€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ');
    expect(windows.text.slice(0xa0)).toBe(Buffer.from(all.subarray(0xa0)).toString('latin1'));
    expect(windows.undecodable).toBe(5);
  });
  it('refuses half a surrogate pair and half a character', () => {
    expect(() => decode(Buffer.from('ab\ud800c', 'utf16le'), 'utf-16le')).toThrow(/byte 4 begins a surrogate/);
    expect(() => decode(Buffer.from('ab\udc00c', 'utf16le'), 'utf-16le', 2)).toThrow(/byte 4 begins a surrogate/);
    expect(() => decode(Buffer.from([97, 0, 98]), 'utf-16le')).toThrow(/odd number of bytes/);
  });
});
