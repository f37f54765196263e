#!/usr/bin/env node
// Starts src/cli. Kept in a syntax that every Node.js can read, so that an old one gets a sentence and not a stack.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`error: datagpu needs Node.js 20.19 or later, this is ${process.version}.\n`);
  process.exit(2);
}
import('../dist/app/main.js').then(
  ({ main }) => main(process.argv.slice(2)).then((code) => process.exit(code)),
  (error) => {
    const isUnbuilt = error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes('main.js');
    process.stderr.write(
      isUnbuilt ? 'error: datagpu is not built. Run npm install in its folder.\n' : `${error.stack}\n`,
    );
    process.exit(1);
  },
);
