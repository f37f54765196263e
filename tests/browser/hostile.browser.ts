import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dashboard, startDashboard } from '../../dist/dashboard/server.js';
import { compile } from '../../dist/index.js';
import { expectAccessible, launch, open, settled } from './chrome.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hostile-'));
const script = '<script>window.pwned = 1</script><img src=x onerror="window.pwned = 1">';
const column = '<b onclick=alert(1)>name</b>';
const large = 'x'.repeat(10 * 2 ** 20);
let browser: Browser;
let dashboard: Dashboard;

beforeAll(async () => {
  browser = await launch();
  const source = path.join(folder, `${'<svg onload=alert(1)>'.replaceAll('/', '')}.jsonl`);
  const rows = [
    {
      [column]: script,
      messages: [{ role: '<i>user</i>', content: script }],
      bidi: 'a\u202egpj.exe\u202c b',
      nested: { '<u>': script },
    },
    {
      [column]: large,
      messages: [{ role: 'user', content: 'שלום עולם' }],
      bidi: 'مرحبا بالعالم',
      nested: { '<u>': 'javascript:alert(1)' },
    },
    { [column]: '{"__proto__": {"polluted": 1}}', messages: [], bidi: '\u0007\u001b[31mred', nested: { '<u>': '' } },
  ];
  fs.writeFileSync(source, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const out = path.join(folder, 'out');
  await compile([source], { out, cache: false, clean: false, name: script });
  dashboard = await startDashboard([out, path.join(folder, '<script>absent</script>')]);
});
afterAll(async () => {
  await dashboard?.close();
  await browser?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

test('a hostile data set shows itself as text on every page', async () => {
  const { page, errors, hosts } = await open(browser, dashboard.address);
  const hashes = [
    '#/',
    '#/0/overview',
    ...[0, 1, 2, 3].map((c) => `#/0/columns?column=${c}`),
    '#/0/rows',
    ...[0, 1, 2].map((r) => `#/0/rows?row=${r}`),
  ];
  for (const hash of hashes) {
    await page.evaluate((to) => {
      location.hash = to;
    }, hash);
    await page.waitForTimeout(300);
    await settled(page);
    const seen = await page.evaluate(() => ({
      pwned: 'pwned' in window,
      polluted: 'polluted' in {},
      markup: document.querySelectorAll(
        '#page script, #page img, #page b, #page i, #page u, #page [onclick], #page [onload]',
      ).length,
    }));
    expect([hash, seen]).toEqual([hash, { pwned: false, polluted: false, markup: 0 }]);
  }
  expect(await page.locator('body').innerText()).toContain('__proto__');
  expect(errors).toEqual([]);
  expect([...hosts]).toEqual([`127.0.0.1:${dashboard.port}`]);
  await page.close();
});

test('what can not be seen is marked, right-to-left text runs its way, and a cell of 10 MB is cut', async () => {
  const { page } = await open(browser, dashboard.address, { hash: '#/0/rows?row=0' });
  await page.locator('.panel .mark', { hasText: 'U+202E' }).waitFor();
  await page.locator('.panel', { hasText: '<script>window.pwned = 1</script>' }).waitFor();
  await page.getByRole('button', { name: 'Row after' }).click();
  await page.locator('.panel', { hasText: 'مرحبا' }).waitFor();
  const direction = await page
    .locator('.panel .letters', { hasText: 'مرحبا' })
    .evaluate((element) => getComputedStyle(element).direction);
  expect(direction).toBe('rtl');
  await page.locator('.panel', { hasText: '10,485,760 characters' }).waitFor();
  await expectAccessible(page);
  await page.close();
});
