import v8 from 'node:v8';
import { afterAll } from 'vitest';

// Vitest ends its workers by force, and the coverage of a process is written when it exits by itself: it is taken here.
afterAll(() => {
  if (process.env.NODE_V8_COVERAGE !== undefined) v8.takeCoverage();
});
