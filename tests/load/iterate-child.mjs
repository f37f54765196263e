// Reads a whole data set: iterate-child.mjs <folder> batches|rows. Prints the rows, and the megabytes that it took at most.
import { load } from '../../dist/index.js';

const [folder, what] = process.argv.slice(2);
const data = await load(folder);
let rows = 0;
if (what === 'rows') for await (const _ of data) rows++;
else for await (const batch of data.batches()) rows += batch.numRows;
console.log(JSON.stringify({ rows, megabytes: process.resourceUsage().maxRSS / 1000 }));
