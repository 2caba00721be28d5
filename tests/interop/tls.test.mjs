// TLS in front of Danh, as packaging/nginx/danh.conf and packaging/haproxy/danh.cfg set it up: a real nginx, a real HAProxy, a client of another make.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Installation, start } from '../flows/lib/installation.mjs';
import { PROXIES, certificate } from '../flows/lib/proxy.mjs';
import { RelyingParty } from '../flows/lib/relying_party.mjs';

const HOST = 'dinhdanh.example';
let place;
const proxies = {};

before(async () => {
  place = await Installation.open({ receivers: false, serve: false });
  const socket = path.join(place.folder, 'web.sock');
  place.children.server = await start(['serve', '--data', place.data, '--listen', `unix:${socket}`, '--origin', `https://${HOST}`]);
  for (const [kind, open] of Object.entries(PROXIES)) proxies[kind] = await open(place.folder, [socket], HOST);
});
after(async () => {
  for (const proxy of Object.values(proxies)) await proxy.close();
  await place?.close();
});

/** The same of both. */
const both = (title, check) => {
  for (const kind of Object.keys(PROXIES)) test(`${kind}: ${title}`, () => check(proxies[kind]));
};

const plainly = (proxy, request) =>
  new Promise((resolve, reject) => {
    let text = '';
    const socket = net.connect(proxy.plainPort, '127.0.0.1', () => socket.write(request));
    socket.on('data', (part) => (text += part));
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });

both('[F1 accepts] a page over TLS; [F5 accepts] browsers are told to stay there, [F5 refuses] and plain http leads to https', async (proxy) => {
  const page = await proxy.ask('GET', '/sign-in');
  assert.equal(page.status, 200);
  assert.match(page.headers['strict-transport-security'], /max-age=31536000/);
  const plain = await plainly(proxy, `GET /sign-in HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
  assert.match(plain, /^HTTP\/1\.1 301 /);
  assert.match(plain, new RegExp(`Location: https://${HOST}/sign-in`, 'i'));
});

both('[F1 refuses] what is sent without TLS is answered and goes no further', async (proxy) => {
  const answer = await plainly(proxy, `POST /oidc/token HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 403 /);
});

both('[F2 accepts] TLS 1.2 and 1.3; [F2 refuses] TLS 1.1 and 1.0', async (proxy) => {
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    const socket = await proxy.reach({ minVersion: version, maxVersion: version });
    assert.equal(socket.getProtocol(), version);
    socket.destroy();
  }
  for (const version of ['TLSv1', 'TLSv1.1']) {
    await assert.rejects(proxy.reach({ minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }), /alert/, version);
  }
});

both('[F3 accepts] the recommended suites on TLS 1.2; [F3 refuses] CBC, RSA key exchange, ChaCha', async (proxy) => {
  const socket = await proxy.reach({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' });
  assert.equal(socket.getCipher().name, 'ECDHE-ECDSA-AES128-GCM-SHA256');
  socket.destroy();
  for (const ciphers of ['ECDHE-ECDSA-AES128-SHA256', 'AES128-GCM-SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-ECDSA-AES256-SHA']) {
    await assert.rejects(proxy.reach({ maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` }), /alert/, ciphers);
  }
});

both('[F4 accepts] the certificate names the host; [F4 refuses] a client that asks for another host finds out', async (proxy) => {
  (await proxy.reach({})).destroy();
  await assert.rejects(proxy.reach({ servername: 'other.example' }), /altnames/i);
  await assert.rejects(proxy.reach({ ca: [] }), /unable to (get|verify)/i);
});

both('[B12 refuses] headers of the proxy that a client sends are replaced; [B12 accepts] the address the proxy saw is the one that counts', async (proxy) => {
  const ask = (i) =>
    proxy.ask('POST', '/api/check', {
      headers: { Origin: `https://${HOST}`, 'Content-Type': 'application/json', 'X-Real-IP': `203.0.113.${i}`, Forwarded: `for=203.0.113.${i}` },
      body: JSON.stringify({ dossier_code: 'none', name: 'a', birth_date: '2000-01-01', sex: 'male', id_number: '1' }),
    });
  let status = 404;
  for (let i = 0; i < 110 && status === 404; i++) status = (await ask(i)).status;
  assert.equal(status, 429, 'all of them came from one address');
});

both('a client proves itself with its certificate, through the proxy: one of a known root by its subject, a self-signed one by its registered key; its tokens are bound to it [F11 accepts] [F11 refuses]', async (proxy) => {
  const bankCertificate = certificate(proxy.folder, 'bank', { subject: '/CN=bank', issuer: 'root', extensions: ['basicConstraints=critical,CA:FALSE'] });
  const ownCertificate = certificate(proxy.folder, 'own', { subject: '/CN=whatever' });
  const strangerCertificate = certificate(proxy.folder, 'stranger', { subject: '/CN=bank' }); // the same name, by nobody's root
  const tlsOf = ({ key, pem }) => ({ key: readFileSync(key), cert: readFileSync(pem) });
  const metadata = { application_type: 'web', redirect_uris: ['https://nganhang.example/cb'], grant_types: ['authorization_code', 'client_credentials'], scope: 'openid introspection',
    tls_client_certificate_bound_access_tokens: true };
  const known = await RelyingParty.register(place, { ...metadata, token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: 'CN=bank' });
  const jwk = { ...createPublicKey(readFileSync(ownCertificate.pem)).export({ format: 'jwk' }), kid: 'own', use: 'sig', alg: 'ES256' };
  const own = await RelyingParty.register(place, { ...metadata, token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: { keys: [jwk] } });
  const ask = (party, options) =>
    proxy.ask('POST', '/oidc/token', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, ...options,
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: party.id }).toString() });
  for (const [party, mine] of [[known, bankCertificate], [own, ownCertificate]]) {
    const answer = await ask(party, tlsOf(mine));
    assert.equal(answer.status, 200, answer.text);
    const claims = JSON.parse(Buffer.from(JSON.parse(answer.text).access_token.split('.')[1], 'base64url'));
    const der = new X509Certificate(readFileSync(mine.pem)).raw;
    assert.equal(claims.cnf['x5t#S256'], createHash('sha256').update(der).digest('base64url'));
    for (const others of [bankCertificate, ownCertificate, strangerCertificate].filter((c) => c !== mine)) {
      assert.equal((await ask(party, tlsOf(others))).status, 401, others.pem);
    }
    assert.equal((await ask(party, {})).status, 401, 'no certificate');
    const said = encodeURIComponent(readFileSync(mine.pem, 'utf8'));
    const forged = await ask(party, { headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Client-Certificate': said, 'X-Client-Verify': 'SUCCESS' } });
    assert.equal(forged.status, 401, 'what a client says of itself in a header');
  }
});

both('[F11 refuses] a client whose certificate has ended, one of a known root or a registered one, proves nothing', async (proxy) => {
  const gone = certificate(proxy.folder, 'gone', { subject: '/CN=gone', issuer: 'root', extensions: ['basicConstraints=critical,CA:FALSE'], madeOn: '2020-01-01' });
  const ownGone = certificate(proxy.folder, 'own_gone', { subject: '/CN=own gone', madeOn: '2020-01-01' });
  const metadata = { application_type: 'web', redirect_uris: ['https://nganhang.example/cb'], grant_types: ['authorization_code', 'client_credentials'], scope: 'openid introspection' };
  const known = await RelyingParty.register(place, { ...metadata, token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: 'CN=gone' });
  const jwk = { ...createPublicKey(readFileSync(ownGone.pem)).export({ format: 'jwk' }), kid: 'own', use: 'sig', alg: 'ES256' };
  const own = await RelyingParty.register(place, { ...metadata, token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: { keys: [jwk] } });
  for (const [party, mine] of [[known, gone], [own, ownGone]]) {
    const answer = await proxy.ask('POST', '/oidc/token', { key: readFileSync(mine.key), cert: readFileSync(mine.pem), headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: party.id }).toString() });
    // nginx refuses it by itself; HAProxy lets Danh say so
    if (proxy.kind === 'nginx') assert.deepEqual([answer.status, /The SSL certificate error/.test(answer.text)], [400, true], answer.text);
    else assert.deepEqual([answer.status, JSON.parse(answer.text).error], [401, 'invalid_client'], answer.text);
  }
});

both('HTTP/2 reaches the pages', (proxy) => {
  const said = execFileSync('curl', ['-s', '--http2', '--cacert', path.join(proxy.folder, 'root.pem'), '--resolve', `${HOST}:${proxy.port}:127.0.0.1`, '-o', '/dev/null',
    '-w', '%{http_version} %{http_code}', `https://${HOST}:${proxy.port}/check`], { encoding: 'utf8' });
  assert.equal(said, '2 200');
});

for (const [kind, open] of Object.entries(PROXIES)) test(`${kind}: newcomers have a door of their own; while it is shut they get a page that tries again, and everybody else is served`, async (t) => {
  const folder = path.join(place.folder, `shut_${kind}`);
  mkdirSync(folder);
  const proxy = await open(folder, [path.join(place.folder, 'web.sock')], HOST, [path.join(folder, 'nobody.sock')]);
  t.after(() => proxy.close());
  const newcomer = await proxy.ask('GET', '/sign-in', { headers: { Accept: 'text/html,*/*' } });
  assert.equal(newcomer.status, 503);
  assert.match(newcomer.headers['content-type'], /^text\/html; charset=utf-8$/);
  assert.ok(Number(newcomer.headers['retry-after']) >= 5);
  assert.equal(newcomer.headers['content-security-policy'], "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  assert.match(newcomer.text, new RegExp(`lang="vi"[\\s\\S]*content="${newcomer.headers['retry-after']}"[\\s\\S]*Đang có rất nhiều người truy cập[\\s\\S]*lang="en"`));
  const program = await proxy.ask('GET', '/api/session', { headers: { Accept: 'application/json' } });
  assert.deepEqual([program.status, program.headers['content-type'], JSON.parse(program.text).code], [503, 'application/problem+json', 'service_away']);
  for (const name of ['__Host-danh_session', '__Host-danh_place', '__Host-danh_admission']) { // of what worth they are is Danh's to say
    assert.equal((await proxy.ask('GET', '/sign-in', { headers: { Cookie: `a=b; ${name}=x` } })).status, 200, name);
  }
  for (const target of ['/oidc/jwks', '/.well-known/openid-configuration', '/assets/mark.svg', '/healthz']) assert.equal((await proxy.ask('GET', target)).status, 200, target);
  for (const cookie of ['danh_language=vi', 'xdanh_session=x', 'danh_session=']) assert.equal((await proxy.ask('GET', '/sign-in', { headers: { Cookie: cookie } })).status, 503, cookie);
  assert.notEqual((await proxy.ask('GET', '/danh-away')).status, 200, 'not an address from outside');
});
