import { describe, expect, test } from 'vitest';
import { Ledger } from '../../dist/ledger/ledger.js';

describe('Ledger', () => {
  test('balances', () => {
    const ledger = new Ledger(['malformed', 'empty row', 'exact duplicate', 'near duplicate', 'below top']);
    ledger.found(10);
    ledger.stage('read', 10, 8, { malformed: 2 });
    ledger.stage('clean', 8, 7, { 'empty row': 1 });
    ledger.stage('dedupe', 7, 4, { 'exact duplicate': 2, 'near duplicate': 1 });
    ledger.stage('top', 4, 3, { 'below top': 1 });
    ledger.change({ trim: 3, nfc: 0 });
    ledger.change({ trim: 1 });
    expect(ledger.balance(3)).toEqual({
      read: 10,
      kept: 3,
      dropped: { malformed: 2, 'empty row': 1, 'exact duplicate': 2, 'near duplicate': 1, 'below top': 1 },
      changed: { trim: 4 },
    });
  });

  test('refuses a stage that loses or invents a row', () => {
    const ledger = new Ledger(['malformed', 'empty row']);
    ledger.found(3);
    expect(() => ledger.stage('near', 3, 2, { 'near duplicate': 1 })).toThrow('a reason that this compile has not');
    expect(() => ledger.stage('clean', 3, 1, { 'empty row': 1 })).toThrow('clean: 3 rows in, 1 out, 1 dropped');
    expect(() => ledger.stage('clean', 3, 4, { 'empty row': -1 })).toThrow('clean');
    expect(() => ledger.balance(2)).toThrow('ledger: 3 rows in, 2 out');
    expect(ledger.balance(3).kept).toBe(3);
  });
});
