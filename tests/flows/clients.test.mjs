// The register of relying parties as an operator keeps it: the same register, the same writes and the same refusals as `danh client`.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { danh, Installation } from './lib/installation.mjs';
import { decide, follow, RelyingParty, signInAt } from './lib/relying_party.mjs';

let place;
let operator;
before(async () => {
  place = await Installation.open({ receivers: false });
  operator = await place.as('operator');
  await operator.takePost('operator');
});
after(() => place?.close());

const REDIRECT = 'http://127.0.0.1:3000/cb';
const metadata = (client_id, changes = {}) => ({ client_id, client_name: 'Thư viện', 'client_name#en': 'Library', danh_owner: 'Sở Văn hóa', danh_purpose: 'Làm thẻ bạn đọc',
  application_type: 'native', token_endpoint_auth_method: 'client_secret_post', redirect_uris: [REDIRECT], grant_types: ['authorization_code', 'client_credentials'],
  danh_attributes: [{ name: 'name', purpose: 'In lên thẻ', required: true }], ...changes });
const register = (client_id, changes) => operator.post('/api/clients', metadata(client_id, changes));
const token = (client_id, client_secret) => place.client().request('POST', '/oidc/token',
  { body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }), headers: { Origin: null } });
const authorize = (client_id) => place.client().get(`/oidc/authorize?${new URLSearchParams({ client_id, redirect_uri: REDIRECT })}`);

test('an operator registers a client, and it signs somebody in at once', async () => {
  const answer = await register('thu-vien', { token_endpoint_auth_method: 'none', grant_types: ['authorization_code'] });
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.body.client_secret, null);
  assert.deepEqual(answer.body.purpose, { vi: 'Làm thẻ bạn đọc', en: 'Làm thẻ bạn đọc' });
  assert.deepEqual(answer.body.attributes.map((one) => [one.name, one.purpose.vi, one.required]), [['name', 'In lên thẻ', true]]);
  const party = Object.assign(new RelyingParty(), { place, id: 'thu-vien', redirectUri: REDIRECT, metadata: answer.body.metadata });
  const said = await signInAt(await place.as('citizen.hanoi'), party, party.question({ scope: 'openid' }));
  assert.ok(said.code, 'a code came');
  const list = await operator.ok(operator.get('/api/clients'));
  assert.ok(list.items.some((one) => one.client_id === 'thu-vien' && one.status.code === 'active'));
  assert.ok(list.attributes.some((one) => one.name === 'birthdate' && one.label.vi && one.label.en));
  assert.equal((await register('thu-vien')).status, 409, 'one client to a name');
});

test('citizens and officers of other posts are refused every part of it', async () => {
  const others = [await place.as('citizen.hanoi'), await place.officer('supervisor'), await place.as('operator')]; // the last without the post
  for (const other of others) {
    for (const [method, path] of [['GET', ''], ['GET', '/thu-vien'], ['POST', ''], ['PUT', '/thu-vien'], ['POST', '/thu-vien/disable'], ['POST', '/thu-vien/enable'], ['POST', '/thu-vien/secret']]) {
      const answer = await other.request(method, `/api/clients${path}`, method === 'GET' ? {} : { body: path.length > 10 ? {} : metadata('ke-la') });
      assert.equal(answer.status, 403, `${other.who} ${method} ${path}: ${answer.text}`);
    }
  }
  assert.equal((await place.client().get('/api/clients')).status, 401);
});

test('metadata that cannot stand are refused with their path, and change nothing', async () => {
  for (const [path, changes] of [['/favourite_colour', { favourite_colour: 'blue' }], ['/redirect_uris', { redirect_uris: ['http://elsewhere.example/'] }],
    ['/danh_purpose', { danh_purpose: '' }], ['/danh_attributes/0/name', { danh_attributes: [{ name: 'horoscope', purpose: 'Vì muốn' }] }],
    ['/danh_profile', { danh_profile: 'fapi2' }]]) {
    const answer = await register('sai-sot', changes);
    assert.equal(Math.floor(answer.status / 100), 4, answer.text);
    assert.deepEqual(answer.body.errors.map((one) => one.path), [path], answer.text);
  }
  assert.equal((await authorize('sai-sot')).status, 400);
  const other = await operator.put('/api/clients/thu-vien', metadata('sai-sot'));
  assert.deepEqual(other.body.errors.map((one) => one.path), ['/client_id']);
});

test('switched off, a client stops at once; on again, it goes on', async () => {
  const { client_secret } = (await register('ngan-hang')).body;
  assert.equal((await token('ngan-hang', client_secret)).status, 200);
  assert.equal((await operator.ok(operator.post('/api/clients/ngan-hang/disable'))).status.code, 'disabled');
  assert.equal((await token('ngan-hang', client_secret)).status, 401);
  assert.equal((await authorize('ngan-hang')).status, 400);
  await operator.ok(operator.post('/api/clients/ngan-hang/enable'));
  assert.equal((await token('ngan-hang', client_secret)).status, 200);
});

test('a replaced secret is shown once, and the old one is refused', async () => {
  const { client_secret: first } = (await register('buu-dien')).body;
  assert.match(first, /^[\w-]{43}$/);
  const { client_secret: second } = await operator.ok(operator.post('/api/clients/buu-dien/secret'));
  assert.notEqual(second, first);
  assert.equal((await token('buu-dien', first)).status, 401);
  assert.equal((await token('buu-dien', second)).status, 200);
  const read = await operator.get('/api/clients/buu-dien');
  assert.equal(read.body.client_secret, null);
  assert.ok(!read.text.includes(second));
  assert.equal((await operator.post('/api/clients/thu-vien/secret')).body.code, 'client_no_secret');
});

test('replaced metadata hold from the next request on, and the command line reads them', async () => {
  await operator.ok(operator.put('/api/clients/buu-dien', metadata('buu-dien', { client_name: 'Bưu điện mới' })));
  assert.match((await danh('client', 'show', 'buu-dien', '--data', place.data)).stdout, /Bưu điện mới/);
});

// [RFC9110 13.1.1 MUST]
test('of two operators who read the same registration the second is told that it has changed, and changes nothing', async () => {
  const first = await operator.ok(operator.get('/api/clients/buu-dien'));
  const change = (name, version) => operator.put('/api/clients/buu-dien', metadata('buu-dien', { client_name: name }), { headers: { 'If-Match': version } });
  const done = await operator.ok(change('Bưu điện thứ nhất', `"${first.version}"`));
  assert.ok(done.version > first.version);
  for (const version of [`"${first.version}"`, '"0"', 'W/"1"', '1']) {
    const late = await change('Bưu điện thứ hai', version);
    assert.deepEqual([late.status, late.body.code], [412, 'client_changed'], version);
  }
  assert.match(JSON.stringify(await operator.ok(operator.get('/api/clients/buu-dien'))), /Bưu điện thứ nhất/);
  await operator.ok(change('Bưu điện mới', `"${done.version}"`));
});

test('a client nobody registered is not there for any part of it, and the sentence is for whoever keeps the register', async () => {
  const answers = [await operator.get('/api/clients/khong-co'), await operator.put('/api/clients/khong-co', metadata('khong-co'))];
  for (const act of ['disable', 'enable', 'secret']) answers.push(await operator.post(`/api/clients/khong-co/${act}`));
  for (const answer of answers) assert.deepEqual([answer.status, answer.body.code, answer.body.title],
    [404, 'client_unregistered', 'Không có dịch vụ nào đăng ký với mã này'], answer.text);
});

test('the citizen reads what the operator typed, in their language; another purpose is asked for anew', async () => {
  const typed = { token_endpoint_auth_method: 'none', grant_types: ['authorization_code'], client_name: 'Bảo tàng <i>Hà Nội</i>', 'client_name#en': 'Hanoi Museum', danh_owner: 'Sở Du lịch',
    'danh_owner#en': 'Tourism Office', danh_purpose: 'Bán vé theo tên', 'danh_purpose#en': 'Tickets by name',
    danh_attributes: [{ name: 'name', purpose: 'In lên vé & thẻ', 'purpose#en': 'Printed on the ticket', required: true }, { name: 'phone', purpose: 'Báo giờ mở cửa' }] };
  const made = await operator.ok(register('bao-tang', typed));
  const party = Object.assign(new RelyingParty(), { place, id: 'bao-tang', redirectUri: REDIRECT, metadata: made.metadata });
  const ask = () => party.address(party.question({ scope: 'openid profile phone' }));
  const person = await place.as('citizen.hanoi');
  const page = await follow(person, await person.get(ask()));
  for (const words of ['Bảo tàng &lt;i&gt;Hà Nội&lt;/i&gt;', 'Sở Du lịch', 'Bán vé theo tên', 'In lên vé &amp; thẻ', 'Báo giờ mở cửa']) assert.ok(page.text.includes(words), words);
  const english = await person.get(`${person.interaction}?lang=en`);
  for (const words of ['Hanoi Museum', 'Tourism Office', 'Tickets by name', 'Printed on the ticket', 'Báo giờ mở cửa']) assert.ok(english.text.includes(words), words);
  assert.ok(party.read(await decide(person, page)).code);
  assert.equal((await person.get(ask())).headers.location.split('?')[0], REDIRECT, 'remembered');
  await operator.ok(operator.put('/api/clients/bao-tang', metadata('bao-tang', { ...typed, danh_purpose: 'Quảng cáo', 'danh_purpose#en': 'Advertising' })));
  const anew = await follow(person, await person.get(ask()));
  assert.equal(anew.status, 200);
  assert.ok(anew.text.includes('Advertising'));
  assert.ok(party.read(await decide(person, anew)).code);
  const [name, phone] = typed.danh_attributes; // the same words in another order ask nobody; another word for one attribute does
  const change = (danh_attributes) => operator.ok(operator.put('/api/clients/bao-tang', metadata('bao-tang', { ...typed, danh_purpose: 'Quảng cáo', 'danh_purpose#en': 'Advertising', danh_attributes })));
  await change([phone, name]);
  assert.equal((await person.get(ask())).headers.location.split('?')[0], REDIRECT, 'still remembered');
  await change([name, { ...phone, purpose: 'Bán số điện thoại' }]);
  const sold = await follow(person, await person.get(ask()));
  assert.equal(sold.status, 200);
  assert.ok(sold.text.includes('Bán số điện thoại'));
});
