// The steps of a recovery, as the person, the helper, the officers and the holder take them.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

export const REASON = 'Công dân đến quầy đề nghị lấy lại tài khoản';

const chunk = (type, bytes) => {
  const named = Buffer.concat([Buffer.from(type), bytes]);
  const out = Buffer.alloc(8 + named.length);
  out.writeUInt32BE(bytes.length, 0);
  named.copy(out, 4);
  out.writeUInt32BE(crc32(named) >>> 0, 4 + named.length);
  return out;
};

/** A photograph nobody took before: noise, 160 by 160; about a byte a dot. */
export function picture(side = 160) {
  const rows = Buffer.concat(Array.from({ length: side }, () => Buffer.concat([Buffer.from([0]), randomBytes(side)])));
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** The same picture with a text of somebody's in its file. */
export const dressed = (png, text) => Buffer.concat([png.subarray(0, 33), chunk('tEXt', Buffer.from(`Comment\0${text}`)), png.subarray(33)]);

const between = (text, id) => text.match(new RegExp(`id="${id}"[^>]*>([^<]+)<`))?.[1];

/** Somebody says whose account they want back. {number, claim}, kept by the client's cookie too. */
export async function begin(client, pin) {
  const page = await client.post('/recover', new URLSearchParams({ step: 'open', pin }));
  assert.equal(page.status, 200, page.text);
  return { number: between(page.text, 'case-number'), claim: between(page.text, 'case-claim') };
}

export const step = (client, fields) => client.post('/recover/case', new URLSearchParams(fields));
export const state = async (client) => between((await client.get('/recover/case')).text ?? '', 'case-state');

export const finish = (client, password = 'ba con mèo trên mái', passcode = '915082') =>
  step(client, { step: 'secrets', password, password_again: password, passcode, passcode_again: passcode });

export const desk = (number, act = '') => `/api/desk/recoveries/${number}${act && `/${act}`}`;

/** A form with files, as a browser sends it. */
export function multipart(fields) {
  const boundary = randomBytes(12).toString('hex');
  const parts = Object.entries(fields).map(([name, value]) =>
    Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${Buffer.isBuffer(value) ? `; filename="${name}.png"\r\nContent-Type: image/png` : ''}\r\n\r\n`),
      Buffer.from(value),
      Buffer.from('\r\n'),
    ]));
  return { body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]), headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` } };
}

/** The officer takes pictures now and brings them; what the demonstration's matcher cannot tell, the officer has seen. */
export async function collect(officer, number, { ticket, card = '', face = picture(), fingerprints = picture(), seen = true, newPhone = '' } = {}) {
  ticket ??= (await officer.ok(officer.post(desk(number, 'capture')))).ticket;
  const { body, headers } = multipart({ number, ticket, card_qr: card, new_phone: newPhone, face_seen: seen ? '1' : '', fingerprints_seen: seen ? '1' : '', face, fingerprints });
  return officer.post('/api/desk/recovery-evidence', body, { headers });
}

/** The texts the demonstration shows for a number, newest first. */
export async function messages(place, to) {
  const { items } = await place.client().ok(place.client().get('/api/demo/messages'));
  return items.filter((one) => one.to === to);
}
export const vetoIn = (text) => text.match(/\/recover\/stop\?v=([A-Za-z0-9_-]{43})/)?.[1];
