import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { report } from '../../dist/dashboard/report.js';
import { type Dashboard, startDashboard } from '../../dist/dashboard/server.js';
import { compile } from '../../dist/index.js';
import type { Manifest } from '../../dist/manifest/manifest.js';
import { expectAccessible, go, launch, open, settled } from './chrome.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'browser-'));
const examples = path.resolve(import.meta.dirname, '../../examples/data');
/** Rows of the largest data set. */
const many = Number(process.env.DATAGPU_BROWSER_ROWS ?? 1_000_000);

let browser: Browser;
let dashboard: Dashboard;
const manifests: Manifest[] = [];

beforeAll(async () => {
  browser = await launch();
  const wide = path.join(folder, 'wide.csv');
  fs.writeFileSync(wide, wideCsv(2000));
  const large = path.join(folder, 'large.csv');
  writeLarge(large, many);
  for (const [source, name] of [
    [path.join(examples, 'chat.jsonl'), 'chat'],
    [wide, 'products'],
    [large, 'large'],
  ] as const) {
    const out = path.join(folder, name);
    manifests.push((await compile([source], { out, cache: false, rank: name === 'chat' })).manifest);
  }
  dashboard = await startDashboard(['chat', 'products', 'large'].map((name) => path.join(folder, name)));
});
afterAll(async () => {
  await dashboard?.close();
  await browser?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** 50 columns of products: numbers, labels, texts, nulls. */
function wideCsv(rows: number): string {
  const names = Array.from({ length: 50 }, (_, i) => ['price', 'colour', 'note', 'stock', 'made'][i % 5] + String(i));
  const lines = Array.from({ length: rows }, (_, r) =>
    names
      .map(
        (_, i) =>
          [r * 0.25 + i, ['red', 'green', 'blue'][r % 3], `note ${r} on ${i}`, r % 11 === 0 ? '' : r, '2024-05-06'][
            i % 5
          ],
      )
      .join(','),
  );
  return `${names.join(',')}\n${lines.join('\n')}\n`;
}

function writeLarge(file: string, rows: number): void {
  const handle = fs.openSync(file, 'w');
  let text = 'id,text,category,score\n';
  for (let i = 0; i < rows; i++) {
    // Every seventh record is one from before.
    const r = i % 7 === 6 ? i - 3 : i;
    text += `${r},words of row ${r} and some more of them ${(r * 7919) % 1009},${['alpha', 'beta', 'gamma', ''][r % 4]},${((r * 31) % 1000) / 8}\n`;
    if (text.length > 2 ** 20 || i === rows - 1) {
      fs.writeSync(handle, text);
      text = '';
    }
  }
  fs.closeSync(handle);
}

const count = (n: number): string => n.toLocaleString('en');

describe.each([0, 1, 2])('data set %i', (set) => {
  test('overview says what the manifest says', async () => {
    const { page, errors, hosts } = await open(browser, dashboard.address, { hash: `#/${set}/overview` });
    const manifest = manifests[set]!;
    const text = await page.locator('main').innerText();
    expect(text).toContain(manifest.hash);
    for (const [reason, n] of Object.entries(manifest.ledger.dropped))
      expect(text).toMatch(new RegExp(`${reason}\\s+${count(n)}\\s`));
    expect(text).toMatch(new RegExp(`kept\\s+${count(manifest.ledger.kept)}\\s`));
    expect(text).toMatch(new RegExp(`read\\s+${count(manifest.ledger.read)}\\s`));
    await expectAccessible(page);
    expect(errors).toEqual([]);
    expect([...hosts]).toEqual([`127.0.0.1:${dashboard.port}`]);
    await page.close();
  });

  test('every column has its page', async () => {
    const manifest = manifests[set]!;
    const { page, errors } = await open(browser, dashboard.address, { hash: `#/${set}/columns` });
    for (const column of [0, 1, 2, 3, manifest.columns - 1]) {
      await page.locator('.column-list a').nth(column).click();
      await page.locator('main h2', { hasText: manifest.fields[column]!.name }).first().waitFor();
      await settled(page);
      await page.locator('dt', { hasText: /^nulls$/ }).waitFor();
      const nulls = await page
        .locator('.facts div', { hasText: /^nulls/ })
        .locator('strong')
        .innerText();
      expect(nulls).toBe(count(manifest.fields[column]!.nulls));
    }
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await page.close();
  });

  test('rows: as many as there are, the last one too', async () => {
    const { page, errors } = await open(browser, dashboard.address, { hash: `#/${set}/rows` });
    await page.locator('.total', { hasText: count(manifests[set]!.rows) }).waitFor();
    await page.locator('[data-row="0"]').waitFor();
    await page.locator('.grid').focus();
    await page.keyboard.press('Control+End');
    const last = manifests[set]!.rows - 1;
    await page.locator(`[data-row="${last}"]`).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.panel h2', { hasText: `Row ${count(last)}` }).waitFor();
    await page.locator('.panel', { hasText: /Record [\d,]+ of/ }).waitFor();
    await settled(page);
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    expect(await page.locator('.panel').count()).toBe(0);
    expect(errors).toEqual([]);
    await page.close();
  });
});

test('sort, filter and search, each with an address that survives a reload', async () => {
  const { page, errors } = await open(browser, dashboard.address, { hash: '#/2/rows' });
  await page.locator('[data-row="0"]').waitFor();
  await page.getByRole('button', { name: 'score' }).click();
  await page.waitForURL(/sort=3/);
  await settled(page);
  await page.getByRole('button', { name: 'score' }).click();
  await page.waitForURL(/sort=-3/);
  await settled(page);
  const firstScore = (): Promise<string> => page.locator('#cell-0-3').innerText();
  expect(await firstScore()).toBe('124.875');
  await page.getByLabel('Column to filter by').selectOption({ label: 'category' });
  await page.getByLabel('Comparison').selectOption('is');
  await page.getByLabel('Value to compare with').fill('beta');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.locator('.total', { hasText: ' of ' }).waitFor();
  await settled(page);
  const filtered = await page.locator('.total').innerText();
  expect(await page.locator('#cell-0-2').innerText()).toBe('beta');
  await page.reload();
  await page.locator('.total', { hasText: ' of ' }).waitFor();
  await settled(page);
  expect(await page.locator('.total').innerText()).toBe(filtered);
  expect(await page.locator('#cell-0-2').innerText()).toBe('beta');
  await page.getByLabel('Remove this filter').click();
  await page.getByLabel('Search texts').fill('of row 4242 and');
  await page.locator('.total', { hasText: /^1 of / }).waitFor();
  expect(await page.locator('#cell-0-1').innerText()).toContain('words of row 4242 and');
  await page.getByLabel('Search texts').fill('no such words');
  await page.getByText('No row is like that.').waitFor();
  expect(errors).toEqual([]);
  await page.close();
});

test('removed: every reason has its records, duplicates beside the kept row', async () => {
  const { page, errors } = await open(browser, dashboard.address, { hash: '#/2/removed' });
  const dropped = manifests[2]!.ledger.dropped['exact duplicate']!;
  await page.locator('.reasons a', { hasText: count(dropped) }).waitFor();
  await page.locator('.removed li').nth(19).waitFor();
  expect(await page.locator('.removed li').first().innerText()).toMatch(/Record 7 of .*kept: record 4/);
  await page.getByRole('link', { name: 'next' }).click();
  await page.waitForURL(/from=20/);
  await settled(page);
  await page.locator('.removed li').nth(19).waitFor();
  await expectAccessible(page);
  await page
    .getByRole('link', { name: /^record/ })
    .first()
    .click();
  await page.locator('.panel', { hasText: 'dropped as its duplicate' }).waitFor();
  expect(errors).toEqual([]);
  await page.close();
});

test('ranking: scores, terms, and the rows at a cut', async () => {
  const { page, errors } = await open(browser, dashboard.address, { hash: '#/0/ranking?top=10' });
  await page.getByText('What --top 10 would keep').waitFor();
  await settled(page);
  expect(await page.locator('.border tbody th').allInnerTexts()).toEqual([
    ...Array(4).fill('kept'),
    ...Array(4).fill('cut'),
  ]);
  const heaviest = manifests[0]!.ranking!.heaviest as { term: string }[];
  await page.getByRole('rowheader', { name: heaviest[0]!.term, exact: true }).waitFor();
  await page.getByLabel('rows to keep').fill('20');
  await page.waitForURL(/top=20/);
  await expectAccessible(page);
  await go(page, dashboard.address, '#/1/ranking');
  await page.getByText('was not ranked').waitFor();
  expect(errors).toEqual([]);
  await page.close();
});

test('versions: two data sets beside each other', async () => {
  const { page, errors } = await open(browser, dashboard.address, { hash: '#/1/versions?with=2' });
  await page
    .getByRole('row', { name: `rows kept ${count(manifests[2]!.rows)} ${count(manifests[1]!.rows)}` })
    .waitFor();
  await settled(page);
  await expectAccessible(page);
  expect(errors).toEqual([]);
  await page.close();
});

test('a deep link opens a row within its place; messages are a chat', async () => {
  const { page } = await open(browser, dashboard.address, { hash: '#/0/rows?at=60&row=63&cell=1' });
  await page.locator('.panel .turn').first().waitFor();
  expect(await page.locator('.panel .turn.user').count()).toBeGreaterThan(0);
  await page.locator('[data-row="63"].open').waitFor();
  expect(await page.locator('[data-row="0"]').count()).toBe(0);
  await page.close();
});

test('scrolling through a million rows shows rows', async () => {
  const { page, errors } = await open(browser, dashboard.address, { hash: '#/2/rows' });
  await page.locator('[data-row="0"]').waitFor();
  for (const share of [0.25, 0.5, 0.9]) {
    await page.evaluate((at) => {
      const grid = document.querySelector('.grid')!;
      grid.scrollTop = (grid.scrollHeight - grid.clientHeight) * at;
    }, share);
    // The rows of that place, all of them with values.
    await page.waitForFunction(
      ([at, all]) => {
        const rows = [...document.querySelectorAll('.grid-body .grid-row')];
        const first = rows[0]?.getAttribute('data-row') ?? null;
        const isThere = first !== null && Math.abs(Number(first) / all! - at!) < 0.01;
        return rows.length > 10 && isThere && rows.every((r) => r.getAttribute('data-row') !== null);
      },
      [share, manifests[2]!.rows],
      { timeout: 20_000 },
    );
  }
  expect(errors).toEqual([]);
  await page.close();
});

test.each([
  ['narrow', { width: 400 }],
  ['dark', { dark: true }],
  ['narrow and dark', { width: 400, dark: true }],
])('%s: nothing sticks out, and axe agrees', async (_, options) => {
  const { page, errors } = await open(browser, dashboard.address, options);
  for (const hash of [
    '#/',
    '#/1/overview',
    '#/1/columns?column=1',
    '#/1/rows',
    '#/0/rows?row=3&cell=1',
    '#/2/removed',
    '#/0/ranking',
    '#/1/versions',
  ]) {
    await go(page, dashboard.address, hash);
    await page.waitForTimeout(300);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect([hash, wide]).toEqual([hash, 0]);
    await expectAccessible(page);
  }
  expect(errors).toEqual([]);
  await page.close();
});

test('without the token the page says what to do, and shows nothing', async () => {
  const { page } = await open(browser, dashboard.address.replace(/#.*/, '#/0/rows'));
  const text = await page.locator('body').innerText();
  expect(text).toContain('Open the address that datagpu dashboard printed');
  expect(text).not.toContain('chat');
  await page.close();
});

test.each(['chat', 'products', 'large'])('the report of %s opens from disk, and axe agrees', async (name) => {
  const file = path.join(folder, `${name}.html`);
  fs.writeFileSync(file, await report(path.join(folder, name)));
  const page = await browser.newPage({ viewport: { width: 400, height: 800 } });
  const errors: string[] = [];
  page.on('console', (message) => errors.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) errors.push(request.url());
  });
  await page.goto(`file://${file}`);
  await page.getByText('What became of the records').waitFor();
  // Its style sheet was let in by the policy.
  expect(
    await page
      .locator('.facts')
      .first()
      .evaluate((element) => getComputedStyle(element).display),
  ).toBe('grid');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
  await expectAccessible(page);
  expect(errors).toEqual([]);
  await page.close();
});
