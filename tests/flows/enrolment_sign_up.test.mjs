// Level 1 in the app: card, code, portrait; without an officer when everything agrees, with one when it does not; and nothing to be learned by strangers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hexOf } from './lib/database.mjs';
import { Installation } from './lib/installation.mjs';
import { open, refused } from './lib/story.mjs';

const PURPOSE = 'Duyệt hồ sơ định danh mức độ 1';
let place;
before(async () => { place = await Installation.open({ receivers: false }); });
after(() => place?.close());

const rows = (sql, ...values) => place.rows(sql, ...values);
const number = (pin) => String(pin).padStart(12, '0');

const vietnamese = (days) => new Date(days * 86400000).toISOString().slice(0, 10).split('-').reverse().join('/');
const birth = (packed) => `${String(packed % 100).padStart(2, '0')}/${String(Math.floor(packed / 100) % 100).padStart(2, '0')}/${Math.floor(packed / 10000)}`;

let used = 0;
/** A grown-up with a card and without an account. */
function adult() {
  const [row] = rows(`SELECT pin, name, birth, card_issued, card_expires, mobile, sex FROM person WHERE life = 1 AND nationality = 'VN'
    AND card_number IS NOT NULL AND mobile IS NOT NULL AND card_expires > 20800 AND birth / 10000 BETWEEN 1970 AND 2005 AND birth % 100 > 0
    AND person_id NOT IN (SELECT person_id FROM account) ORDER BY person_id LIMIT 1 OFFSET ${used++}`);
  const [pin, name, born, issued, expires, mobile, sex] = row;
  return { pin: number(pin), name, birth_date: birth(born), card_issued: vietnamese(issued), phone: mobile, sex, expires };
}
const fields = (who, changed = {}) => new URLSearchParams({ step: 'card', pin: who.pin, name: who.name, birth_date: who.birth_date,
  card_issued: who.card_issued, card_text: '', phone: who.phone, email: '', ...changed });
const ticketOf = (page) => /name="ticket" value="([^"]+)"/.exec(page.text)?.[1];
const messages = async (to) => (await place.client().ok(place.client().get('/api/demo/messages'))).items.filter((m) => m.to === to);
const codeFor = async (to) => /: (\d{6})\./.exec((await messages(to))[0].text)[1];

function multipart(parts) {
  const boundary = '----danhtest7MA4YWxk';
  const chunks = [];
  for (const [name, value] of Object.entries(parts)) {
    const file = Buffer.isBuffer(value);
    chunks.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file ? '; filename="a.png"\r\nContent-Type: image/png' : ''}\r\n\r\n`),
      Buffer.from(value), Buffer.from('\r\n'));
  }
  return { body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]), headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` } };
}
const drawn = async (client, pin) => (await client.get(`/sign-up/drawn-portraits?pin=${pin}`)).bytes;
const CAMERA = Buffer.from([0xff, 0xe1, 0, 34, ...Buffer.from('Exif\0\0 21.0285 N, 105.8542 E, phone')].slice(0, 36));
/** As a telephone writes it, or (kept) as it may lie here. */
const photograph = (kept = false) => Buffer.concat([Buffer.from([0xff, 0xd8]), kept ? Buffer.alloc(0) : CAMERA,
  Buffer.from([0xff, 0xc0, 0, 11, 8, 1, 0x2c, 0, 0xc8, 1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]), Buffer.alloc(300000, 7), Buffer.from([0xff, 0xd9])]);
const sendPortrait = (client, ticket, portrait) => client.request('POST', '/sign-up/portrait', multipart({ ticket, portrait }));

/** Through card and code, up to the picture. */
async function begun(who, changed = {}) {
  const client = place.client();
  const first = await client.post('/sign-up', fields(who, changed));
  assert.equal(first.status, 200, first.text);
  const ticket = ticketOf(first);
  const to = changed.phone ?? who.phone;
  const second = await client.post('/sign-up', new URLSearchParams({ step: 'code', ticket, code: await codeFor(to) }));
  assert.equal(second.status, 200, second.text);
  return { client, ticket };
}

test('[N1 accepts] [N2 accepts] [N3 accepts] [N5 accepts] card, number and portrait agree: an account in one sitting, without an officer', async () => {
  const who = adult();
  const { client, ticket } = await begun(who);
  const third = await sendPortrait(client, ticket, await drawn(client, who.pin));
  assert.equal(third.status, 200, third.text);
  assert.match(third.text, /tài khoản mức độ 1 đã được cấp/);
  for (const field of ['password', 'password_again', 'passcode', 'passcode_again']) assert.match(third.text, new RegExp(`name="${field}" type="password"`));
  assert.match((await messages(who.phone))[0].text, /Mã kích hoạt tài khoản/, 'the holder is told, at the number the register knows');
  const secrets = { step: 'secrets', ticket: ticketOf(third), password: 'nang-thu-vang-ruc-ro', password_again: 'nang-thu-vang-ruc-ro', passcode: '408152', passcode_again: '408152' };
  assert.equal((await client.post('/activate', new URLSearchParams(secrets))).status, 200);
  assert.equal((await client.signIn(who.pin, secrets.password)).status, 303);
  const session = await client.ok(client.get('/api/session'));
  assert.equal(session.person.level, 1);
  const { items } = await client.ok(client.get('/api/dossiers'));
  assert.deepEqual([items[0].procedure.code, items[0].status.code], ['enrolment_level1', 'returned']);
  const reads = await client.ok(client.get('/api/me/reads'));
  assert.ok(!reads.items.some((r) => r.what.en.includes('portrait')), 'a machine compared, nobody looked');
  assert.equal((await sendPortrait(client, ticket, await drawn(client, who.pin))).status, 422, 'a ticket serves once');
  const again = await begun(who, { phone: '0912777001' });
  assert.match((await sendPortrait(again.client, again.ticket, await drawn(client, who.pin))).text, /đã có tài khoản/);
});

test('the card as QR text or machine-readable zone fills the form; a misread field is named', async () => {
  const who = adult();
  const ddmmyyyy = (text) => text.replaceAll('/', '');
  const qr = `${who.pin}||${who.name}|${ddmmyyyy(who.birth_date)}|${who.sex === 1 ? 'Nam' : 'Nữ'}|Hà Nội|${ddmmyyyy(who.card_issued)}`;
  const empty = { pin: '', name: '', birth_date: '', card_issued: '' };
  const bad = await place.client().post('/sign-up', fields(who, { ...empty, card_text: qr.replace('|Nam|', '|Nữ|').replace('|Nữ|Hà', '|M|Hà') }));
  assert.equal(bad.status, 422);
  assert.match(bad.text, /Giới tính: /);
  const zone = 'IDVNM0930470641001093047064<<2\n9301054M3301052VNM<<<<<<<<<<<8\nUNG<<HOANG<HIEP<<<<<<<<<<<<<<<';
  assert.match((await place.client().post('/sign-up', fields(who, { ...empty, card_text: zone.replace('<<2', '<<3') }))).text, /Số định danh: Số kiểm tra không khớp/);
  const { client, ticket } = await begun(who, { ...empty, card_text: qr });
  assert.match((await sendPortrait(client, ticket, await drawn(client, who.pin))).text, /đã được cấp/);
});

test('each wrong field is named, and nothing is sent', async () => {
  const who = adult();
  for (const [changed, words] of [[{ pin: '123' }, /12 chữ số/], [{ pin: who.pin.replace(/^.../, '099') }, /12 chữ số/], [{ birth_date: '31/02/1990' }, /ngày\/tháng\/năm/],
    [{ birth_date: '05/01/1931' }, /không khớp với năm sinh/], [{ name: '' }, /họ và tên/], [{ card_issued: '2021' }, /ngày cấp/], [{ phone: '12345' }, /10 chữ số/],
    [{ email: 'khong phai' }, /thư điện tử chưa đúng/]]) {
    const answer = await place.client().post('/sign-up', fields(who, { phone: '0912777002', ...changed }));
    assert.equal(answer.status, 422, JSON.stringify(changed));
    assert.match(answer.text, words);
    assert.match(answer.text, /aria-invalid="true"/);
  }
  assert.deepEqual(await messages('0912777002'), []);
});

test('[N1 refuses] [N2 refuses] [N4 accepts] [N5 refuses] a number nobody has, and a card that is otherwise, are led to the desk in the same words', async () => {
  const who = adult();
  const answers = [];
  const tried = [{ pin: '001190999999', name: 'Không Có Ai', birth_date: '05/01/1990', card_issued: '10/05/2021' }, { name: 'Nguyễn Khác Hẳn' }, { card_issued: '11/05/2019' }];
  for (const [i, changed] of tried.entries()) {
    if (changed.pin) changed.pin = '001190999999';
    const { client, ticket } = await begun({ ...who, ...changed }, { ...changed, phone: `091277701${i}` });
    const answer = await sendPortrait(client, ticket, await drawn(client, changed.pin ?? who.pin));
    assert.match(answer.text, /Mời ông\/bà đến quầy/);
    assert.match(answer.text, /công an bất kỳ xã|Công an bất kỳ xã/);
    answers.push(answer.text);
    assert.ok(!(await messages(`091277701${i}`)).some(({ text }) => /tài khoản/.test(text)), 'a number that is not the holder\'s is told of no account');
  }
  assert.equal(new Set(answers).size, 1, 'word for word the same');
  assert.equal(rows('SELECT COUNT(*) FROM account WHERE person_id = (SELECT person_id FROM person WHERE pin = $1)', String(Number(who.pin)))[0][0], 0);
  // the holder will see that somebody tried
  assert.equal(rows(`SELECT COUNT(*) FROM ledger_detail d JOIN ledger_person l ON l.entry_id = d.entry_id JOIN person p ON p.person_id = l.person_id
    WHERE p.pin = $1 AND ${hexOf('d.content')} LIKE '%${Buffer.from('enrolment.not_confirmed').toString('hex')}%'`, String(Number(who.pin)))[0][0], 2);
});

test('[N3 refuses] [N7 refuses] another face goes to an officer, a photograph too; nobody gets in by a picture', async () => {
  const other = adult();
  const who = adult();
  const { client, ticket } = await begun(who);
  const answer = await sendPortrait(client, ticket, await drawn(client, other.pin));
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.text, /một cán bộ sẽ xem/);
  const code = /Mã hồ sơ: <b>([^<]+)</.exec(answer.text)[1];
  assert.match(answer.text, /Hẹn trả lời: <b>19\/11\/2026/);
  const agency = code.split('-')[0];
  const province = rows('SELECT province FROM agency WHERE agency_code = $1 LIMIT 1', agency)[0][0];
  if (!['01', '46'].includes(province)) return;
  const approver = await place.officer('approver', province);
  const seen = await open(approver, code, PURPOSE);
  assert.deepEqual([seen.enrolment.kind, seen.enrolment.findings.face, seen.enrolment.findings.demonstration], ['level_1', 'no_match', true]);
  await refused(approver.post(`/api/desk/enrolments/${code}/approve`, {}), 409, 'biometrics_not_matched');
  const objections = [{ field: 'face', reason: 'Ảnh không phải của người đăng ký' }];
  await approver.ok(approver.post(`/api/desk/enrolments/${code}/reject`, { objections }));
  assert.match((await messages(who.phone))[0].text, /Ảnh khuôn mặt: Ảnh không phải.*\/sign-up/);
});

test('a photograph is compared by an officer\'s eye, each look recorded, and then approved', async () => {
  const [row] = rows(`SELECT p.pin, p.name, p.birth, p.card_issued, p.mobile FROM person p JOIN person_residence r ON r.person_id = p.person_id
    WHERE p.life = 1 AND p.card_number IS NOT NULL AND p.mobile IS NOT NULL AND r.province = '01' AND r.kind = 1 AND p.birth / 10000 BETWEEN 1970 AND 2000
    AND p.card_expires > 20800 AND p.birth % 100 > 0 AND p.person_id NOT IN (SELECT person_id FROM account) ORDER BY p.person_id DESC LIMIT 1`);
  const who = { pin: number(row[0]), name: row[1], birth_date: birth(row[2]), card_issued: vietnamese(row[3]), phone: row[4] };
  const { client, ticket } = await begun(who);
  assert.equal((await sendPortrait(client, ticket, Buffer.from('GIF89a'))).status, 422);
  const answer = await sendPortrait(client, ticket, photograph());
  const code = /Mã hồ sơ: <b>([^<]+)</.exec(answer.text)[1];
  const approver = await place.officer('approver', '01');
  const at = `/api/desk/enrolments/${code}/evidence`;
  const purpose = `purpose=${encodeURIComponent(PURPOSE)}`;
  await refused((await place.officer('records_officer', '01')).get(`${at}?${purpose}`), 403, 'role');
  await refused((await place.officer('approver', '46')).get(`${at}?${purpose}`), 404, 'dossier_unknown');
  await refused(approver.get(`${at}?purpose=xem`), 422, 'purpose_required');
  const { items } = await approver.ok(approver.get(`${at}?${purpose}`));
  assert.deepEqual([items.length, items[0].kind, items[0].dossier], [1, 'portrait', code]);
  const picture = await approver.get(`${at}/${items[0].id}?${purpose}`);
  assert.deepEqual([picture.status, picture.headers['content-type'], picture.bytes.equals(photograph(true))], [200, 'image/jpeg', true], 'without where it was taken');
  assert.equal((await approver.get(`${at}/register?${purpose}`)).headers['content-type'], 'image/png');
  await refused(approver.post(`/api/desk/enrolments/${code}/approve`, {}), 409, 'biometrics_not_matched');
  const approved = await approver.ok(approver.post(`/api/desk/enrolments/${code}/approve`, { face_checked: true }));
  assert.equal(approved.state, 'approved');
  assert.match((await messages(who.phone))[0].text, /\d{8}/);
});

test('the code is tried five times, a number has one account, and too many codes are refused', async () => {
  const who = adult();
  const client = place.client();
  const ticket = ticketOf(await client.post('/sign-up', fields(who, { phone: '0912777030' })));
  const right = await codeFor('0912777030');
  const wrong = String((Number(right) + 1) % 1000000).padStart(6, '0');
  for (let i = 0; i < 5; i++) assert.equal((await client.post('/sign-up', new URLSearchParams({ step: 'code', ticket, code: wrong }))).status, 422);
  assert.equal((await client.post('/sign-up', new URLSearchParams({ step: 'code', ticket, code: right }))).status, 422, 'the right one comes too late');
  assert.equal((await sendPortrait(client, ticket, await drawn(client, who.pin))).status, 422, 'no picture before the code');

  const taken = rows('SELECT phone FROM account_phone LIMIT 1')[0][0];
  const second = await begun(who, { phone: taken });
  const answer = await sendPortrait(second.client, second.ticket, await drawn(client, who.pin));
  assert.equal(answer.status, 409);
  assert.match(answer.text, /đã gắn với tài khoản khác/);

  let last;
  for (let i = 0; i < 12; i++) last = await client.post('/sign-up', fields(who, { phone: '0912777031' }));
  assert.equal(last.status, 429);
});

test('a child is led to its parents; a picture larger than four megabytes is refused', async () => {
  const child = place.identity('citizen.hanoi.child');
  const [[born, issued]] = rows('SELECT birth, card_issued FROM person WHERE pin = $1', String(Number(child.pin)));
  const who = { pin: child.pin, name: child.full_name, birth_date: birth(born), card_issued: vietnamese(issued), phone: '0912777040' };
  const { client, ticket } = await begun(who);
  assert.match((await sendPortrait(client, ticket, await drawn(client, who.pin))).text, /Cha, mẹ hoặc người giám hộ đăng ký giúp/);
  assert.equal((await sendPortrait(client, ticket, Buffer.alloc(5 * 1024 * 1024))).status, 413);
});
