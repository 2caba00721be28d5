// Our own data and texts beside other people's: VietQR by vietnam-qr-pay, public holidays by date-holidays.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import Holidays from 'date-holidays';
import { QRPay } from 'vietnam-qr-pay';
import { Installation, ROOT } from '../flows/lib/installation.mjs';
import { submit } from '../flows/lib/story.mjs';

let place;
before(async () => {
  place = await Installation.open();
});
after(() => place?.close());

test('vietnam-qr-pay reads a fee request: bank, account, amount and reference, and its checksum holds', async () => {
  const citizen = await place.as('citizen.hanoi');
  const { code } = await submit(citizen, { copies: 3 });
  const fee = await citizen.ok(citizen.get(`/api/dossiers/${code}/payment`));
  const read = new QRPay(fee.qr_text);
  assert.ok(read.isValid);
  assert.equal(read.consumer.bankBin, '970436');
  assert.equal(read.consumer.bankNumber, '0011000000001');
  assert.equal(Number(read.amount), fee.remaining);
  assert.equal(read.currency, '704');
  assert.equal(read.nation, 'VN');
  assert.match(read.additionalData.purpose, new RegExp(fee.reference));
  assert.equal(read.build(), fee.qr_text); // what they write of what they read is what we wrote
  const changed = fee.qr_text.replace(/(5406)(\d)/, (_, head, digit) => head + ((Number(digit) + 1) % 10));
  assert.notEqual(changed, fee.qr_text);
  assert.equal(new QRPay(changed).isValid, false);
});

/** ISO dates of the working days that our table of declared years takes off. */
function daysOff() {
  const table = readFileSync(path.join(ROOT, 'src/calendar/holidays.def'), 'utf8');
  const rows = [...table.matchAll(/^YEAR\((\d{4}),(.*(?:\n .*)*)/gm)];
  return new Set(rows.flatMap(([, year, days]) =>
    [...days.matchAll(/OFF\((\d+), (\d+)\)/g)].map(([, month, day]) => `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`)));
}

test('every public holiday that date-holidays knows is a day off in our table, or the rest day it falls on', () => {
  const off = daysOff();
  assert.equal(off.size, 71);
  const library = new Holidays('VN');
  const missing = [];
  for (let year = 2021; year <= 2026; year++) {
    let days = 0;
    for (const holiday of library.getHolidays(year).filter((h) => h.type === 'public')) {
      const start = Date.parse(`${holiday.date.slice(0, 10)}T00:00:00Z`);
      const length = Math.round((holiday.end - holiday.start) / 86_400_000);
      for (let i = 0; i < length; i++) {
        const day = new Date(start + i * 86_400_000);
        const isRestDay = day.getUTCDay() === 0 || day.getUTCDay() === 6;
        days++;
        if (!isRestDay && !off.has(day.toISOString().slice(0, 10))) missing.push(day.toISOString().slice(0, 10));
      }
    }
    assert.ok(days >= 10, `date-holidays knows ${year}`);
  }
  assert.deepEqual(missing, []);
});
