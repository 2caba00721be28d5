// What an operator's tools see: figures read by Prometheus's own parser, readiness as a proxy asks for it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { DANH, danh, freePort, Installation, until } from '../flows/lib/installation.mjs';
import { dossier } from '../flows/lib/story.mjs';

const PYTHON = path.join(import.meta.dirname, '../../.local/python/bin/python3');
const PARSER = `import json, sys
from prometheus_client.parser import text_string_to_metric_families
print(json.dumps([[s.name, s.labels, s.value] for f in text_string_to_metric_families(sys.stdin.read()) for s in f.samples]))`;

let place;
before(async () => (place = await Installation.open({ receivers: false })));
after(() => place?.close());

const parsed = (text) => JSON.parse(execFileSync(PYTHON, ['-c', PARSER], { input: text, encoding: 'utf8' }));
const sample = (samples, name, labels = {}) =>
  samples.find(([n, has]) => n === name && Object.entries(labels).every(([key, value]) => has[key] === value))?.[2];
const figures = async (client = place.client()) => parsed((await client.ok(client.get('/metrics'))).text);

const overAdminSocket = () => new Promise((done, fail) => {
  http.get({ socketPath: path.join(place.data, 'danh.sock'), path: '/metrics' }, (answer) => {
    const parts = [];
    answer.on('data', (part) => parts.push(part)).on('end', () => done({ status: answer.statusCode, text: Buffer.concat(parts).toString() }));
  }).on('error', fail);
});

test('figures are what Prometheus reads, and count what was asked by route, not by address', async () => {
  const client = place.client();
  const labels = { method: 'POST', route: '/api/desk/dossiers/{code}/receive', status: '401' };
  assert.equal(sample(await figures(), 'danh_http_answers_total', labels), undefined);
  await client.post('/api/desk/dossiers/H26.11-240614-0001/receive', {});
  await client.post('/api/desk/dossiers/H26.11-240614-0002/receive', {});
  await client.get('/no-such-address');
  const now = await figures();
  assert.equal(sample(now, 'danh_http_answers_total', labels), 2);
  assert.equal(sample(now, 'danh_http_answer_seconds_count', { route: labels.route, method: 'POST' }), 2);
  assert.equal(sample(now, 'danh_http_answer_seconds_bucket', { route: labels.route, method: 'POST', le: '+Inf' }), 2);
  assert.equal(sample(now, 'danh_http_answers_total', { route: '', status: '404' }), 1);
  for (const name of ['danh_db_up', 'danh_signer_up', 'danh_ledger_up']) assert.equal(sample(now, name), 1, name);
  for (const name of ['danh_db_commits_total', 'danh_db_writes_total', 'process_resident_memory_bytes', 'process_open_fds', 'danh_http_requests_total'])
    assert.ok(sample(now, name) > 0, name);
  assert.equal(sample(now, 'danh_http_waiting'), 0);
});

test('a dossier in processing counts by the day it is due, what waits for a receiver that is away by its destination', async () => {
  const due = async () => Object.fromEntries((await figures()).filter(([name]) => name === 'danh_dossiers_due').map(([, labels, value]) => [labels.when, value]));
  const none = { overdue: 0, today: 0, soon: 0 };
  assert.deepEqual(await due(), none);
  await dossier(place, 'received', { citizen: await place.as('citizen.hanoi') });
  assert.deepEqual(await due(), none);
  for (const [day, when] of [['2026-11-23', 'soon'], ['2026-11-26', 'today'], ['2026-11-27', 'overdue']]) { // five working days after the 18th; the 24th is a holiday
    await place.moveTo(`${day}T10:00:00+07:00`);
    assert.deepEqual(await due(), { ...none, [when]: 1 }, day);
  }
  await dossier(place, 'sealed', { citizen: await place.as('citizen.hue'), province: '46' });
  await until('two wait', async () => sample(await figures(), 'danh_deliveries_waiting', { destination: 'national_portal' }) === 1);
  assert.ok(sample(await figures(), 'danh_deliveries_oldest_seconds', { destination: 'provincial_system' }) >= 0);
});

test('how long commits, signatures and deliveries take, and what failed, is counted', async () => {
  const value = async (name, labels) => sample(await figures(), name, labels) ?? 0;
  const before = await figures();
  const code = await dossier(place, 'sealed', { citizen: await place.as('digital.hanoi') });
  assert.ok(code);
  await until('a delivery failed: nobody is there', async () => (await value('danh_delivery_failures_total', { destination: 'national_portal' })) > 0);
  const now = await figures();
  const more = (name, labels) => sample(now, name, labels) - sample(before, name, labels);
  assert.equal(sample(now, 'danh_delivery_seconds_count', { destination: 'national_portal' }), 0);
  assert.ok(more('danh_signer_sign_seconds_count') >= 2, 'the person, the agency: ' + more('danh_signer_sign_seconds_count'));
  assert.equal(more('danh_signer_failures_total', { why: 'away' }), 0);
  assert.ok(more('danh_db_commit_seconds_count') > 3, 'commits');
  assert.ok(more('danh_db_commit_seconds_sum') > 0, 'time of commits');
  assert.equal(sample(now, 'danh_db_commit_seconds_bucket', { le: '+Inf' }), sample(now, 'danh_db_commit_seconds_count'));
  await until('the commits agree, once none comes between one figure and the next', async () => {
    const seen = await figures();
    return sample(seen, 'danh_db_commit_seconds_count') === sample(seen, 'danh_db_commits_total') && sample(seen, 'danh_db_commit_writes_sum') === sample(seen, 'danh_db_writes_total');
  });
  assert.ok(sample(now, 'danh_db_commit_writes_bucket', { le: '1' }) <= sample(now, 'danh_db_commit_writes_bucket', { le: '64' }), 'sizes');
});

test('no figure names a person, a number or a code', async () => {
  const who = place.identity('citizen.hanoi');
  const citizen = await place.as('citizen.hanoi');
  const { person } = await citizen.ok(citizen.get('/api/session'));
  await citizen.get(`/api/dossiers/H26.11-240614-0001?pin=${who.pin}`);
  const { text } = await citizen.get('/metrics');
  for (const canary of [who.pin, person.name, 'H26.11-240614-0001', place.synth.demo_password]) assert.ok(!text.includes(canary), canary);
});

test('figures are for this machine: not through a proxy, but on the admin socket', async () => {
  for (const name of ['X-Forwarded-For', 'Forwarded', 'Via']) {
    const answer = await place.client().get('/metrics', { headers: { [name]: 'for=203.0.113.9' } });
    assert.equal(answer.status, 404, name);
  }
  const local = await overAdminSocket();
  assert.equal(local.status, 200);
  assert.equal(sample(parsed(local.text), 'danh_signer_up'), 1);
});

test('a server asked to stop says no to newcomers, serves on, and then ends', async () => {
  await place.stop('server');
  await place.startServer('--drain', '60');
  const child = place.children.server;
  const client = place.client();
  assert.deepEqual((await client.get('/readyz')).body, { status: 'ready', database: true, signer: true, ledger: true });
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await until('it says so', async () => (await client.get('/readyz')).status === 503);
  assert.equal((await client.get('/readyz')).body.status, 'draining');
  assert.equal((await client.signIn(place.identity('citizen.hanoi').pin, place.synth.demo_password)).status, 303);
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  place.children.server = null;
  await place.startServer();
});

test('systemd passes the socket: who connects while the server starts is answered', async () => {
  await place.stop('server');
  const port = await freePort();
  const refused = await danh('serve', '--data', place.data, '--listen', 'systemd', '--origin', place.url);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /systemd passes/);
  const child = spawn('systemd-socket-activate', ['--listen', `127.0.0.1:${port}`, DANH, 'serve', '--data', place.data, '--listen', 'systemd', '--origin', place.url], { stdio: 'ignore' });
  try {
    const answer = await until('somebody listens', () => fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null));
    assert.ok([200, 503].includes(answer.status)); // the ledger's first round may be under way
    assert.equal((await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()).status, 'ok');
  } finally {
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    assert.equal(await gone, 0);
  }
  await place.startServer();
});

test('an installation is made once, empty, with its keys, and serves', async () => {
  const data = path.join(place.folder, 'fresh');
  mkdirSync(data, { mode: 0o700 });
  assert.equal((await danh('serve', '--data', data, '--listen', '127.0.0.1:0')).code, 4);
  assert.deepEqual([(await danh('init', '--data', data)).code, existsSync(path.join(data, 'signer'))], [0, true]);
  assert.match((await danh('pki', 'root', '--data', data)).stdout, /BEGIN CERTIFICATE/);
  const again = await danh('init', '--data', data, '--json');
  assert.deepEqual([again.code, JSON.parse(again.stdout).error], [1, 'installation_exists']);
});
