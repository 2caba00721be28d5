// An organisation signs in at a relying party: by its legal representative or by somebody with a role, who says so first; the service learns both.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from './lib/story.mjs';
import { RelyingParty, decide, follow, signInAt, verified } from './lib/relying_party.mjs';
import { Sandbox } from './lib/sandbox.mjs';
import { claimsOf, code, credentials, post, token, userinfo } from './lib/token_client.mjs';

const ATTRIBUTES = [
  { name: 'organisation_name', purpose: 'Ghi tên chủ tài khoản', 'purpose#en': 'Name of the account', required: true },
  { name: 'organisation_tax_code', purpose: 'Xuất hóa đơn' },
  { name: 'name', purpose: 'Ghi người giao dịch', required: true },
];
const ORGANISATION = { danh_accepts: ['person', 'organisation'], danh_attributes: ATTRIBUTES, redirect_uris: ['https://nganhang.example/cb'],
  danh_sector: 'nganhang.example', application_type: 'web', token_endpoint_auth_method: 'client_secret_basic', grant_types: ['authorization_code', 'refresh_token'],
  'client_name': 'Ngân hàng Sông Hồng', 'client_name#en': 'Red River Bank' };
const SCOPE = { scope: 'openid organisation name offline_access' };

let sandbox;
let bank; // people and organisations
let tax; // organisations alone
let shop; // people alone
before(async () => {
  sandbox = await Sandbox.open();
  bank = await RelyingParty.register(sandbox, { client_id: 'ngan-hang', ...ORGANISATION });
  tax = await RelyingParty.register(sandbox, { client_id: 'hoa-don', ...ORGANISATION, danh_accepts: ['organisation'] });
  shop = await RelyingParty.register(sandbox, { client_id: 'cua-hang', redirect_uris: ['https://cuahang.example/cb'], danh_sector: 'nganhang.example' });
});
after(() => sandbox?.close());

const NAME = 'Công ty TNHH Sen Vàng';
const organisationOf = async (person) => (await person.ok(person.get('/api/mandates'))).for.find((m) => m.organisation)?.organisation.ref;
async function acting(name) {
  const person = await sandbox.as(name);
  await person.ok(person.put('/api/session/mandate', { organisation: await organisationOf(person) }));
  return person;
}
const ask = async (person, party, changes = {}) => follow(person, await person.get(party.address(party.question({ ...SCOPE, ...changes }))));
const introspect = async (party, what) => (await post(party, '/oidc/introspect', { token: what }, { headers: credentials(party).headers })).body;
const redeem = async (party, person, changes = SCOPE) => {
  const answer = await token(party, await code(party, person, changes));
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
};

test('the page offers the organisation, shows its attributes and the role, and the tokens name both', async () => {
  const clerk = await sandbox.as('organisation_staff');
  const own = await ask(clerk, bank);
  assert.match(own.text, new RegExp(`${NAME}</b><br>Văn thư`), 'who may act for an organisation is asked');
  assert.doesNotMatch(own.text, /Mã số thuế/, 'nothing of an organisation while she acts for herself');
  const chosen = await clerk.post(`${clerk.interaction}/acting`, new URLSearchParams({ organisation: await organisationOf(clerk) }));
  const page = await follow(clerk, chosen);
  assert.match(page.text, new RegExp(`<b>${NAME}</b> – Văn thư`));
  assert.match(page.text, /Tên tổ chức<\/dt><dd><b>Công ty TNHH Sen Vàng/);
  assert.match(page.text, /attr_organisation_tax_code/);
  assert.match(page.text, /Trần Thị Yến<\/b><br>Cho chính mình/, 'and the way back');
  const { verifier } = bank;
  const said = bank.read(await decide(clerk, page, 'agree', ['organisation_tax_code']));
  const tokens = (await token(bank, { grant_type: 'authorization_code', code: said.code, redirect_uri: bank.redirectUri, code_verifier: verifier })).body;

  const id = await verified(sandbox, tokens.id_token);
  assert.deepEqual([id.act.role, id.act.staff_role], ['organisation_staff', 'clerk']);
  assert.deepEqual(claimsOf(tokens.access_token).act, { sub: id.act.sub });
  assert.equal(claimsOf(tokens.access_token).sub, id.sub);
  const told = (await userinfo(bank, tokens.access_token)).body;
  assert.deepEqual(told, { sub: id.sub, act: { sub: id.act.sub, role: 'organisation_staff', staff_role: 'clerk', name: 'Trần Thị Yến' },
    organisation_name: NAME, organisation_tax_code: '9900000099' });
  const known = await introspect(bank, tokens.access_token);
  assert.deepEqual([known.active, known.sub, known.act], [true, id.sub, { sub: id.act.sub }]);
});

test('subjects: the organisation is the same whoever acts, another one than any person, and the person the same as for themself', async () => {
  const clerk = claimsOf((await redeem(bank, await acting('organisation_staff'))).id_token);
  const director = claimsOf((await redeem(bank, await acting('organisation_representative'))).id_token);
  const herself = claimsOf((await redeem(bank, await sandbox.as('organisation_staff'))).id_token);
  assert.equal(clerk.sub, director.sub);
  assert.deepEqual([director.act.role, director.act.staff_role], ['organisation_representative', undefined]);
  assert.equal(clerk.act.sub, herself.sub);
  assert.equal(herself.act, undefined);
  assert.equal(new Set([clerk.sub, clerk.act.sub, director.act.sub]).size, 3);
});

test('a client registered for people lets no organisation in, one for organisations no person; a stranger acts for nobody', async () => {
  const clerk = await acting('organisation_staff');
  const atShop = await ask(clerk, shop, { scope: 'openid name' });
  assert.equal(atShop.status, 200);
  assert.match(atShop.text, /Dịch vụ này chỉ nhận người dân/, 'the session acts for an organisation');
  assert.doesNotMatch(atShop.text, /value="agree"|Thông tin sẽ được gửi đi|Dịch vụ sẽ biết/, 'nothing is about to be sent');
  assert.equal((await decide(clerk, atShop)).status, 403, 'a form made up agrees to nothing');
  assert.equal(shop.read(await clerk.get(shop.address(shop.question({ scope: 'openid name', prompt: 'none' })))).error, 'interaction_required');
  const asked = await ask(clerk, shop, { scope: 'openid name' });
  assert.match(asked.text, /Cho chính mình/, 'the way back stands on the page');
  const herself = await follow(clerk, await clerk.post(`${clerk.interaction}/acting`, new URLSearchParams({ organisation: '' })));
  assert.ok(shop.read(await decide(clerk, herself)).code);
  const stranger = await sandbox.as('adult');
  const page = await ask(stranger, tax);
  assert.match(page.text, /chưa có tổ chức nào cho ông\/bà đăng nhập/);
  assert.doesNotMatch(page.text, /value="agree"/);
  assert.equal((await decide(stranger, page)).status, 403, 'a form made up agrees to nothing');
  assert.equal(tax.read(await decide(stranger, page, 'refuse')).error, 'access_denied');
  assert.equal(tax.read(await stranger.get(tax.address(tax.question({ ...SCOPE, prompt: 'none' })))).error, 'interaction_required');
  const again = await ask(stranger, tax);
  const forced = await stranger.post(`${stranger.interaction}/acting`, new URLSearchParams({ organisation: await organisationOf(await sandbox.as('organisation_staff')) }));
  assert.equal(forced.status, 403);
  assert.equal(again.status, 200);
  const foreign = await (await sandbox.as('organisation_staff')).post(`${stranger.interaction}/acting`, new URLSearchParams({ organisation: '' }));
  assert.equal(foreign.status, 404, 'an interaction of another browser');
  const representative = await sandbox.as('organisation_representative');
  assert.match((await ask(representative, tax)).text, /Hãy chọn tổ chức/);
});

test('metadata: attributes of an organisation need one that is accepted, and a counter needs people', async () => {
  for (const changes of [{ danh_accepts: [] }, { danh_accepts: ['everybody'] }, { danh_accepts: ['person'] },
    { danh_accepts: ['organisation'], grant_types: ['authorization_code', 'urn:openid:params:grant-type:ciba'] }]) {
    await assert.rejects(RelyingParty.register(sandbox, { client_id: 'sai', ...ORGANISATION, ...changes }), /danh_accepts/, JSON.stringify(changes));
  }
});

test('"who knows what": the person and the organisation both see it, with who gave it; a consent the representative takes back ends every token', async () => {
  const clerk = await acting('organisation_staff');
  const tokens = await redeem(bank, clerk);
  await userinfo(bank, tokens.access_token);
  const director = await acting('organisation_representative');
  const { items } = await director.ok(director.get('/api/me/consents'));
  assert.ok(items.some((c) => c.client === bank.id && c.organisation === NAME && c.given_by === 'Trần Thị Yến'), JSON.stringify(items));
  const ofOrganisation = (await director.ok(director.get('/api/me/reads?who=service'))).items.find((r) => r.who.client === bank.id);
  assert.deepEqual([ofOrganisation.organisation, ofOrganisation.mandate.kind.code], [NAME, 'organisation_staff']);
  await refused(clerk.get('/api/me/reads'), 403, 'mandate_scope');
  await refused(clerk.post(`/api/me/consents/${bank.id}/revoke`), 403, 'mandate_scope');

  const herself = await sandbox.as('organisation_staff');
  assert.ok((await herself.ok(herself.get('/api/me/consents'))).items.some((c) => c.organisation === NAME && c.given_by === null));
  assert.ok((await herself.ok(herself.get('/api/me/reads?who=service'))).items.some((r) => r.organisation === NAME));
  const own = await redeem(bank, herself);

  const left = (await director.ok(director.post(`/api/me/consents/${bank.id}/revoke`))).items;
  assert.ok(!left.some((c) => c.client === bank.id));
  assert.equal((await introspect(bank, tokens.access_token)).active, false);
  assert.equal((await introspect(bank, own.access_token)).active, true, "the clerk's own sign-in is hers");
});

test('the end of a role kills what was given under it, at once, and giving it anew does not bring it back', async () => {
  const clerk = await acting('organisation_staff');
  const tokens = await redeem(bank, clerk);
  const own = await redeem(bank, await sandbox.as('organisation_staff'));
  const unused = await code(bank, clerk, SCOPE);
  assert.equal((await introspect(bank, tokens.access_token)).active, true);

  const director = await acting('organisation_representative');
  const role = (await director.ok(director.get('/api/mandates'))).of.find((m) => m.kind.code === 'organisation_staff');
  await director.ok(director.post(`/api/mandates/${role.id}/revoke`));
  const isOver = async () => {
    assert.deepEqual(await introspect(bank, tokens.access_token), { active: false });
    assert.equal((await userinfo(bank, tokens.access_token)).status, 401);
    assert.deepEqual(await introspect(bank, tokens.refresh_token), { active: false });
  };
  await isOver();
  assert.equal((await token(bank, unused)).body.error, 'invalid_grant', 'a code given a moment before');
  assert.equal((await ask(clerk, bank)).status, 403, 'nor anything new');
  assert.equal((await introspect(bank, own.access_token)).active, true, 'her own sign-in stands');

  await director.ok(director.post('/api/session/passcode', { passcode: sandbox.passcode }));
  const offer = await director.post('/api/mandates', { pin: sandbox.person('organisation_staff').pin, name: 'Trần Thị Yến', role: 'clerk', scopes: ['sign_in:*'], to: role.to });
  assert.equal(offer.status, 201, offer.text);
  const herself = await sandbox.as('organisation_staff');
  await herself.ok(herself.post(`/api/mandates/${offer.body.id}/accept`));
  await isOver();
  assert.equal((await token(bank, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })).body.error, 'invalid_grant');
  const anew = await acting('organisation_staff');
  assert.equal((await introspect(bank, (await redeem(bank, anew)).access_token)).active, true);
});

test('the ledger names both in every entry of it', async () => {
  const director = await acting('organisation_representative');
  await redeem(bank, director);
  const latest = (await director.ok(director.get('/api/me/reads?who=service'))).items[0];
  assert.deepEqual([latest.organisation, latest.mandate.kind.code, latest.who.client], [NAME, 'organisation_representative', bank.id]);
});
