// What it costs, who pays and why, and who decides by when: the law of the day a form is submitted on.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Installation, PILOT, TODAY, danhWithInput } from './lib/installation.mjs';
import { dossier, preview, read, refused, submit, form } from './lib/story.mjs';
import { newKey } from '../../script/lib/client.mjs';

const rows = {
  [PILOT]: [
    // who, copies, fee, support, payable, due, authority
    ['citizen.hanoi', 1, 200000, 200000, 0, '2024-06-19', 'justice'],
    ['citizen.hanoi', 3, 205000, 205000, 0, '2024-06-19', 'justice'],
    ['citizen.hanoi', 12, 250000, 250000, 0, '2024-06-19', 'justice'],
    ['citizen.hanoi', 13, 255000, 250000, 5000, '2024-06-19', 'justice'], // the cap of 50,000 for extra copies
    ['citizen.hanoi', 20, 290000, 250000, 40000, '2024-06-19', 'justice'],
    ['student.hanoi', 1, 100000, 100000, 0, '2024-06-19', 'justice'],
    ['elderly.hanoi', 1, 0, 0, 0, '2024-06-19', 'justice'], // exempt: not a beneficiary
    ['poor.hanoi', 1, 0, 0, 0, '2024-06-19', 'justice'],
    ['citizen.hue', 1, 200000, 0, 200000, '2024-06-19', 'justice'], // Resolution 11 is Hanoi's
  ],
  [TODAY]: [
    ['citizen.hanoi', 1, 200000, 0, 200000, '2026-11-26', 'police'],
    ['citizen.hanoi', 3, 205000, 0, 205000, '2026-11-26', 'police'],
    ['student.hanoi', 1, 100000, 0, 100000, '2026-11-26', 'police'],
    ['elderly.hanoi', 1, 0, 0, 0, '2026-11-26', 'police'],
    ['poor.hanoi', 1, 0, 0, 0, '2026-11-26', 'police'],
    ['digital.hanoi', 1, 0, 0, 0, '2026-11-26', 'police'], // Resolution 66.22/2026
    ['citizen.hue', 1, 200000, 0, 200000, '2026-11-26', 'police'],
  ],
};

for (const [date, expected] of Object.entries(rows)) {
  describe(`on ${date}`, () => {
    let place;
    before(async () => (place = await Installation.open({ date, receivers: false })));
    after(() => place?.close());

    for (const [who, copies, fee, support, payable, due, authority] of expected) {
      test(`${who}, ${copies} copies: fee ${fee}, support ${support}, pays ${payable}`, async () => {
        const shown = await preview(await place.as(who), { copies });
        assert.deepEqual(
          [shown.fee.value, shown.support.value, shown.payable.value, shown.due_date.value, shown.authority.value],
          [fee, support, payable, due, authority]);
        assert.ok(shown.fee.reason.vi && shown.fee.reason.en && shown.fee.clause, 'with its reason and clause');
        assert.match(shown.fee.rule_hash, /^[0-9a-f]{64}$/);
      });
    }

    test('nobody is asked for money that is not due, and the clock starts at once', async () => {
      const citizen = await place.as('elderly.hanoi');
      const code = await dossier(place, 'submitted', { citizen });
      const now = await read(citizen, code);
      assert.deepEqual([now.payment.state, now.charge.payable.value, now.due_date], ['not_needed', 0, expected[0][5]]);
      await refused(citizen.post('/api/demo-bank/payments', { dossier_code: code, amount: 1000 }), 404, 'payment_unknown');
    });

    test('a form that shows another price than the law asks is refused, and the right one taken', async () => {
      const citizen = await place.as('citizen.hue');
      const body = await form(citizen);
      const headers = { 'Idempotency-Key': newKey() };
      await refused(citizen.post('/api/dossiers', { ...body, payable_shown: body.payable_shown + 1 }, { headers }), 409, 'payable_changed');
      assert.equal((await citizen.ok(citizen.get('/api/dossiers'))).items.length, 0);
      await submit(citizen);
    });
  });
}

test('after 15:00 the clock starts on the next working day', async () => {
  const place = await Installation.open({ clock: `${TODAY}T15:00:30+07:00`, receivers: false });
  try {
    assert.equal((await preview(await place.as('citizen.hanoi'))).due_date.value, '2026-11-27');
  } finally {
    await place.close();
  }
});

test('the channel is closed in a province before its day, and the citizen is told which day that is', async () => {
  const place = await Installation.open({ date: PILOT, receivers: false });
  try {
    const account = await place.as('citizen.hanoi');
    assert.equal((await preview(account)).channel.open, true);
    const citizen = await place.as('citizen.danang');
    const shown = await preview(citizen);
    assert.deepEqual([shown.channel.open, shown.channel.opens_on], [false, '2024-10-01']);
    assert.ok(shown.refusal.vi && shown.refusal.en);
    await refused(citizen.post('/api/dossiers', await form(citizen), { headers: { 'Idempotency-Key': newKey() } }), 409, 'channel_closed');
    await place.moveTo('2024-10-01T09:00:00+07:00');
    const later = await place.as('citizen.danang');
    assert.equal((await preview(later)).channel.open, true);
    await submit(later);
  } finally {
    await place.close();
  }
});

test('danh procedure eval names what it refuses: the document, a member, the first date there is a rule for', async () => {
  const application = {
    submitted_at: '2026-06-30T09:00:00+07:00', channel: 'vneid', certificate: 1, copies: 1, complex: true,
    applicant: { birth_date: '1990-01-15', citizen: true, level: 2, permanent_province: '01', categories: [], digital_citizen: false },
  };
  const evaluate = async (input) => {
    const told = await danhWithInput(typeof input === 'string' ? input : JSON.stringify(input), 'procedure', 'eval', 'lltp', '--input', '-', '--json');
    return { ...told, answer: JSON.parse(told.stdout) };
  };
  const good = await evaluate(application);
  assert.deepEqual([good.code, good.answer.due_date.value], [0, '2026-07-21']); // fifteen working days
  assert.equal((await evaluate({ ...application, complex: false })).answer.due_date.value, '2026-07-14'); // ten

  const paths = [['[]', ''], ['{', ''], ['"lltp"', ''], [{ ...application, note: 'x' }, '/note'], // [RFC6901 5] "" is the whole document
    [{ ...application, applicant: { ...application.applicant, categories: ['rich'] } }, '/applicant/categories/0']];
  for (const [input, path] of paths) {
    const told = await evaluate(input);
    assert.deepEqual([told.code, told.answer.error, told.answer.path], [2, 'input_refused', path], told.stderr);
    assert.match(told.stderr, path === '' ? /: the document \S/ : new RegExp(`: ${path} \\S`));
  }

  const early = await evaluate({ ...application, submitted_at: '2016-12-31T23:59:59+07:00' });
  assert.deepEqual([early.code, early.answer.path, early.answer.message], [2, '/submitted_at', 'is before 2017-01-01, the first date there is a rule for']);
  assert.equal((await evaluate({ ...application, submitted_at: '2017-01-01T00:00:00+07:00' })).answer.fee.value, 200000);
});
