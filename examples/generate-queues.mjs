// Makes examples/data/queues.csv: tickets with the queue they belong to, and what raw files have wrong. Always the same bytes.
import fs from 'node:fs';
import path from 'node:path';

// Xorshift32 (Marsaglia, 2003): small, and the same everywhere.
let state = 20261130;
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}
const pick = (list) => list[Math.floor(random() * list.length)];

const queues = {
  billing: [
    ['the invoice for', 'a charge on my card for', 'the refund of', 'the receipt for', 'the price of'],
    ['is wrong', 'was taken twice', 'has not arrived', 'shows the old address', 'is higher than agreed'],
  ],
  delivery: [
    ['the parcel with', 'my order of', 'the tracking page of', 'the courier with', 'the replacement for'],
    ['never came', 'went to a neighbour', 'arrived damaged', 'is two weeks late', 'was left in the rain'],
  ],
  account: [
    ['the password for', 'my login to', 'the second factor of', 'the e-mail address of', 'the profile behind'],
    ['does not work', 'is locked', 'can not be changed', 'was reset without asking', 'shows somebody else'],
  ],
  product: [
    ['the battery of', 'the manual of', 'the screen of', 'a screw of', 'the app for'],
    ['is empty after an hour', 'is missing', 'stays dark', 'broke on the first day', 'crashes at the start'],
  ],
};
const things = [
  'the kettle',
  'two lamps',
  'the blue bicycle',
  'a camera',
  'the printer',
  'the garden chair',
  'my subscription',
  'the headphones',
];
const openings = ['Hello,', 'Hi there,', 'Good morning,', 'To whom it may concern:', 'Please help:', 'Again:', ''];
const closings = [
  'Can you look into it?',
  'I need it by Friday.',
  'Thank you.',
  'This is the second time I write.',
  'Please call me back.',
  '',
];
const names = Object.keys(queues);

const rows = [];
for (let i = 0; i < 1600; i++) {
  const queue = pick(names);
  const [subjects, troubles] = queues[queue];
  const text = [pick(openings), pick(subjects), pick(things), `${pick(troubles)}.`, pick(closings)]
    .filter((s) => s !== '')
    .join(' ');
  // One in twenty-five was sent to a wrong queue, and one in fifty has none.
  const label = random() < 0.04 ? pick(names) : random() < 0.02 ? '' : queue;
  const padded = random() < 0.1 ? `  ${text} ` : text;
  rows.push(`"${padded}",${random() < 0.05 ? ` ${label} ` : label}`);
  if (random() < 0.08) rows.push(rows[Math.floor(random() * rows.length)]);
}
fs.writeFileSync(path.join(import.meta.dirname, 'data/queues.csv'), `Text,Queue\n${rows.join('\n')}\n`);
