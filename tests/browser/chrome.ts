import fs from 'node:fs';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const places = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Debian's chromium, or the one that the variable CHROMIUM names. */
export function launch(): Promise<Browser> {
  const executablePath = places.find((place) => place !== '' && fs.existsSync(place));
  if (executablePath === undefined)
    throw new Error('These tests need chromium: apt-get install chromium, or set CHROMIUM to the program.');
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page, what its console said, and where it asked for something. */
export interface Watched {
  page: Page;
  errors: string[];
  hosts: Set<string>;
}

export async function open(
  browser: Browser,
  address: string,
  options: { width?: number; dark?: boolean; hash?: string } = {},
): Promise<Watched> {
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1280, height: 860 },
    colorScheme: options.dark === true ? 'dark' : 'light',
  });
  const errors: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  await page.goto(address);
  await page.locator('.top, .failed').first().waitFor();
  if (options.hash !== undefined) await go(page, address, options.hash);
  return { page, errors, hosts };
}

/** Goes to a view as one who opens its address: the page is loaded anew. */
export async function go(page: Page, address: string, hash: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(address.replace(/#.*/, hash));
  await settled(page);
}

/** Until nothing is on its way. */
export async function settled(page: Page): Promise<void> {
  await page.locator('.top, .failed').first().waitFor();
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
}

/** What axe finds wrong, as text: rules and places. */
export async function expectAccessible(page: Page): Promise<void> {
  // Evaluated through the debugger: the policy of the page lets no script of others in.
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run();
    return violations.map(
      (v) =>
        `${v.id}: ${v.nodes
          .map((n) => n.target.join(' '))
          .slice(0, 3)
          .join('; ')}`,
    );
  });
  expect(violations).toEqual([]);
}
