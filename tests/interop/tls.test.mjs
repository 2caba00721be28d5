// TLS in front of Danh, as packaging/nginx/danh.conf sets it up: a real nginx, a client of another make.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Installation, start } from '../flows/lib/installation.mjs';
import { Nginx } from './lib/nginx.mjs';

const HOST = 'dinhdanh.example';
let place;
let nginx;

before(async () => {
  place = await Installation.open({ receivers: false, serve: false });
  const socket = path.join(place.folder, 'web.sock');
  place.children.server = await start(['serve', '--data', place.data, '--listen', `unix:${socket}`, '--origin', `https://${HOST}`]);
  nginx = await Nginx.open(place.folder, socket, HOST);
});
after(async () => {
  await nginx?.close();
  await place?.close();
});

const plainly = (request) =>
  new Promise((resolve, reject) => {
    let text = '';
    const socket = net.connect(nginx.plainPort, '127.0.0.1', () => socket.write(request));
    socket.on('data', (part) => (text += part));
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });

test('[F1 accepts] a page over TLS; [F5 accepts] browsers are told to stay there, [F5 refuses] and plain http leads to https', async () => {
  const page = await nginx.ask('GET', '/sign-in');
  assert.equal(page.status, 200);
  assert.match(page.headers['strict-transport-security'], /max-age=31536000/);
  const plain = await plainly(`GET /sign-in HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
  assert.match(plain, /^HTTP\/1\.1 301 /);
  assert.match(plain, new RegExp(`Location: https://${HOST}/sign-in`));
});

test('[F1 refuses] what is sent without TLS is answered and goes no further', async () => {
  const answer = await plainly(`POST /oidc/token HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 403 /);
});

test('[F2 accepts] TLS 1.2 and 1.3; [F2 refuses] TLS 1.1 and 1.0', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    const socket = await nginx.reach({ minVersion: version, maxVersion: version });
    assert.equal(socket.getProtocol(), version);
    socket.destroy();
  }
  for (const version of ['TLSv1', 'TLSv1.1']) {
    await assert.rejects(nginx.reach({ minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }), /alert/, version);
  }
});

test('[F3 accepts] the recommended suites on TLS 1.2; [F3 refuses] CBC, RSA key exchange, ChaCha', async () => {
  const socket = await nginx.reach({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' });
  assert.equal(socket.getCipher().name, 'ECDHE-ECDSA-AES128-GCM-SHA256');
  socket.destroy();
  for (const ciphers of ['ECDHE-ECDSA-AES128-SHA256', 'AES128-GCM-SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-ECDSA-AES256-SHA']) {
    await assert.rejects(nginx.reach({ maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` }), /alert/, ciphers);
  }
});

test('[F4 accepts] the certificate names the host; [F4 refuses] a client that asks for another host finds out', async () => {
  (await nginx.reach({})).destroy();
  await assert.rejects(nginx.reach({ servername: 'other.example' }), /altnames/i);
  await assert.rejects(nginx.reach({ ca: [] }), /unable to (get|verify)/i);
});

test('[B12 refuses] headers of the proxy that a client sends are replaced; [B12 accepts] the address the proxy saw is the one that counts', async () => {
  const ask = (i) =>
    nginx.ask('POST', '/api/check', {
      headers: { Origin: `https://${HOST}`, 'Content-Type': 'application/json', 'X-Real-IP': `203.0.113.${i}`, Forwarded: `for=203.0.113.${i}` },
      body: JSON.stringify({ dossier_code: 'none', name: 'a', birth_date: '2000-01-01', sex: 'male', id_number: '1' }),
    });
  let status = 404;
  for (let i = 0; i < 110 && status === 404; i++) status = (await ask(i)).status;
  assert.equal(status, 429, 'all of them came from one address');
});

test('HTTP/2 reaches the pages', () => {
  const said = execFileSync('curl', ['-s', '--http2', '--cacert', path.join(nginx.folder, 'root.pem'), '--resolve', `${HOST}:${nginx.port}:127.0.0.1`, '-o', '/dev/null',
    '-w', '%{http_version} %{http_code}', `https://${HOST}:${nginx.port}/check`], { encoding: 'utf8' });
  assert.equal(said, '2 200');
});
