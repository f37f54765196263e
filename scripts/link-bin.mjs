// Makes `datagpu` one of this clone's own commands, as npm does for a package that is installed: `npx datagpu` finds it
// without, but not inside `npm exec --package=node@24 -- sh -c "..."`, which looks in node_modules/.bin only.
import fs from 'node:fs';
import path from 'node:path';

const folder = path.join(path.dirname(import.meta.dirname), 'node_modules/.bin');
const link = path.join(folder, 'datagpu');
// A link is no command on Windows, and a clone that is being packed has no folder for it.
if (process.platform !== 'win32' && fs.existsSync(folder)) {
  fs.rmSync(link, { force: true });
  fs.symlinkSync('../../bin/datagpu.js', link);
}
