// The same token, spoilt in every way that has fooled somebody. Made with node:crypto; nothing here is Danh's own code.
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { Key, base64url, jws } from './relying_party.mjs';

const b64u = (value) => base64url(typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value));

/** header and payload as they stand, byte for byte. */
function raw(header, payload, key) {
  const input = `${b64u(header)}.${b64u(payload)}`;
  return `${input}.${base64url(sign('sha256', Buffer.from(input), { key: key.private, dsaEncoding: 'ieee-p1363' }))}`;
}

/** [name, compact]. claims(): fresh ones each time, so that nothing but the spoiling can be the reason of a refusal. header: what the right token has beside
 *  alg and kid (undefined: has it not). key: the right Key. */
export function spoilt({ claims, header = {}, key }) {
  const stranger = new Key();
  const right = { alg: 'ES256', kid: key.kid, ...header };
  const by = (who, changes) => jws({ ...right, ...changes }, claims(), who.private);
  const made = (changes) => by(key, changes);
  const parts = () => made().split('.');
  const swapped = (change) => {
    const [h, p, s] = parts();
    return `${h}.${p}.${change(Buffer.from(s, 'base64url')).toString('base64url')}`;
  };
  const hmac = (algorithm, secret) => {
    const input = `${b64u({ ...right, alg: algorithm })}.${b64u(claims())}`;
    return `${input}.${createHmac(`sha${algorithm.slice(2)}`, secret).update(input).digest('base64url')}`;
  };
  const text = (object) => JSON.stringify(object);
  const nested = (depth) => `${'['.repeat(depth)}1${']'.repeat(depth)}`;
  const pem = createPublicKey(key.private).export({ type: 'spki', format: 'pem' });
  const der = createPublicKey(key.private).export({ type: 'spki', format: 'der' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signedBy = (algorithm, input) => `${input}.${sign(algorithm, Buffer.from(input), rsa.privateKey).toString('base64url')}`;
  return [
    ...['none', 'None', 'NONE', 'nOnE', ''].map((alg) => [`alg ${alg || 'empty'} without a signature`, `${b64u({ ...right, alg })}.${b64u(claims())}.`]),
    ['alg none with the right signature', made({ alg: 'none' })],
    ['no alg', made({ alg: undefined })],
    ['alg a list', made({ alg: ['ES256'] })],
    ...['HS256', 'HS384', 'HS512'].flatMap((alg) => [['PEM', pem], ['DER', der], ['JWK', text(key.bare)], ['x', Buffer.from(key.bare.x, 'base64url')], ['nothing', '']]
      .map(([what, secret]) => [`${alg} with our public key's ${what} as secret`, hmac(alg, secret)])),
    ['RS256 by a stranger', signedBy('sha256', `${b64u({ ...right, alg: 'RS256' })}.${b64u(claims())}`)],
    ['ES256 named, RSA signed', signedBy('sha256', `${b64u(right)}.${b64u(claims())}`)],
    ['ES384 named', made({ alg: 'ES384' })],
    ['ES256K named', made({ alg: 'ES256K' })],
    ['a stranger under our kid', by(stranger)],
    ['a stranger with their own key in the header', by(stranger, { jwk: header.jwk ? header.jwk : stranger.bare })],
    ['a stranger behind jku', by(stranger, { jku: 'https://stranger.example/jwks' })],
    ['jku on a right token', made({ jku: 'https://client.example/jwks' })],
    ['x5u on a right token', made({ x5u: 'https://client.example/chain.pem' })],
    ['a stranger behind x5c', by(stranger, { x5c: [der.toString('base64')] })],
    ['crit that nobody understands', made({ crit: ['exp'] })],
    ['b64 false', made({ b64: false, crit: ['b64'] })],
    ['zip', made({ zip: 'DEF', enc: 'A256GCM' })],
    ['kid a path', by(stranger, { kid: '../../../../dev/null' })],
    ['kid a statement', by(stranger, { kid: "x' UNION SELECT 'a" })],
    ['a signature of zeros', swapped((s) => Buffer.alloc(s.length))],
    ['r zero', swapped((s) => Buffer.concat([Buffer.alloc(32), s.subarray(32)]))],
    ['s zero', swapped((s) => Buffer.concat([s.subarray(0, 32), Buffer.alloc(32)]))],
    ['a signature of order n', swapped(() => Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.repeat(2), 'hex'))],
    ['the signature cut short', swapped((s) => s.subarray(0, 63))],
    ['half a signature', swapped((s) => s.subarray(0, 32))],
    ['no signature', swapped(() => Buffer.alloc(0))],
    ['one byte more', swapped((s) => Buffer.concat([s, Buffer.from([0])]))],
    ['one bit other', swapped((s) => ((s[40] ^= 1), s))],
    ['the signature in DER', (() => { const [h, p] = parts(); return `${h}.${p}.${sign('sha256', Buffer.from(`${h}.${p}`), key.private).toString('base64url')}`; })()],
    ['the payload of another', (() => { const [h, , s] = parts(); return `${h}.${b64u({ ...claims(), extra: 1 })}.${s}`; })()],
    ['padding', `${made()}=`],
    ['base64 that is not for URLs', (() => { const [h, p, s] = parts(); return `${h}.${p}.${Buffer.from(s, 'base64url').toString('base64')}`; })()],
    ['bits after the last letter', (() => { const token = made(); const at = 'AQgw'.indexOf(token.at(-1)); return token.slice(0, -1) + 'BRhx'[at]; })()],
    ['a line end within', made().replace('.', '.\n')],
    ['a blank after', `${made()} `],
    ['four parts', `${made()}.`],
    ['two parts', parts().slice(0, 2).join('.')],
    ['five parts, as an encrypted one has', `${made()}.e30.e30`],
    ['JSON serialisation', JSON.stringify({ payload: parts()[1], protected: parts()[0], signature: parts()[2] })],
    ['a member twice in the header', raw(`${text(right).slice(0, -1)},"alg":"ES256"}`, text(claims()), key)],
    ['a member twice in the claims', raw(text(right), `${text(claims()).slice(0, -1)},"iat":1}`, key)],
    ['a member twice, once escaped', raw(text(right), `${text(claims()).slice(0, -1)},"\\u006ati":"a"}`, key)],
    ['claims that are no object', raw(text(right), '[]', key)],
    ['claims that are a text', raw(text(right), '"a"', key)],
    ['a byte order mark before the claims', raw(text(right), Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text(claims()))]), key)],
    ['claims that are no UTF-8', raw(text(right), Buffer.concat([Buffer.from(`${text(claims()).slice(0, -1)},"a":"`), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]), key)],
    ['something after the claims', raw(text(right), `${text(claims())}{}`, key)],
    ['a comment in the claims', raw(text(right), `/**/${text(claims())}`, key)],
    ['claims nested beyond reason', raw(text(right), `${text(claims()).slice(0, -1)},"a":${nested(3000)}}`, key)],
    ['a header nested beyond reason', raw(`${text(right).slice(0, -1)},"a":${nested(200)}}`, text(claims()), key)],
    ['a token of a hundred thousand bytes', raw(text(right), `${text(claims()).slice(0, -1)},"a":"${'a'.repeat(75000)}"}`, key)],
    ['an exponent as time', raw(text(right), text(claims()).replace(/"iat":\d+/, '"iat":1e400'), key)],
  ];
}
