import { describe, expect, it } from 'vitest';
import { createIngestKernel } from '../../dist/kernels/ingest.js';

const kernel = createIngestKernel();
const { unpackZstd } = kernel.exports;

/** What the kernel makes of frames; null when it calls them damaged. */
function unpack(frames: Buffer, size: number): string | null {
  kernel.reset();
  const from = kernel.alloc(frames.length);
  const out = kernel.alloc(size);
  kernel.u8(from, frames.length).set(frames);
  const written = unpackZstd(from, from + frames.length, out, size);
  return written < 0 ? null : Buffer.from(kernel.u8(out, size)).toString();
}

// Made by the zstd command 1.5 with --check: `seq 1 400 | tr '\n' ','` with -19, and two short ones.
const numbers = Buffer.from(
  'KLUv/QRodRMASl2kCQugxQ1k22R/+P9eA5YAlgCWABtwh+3apu3Zlu3Y7ja3tw22A9gFNoE9YAvYAXbBJtgDG4AdwhWm8IQlHOGGGV4YhENdNdVTSx11a9arQR3o' +
    'ookeWuigS5MeDegw10zzzDLH3JnzZjAHuWSSRxY55MqUJwM5xBVTPLHEETdmvBjEoVenPl169Hb2ddADL058uPDg5eTjgIddm/Zs2bG7ubfBDtf0LMedL+Md5/jG' +
    'wXgAvAAnwAdwATwAL+AEfIADwEPYFTaFPWFL2BF2w2bYCxuEHWpXbao9taV21G5t1l5tUDvQLtpEe2gL7aBd2qQ92oB2mF2zafbMltkxu7M5e7PB7CC7ZJPskS2y' +
    'Q3ZlU/ZkA9khdsWm2BNbYkfsxmbsxQaxQ3d1U/d0S3d0t5vd6wbdgbu4iXu4hTu4y03uMQT6gC6gB+gFnaAPdAB6CLwCp8AncAk8Am/gDHyBg8BD8SpOxae4FI/i' +
    'Lc7iKw6KB+JFnIgPcSEexEucxEccEA/DazgNn+EyPIZ3OIdvOBgehJdwEj7CRXgIr3AKn3AgPASv4BR8gkvwCN7gDL7gIHgor3Iqn3Ipj/KWs3zloDyQFzmRD7mQ' +
    'B3nJST5yQB7Ga5zGZ1zGIwMQh9ArdAp9QpfQI/SGztAXOgg9VK/qVH2qS/Wo3uqsvuqgeqBe1In6UBfqQb3USX3UAfUwvabT9Jku02N6p3P6poPpQXpJJ+kjXaSH' +
    '9Eqn9EkH0kP0ik7RJ7pEj+iNzuiLDqKH9mqn9mmX9mhvO9vXDtoDe7ET+7ALe7CXnexjB+xhvdZpfdZlPda7zvWtg/UAeoEeACGHbC4=',
  'base64',
);
const listed = Array.from({ length: 400 }, (_, i) => `${i + 1},`).join('');
const repeated = Buffer.from('KLUv/QRYxQAAkG9uZSBsaW5lIG9mIHRleHQsIAEAyplhg8JhBQ==', 'base64');
const lines = 'one line of text, one line of text, one line of text';
const zeros = Buffer.from('KLUv/QRYTQAAEAAAAQDjK4AFWgdEeQ==', 'base64');

describe('zstd', () => {
  it('decodes what the zstd command wrote, frame after frame', () => {
    expect(unpack(numbers, listed.length)).toBe(listed);
    expect(unpack(repeated, lines.length)).toBe(lines);
    expect(unpack(zeros, 1000)).toBe('\0'.repeat(1000));
    const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9]);
    const all = Buffer.concat([numbers, skippable, repeated, zeros]);
    expect(unpack(all, listed.length + lines.length + 1000)).toBe(`${listed}${lines}${'\0'.repeat(1000)}`);
  });

  it('refuses another size, a cut, and a wrong checksum', () => {
    expect(unpack(repeated, lines.length - 1)).toBeNull();
    expect(unpack(repeated, lines.length + 1)).toBeNull();
    for (let cut = 1; cut < numbers.length; cut += 7)
      expect(unpack(numbers.subarray(0, cut), listed.length)).toBeNull();
    const flipped = Buffer.from(repeated);
    flipped[flipped.length - 1]! ^= 1;
    expect(unpack(flipped, lines.length)).toBeNull();
  });

  it('notices every single changed byte: the checksum is verified', () => {
    for (let i = 0; i < numbers.length; i++) {
      const changed = Buffer.from(numbers);
      changed[i]! ^= 1 << (i & 7);
      const result = unpack(changed, listed.length);
      // Bits of the header that say nothing of the content may change.
      expect(result === null || result === listed, `byte ${i}`).toBe(true);
      if (i > 6) expect(result, `byte ${i}`).toBeNull();
    }
  });
});
