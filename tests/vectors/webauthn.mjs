// The test vectors of WebAuthn Level 3 (its section "Test Vectors"), made anew by the recipe given there: every random value is HKDF-SHA-256 of
// "WebAuthn test vectors", salted with its number and named after its vector; ECDSA nonces by RFC 6979; the RSA key is two Mersenne primes.
// That they are the published ones, byte for byte, is shown by the digests: SHA-256 over what the section prints of a vector, in its order.
import { createECDH, createHash, createHmac, createPrivateKey, createPublicKey, createSign, hkdfSync, sign } from 'node:crypto';

const hex = (text) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const b64 = (bytes) => bytes.toString('base64url');
const big = (bytes) => BigInt(`0x${bytes.toString('hex')}`);
const u16 = (number) => Buffer.from([number >> 8, number & 255]);
const SOURCE = 'WebAuthn test vectors';
const N = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'); // order of P-256
const PARTY_HASH = sha256(Buffer.from('example.org'));

// ---- DER and CBOR
function tlv(tag, ...parts) {
  const content = Buffer.concat(parts);
  const length = content.length < 128 ? [content.length] : content.length < 256 ? [0x81, content.length] : [0x82, ...u16(content.length)];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
const sequence = (...parts) => tlv(0x30, ...parts);
function integer(bytes) {
  let at = 0;
  while (at < bytes.length - 1 && bytes[at] === 0) at += 1;
  const rest = bytes.subarray(at);
  return rest[0] & 0x80 ? tlv(2, Buffer.from([0]), rest) : tlv(2, rest);
}
const bits = (...parts) => tlv(3, Buffer.from([0]), ...parts);
const text = (tag, value) => tlv(tag, Buffer.from(value));
function head(major, argument) {
  if (argument < 24) return Buffer.from([(major << 5) | argument]);
  return argument < 256 ? Buffer.from([(major << 5) | 24, argument]) : Buffer.concat([Buffer.from([(major << 5) | 25]), u16(argument)]);
}
function cbor(value) {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([name, item]) => [cbor(name), cbor(item)])]);
}
const map = (members) => new Map(Object.entries(members));

// ---- keys
const inverse = (value) => {
  let [a, b, x, y] = [((value % N) + N) % N, N, 1n, 0n];
  while (b !== 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return ((x % N) + N) % N;
};
const bytes32 = (number) => hex(number.toString(16).padStart(64, '0'));
function pointOf(curve, key) {
  const ecdh = createECDH(curve);
  ecdh.setPrivateKey(key);
  return ecdh.getPublicKey();
}
function p256(key) {
  const point = pointOf('prime256v1', key);
  const coordinates = [point.subarray(1, 33), point.subarray(33)];
  return {
    point,
    spki: sequence(hex('301306072a8648ce3d020106082a8648ce3d030107'), bits(point)),
    cose: cbor(new Map([[1, 2], [3, -7], [-1, 1], [-2, coordinates[0]], [-3, coordinates[1]]])),
    sign(...parts) {
      const digest = sha256(...parts);
      const reduced = bytes32(big(digest) % N);
      const mac = (k, ...items) => createHmac('sha256', k).update(Buffer.concat(items)).digest();
      let [k, v] = [Buffer.alloc(32), Buffer.alloc(32, 1)];
      for (const separator of [0, 1]) {
        k = mac(k, v, Buffer.from([separator]), key, reduced); // [RFC6979 3.2]
        v = mac(k, v);
      }
      v = mac(k, v); // the first candidate fits: another one is needed once in 2^32
      const r = big(pointOf('prime256v1', v).subarray(1, 33)) % N;
      const s = (inverse(big(v)) * (big(digest) + r * big(key))) % N;
      return sequence(integer(bytes32(r)), integer(bytes32(s)));
    },
  };
}
function ed25519(key) {
  const privateKey = createPrivateKey({ key: Buffer.concat([hex('302e020100300506032b657004220420'), key]), format: 'der', type: 'pkcs8' });
  const x = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { cose: cbor(new Map([[1, 1], [3, -8], [-1, 6], [-2, x]])), sign: (...parts) => sign(null, Buffer.concat(parts), privateKey) };
}
function rsa() {
  const [p, q, e] = [2n ** 1279n - 1n, 2n ** 2203n - 1n, 65537n];
  const bytesOf = (number) => hex(number.toString(16).padStart(2 * Math.ceil(number.toString(16).length / 2), '0'));
  const egcd = (a, m) => {
    let [r0, r1, x0, x1] = [m, a, 0n, 1n];
    while (r1 !== 0n) [r0, r1, x0, x1] = [r1, r0 % r1, x1, x0 - (r0 / r1) * x1];
    return ((x0 % m) + m) % m;
  };
  const d = egcd(e, (p - 1n) * (q - 1n));
  const word = (number) => b64(bytesOf(number));
  const privateKey = createPrivateKey({
    format: 'jwk',
    key: { kty: 'RSA', n: word(p * q), e: word(e), d: word(d), p: word(p), q: word(q), dp: word(d % (p - 1n)), dq: word(d % (q - 1n)), qi: word(egcd(q % p, p)) },
  });
  return {
    cose: cbor(new Map([[1, 3], [3, -257], [-1, bytesOf(p * q)], [-2, hex('010001')]])),
    sign: (...parts) => createSign('sha256').update(Buffer.concat(parts)).sign(privateKey),
  };
}

// ---- certificates
const name = (unit) =>
  sequence(...(unit === '' ? [] : [['550403', 0x0c, SOURCE], ['55040a', 0x0c, 'W3C'], ['55040b', 0x0c, unit], ['550406', 0x13, 'AA']]).map(
    ([oid, tag, value]) => tlv(0x31, sequence(tlv(6, hex(oid)), text(tag, value)))));
const extension = (oid, isCritical, value) => sequence(tlv(6, hex(oid)), ...(isCritical ? [hex('0101ff')] : []), tlv(4, value));
const keyId = (point) => createHash('sha1').update(point).digest();
const ECDSA = hex('300a06082a8648ce3d040302');
function certificate({ serial, unit, key, issuer, extensions }) {
  const tbs = sequence(hex('a003020102'), integer(serial), ECDSA, name('Authenticator Attestation CA'),
    sequence(text(0x17, '240101000000Z'), text(0x18, '30240101000000Z')), name(unit), key.spki, tlv(0xa3, sequence(...extensions)));
  return sequence(tbs, ECDSA, bits(issuer.sign(tbs)));
}
const derived = (info, number, length) => Buffer.from(hkdfSync('sha256', SOURCE, Buffer.from([number]), info, length));
const authority = p256(derived('Attestation CA', 0, 32));
export const root = certificate({
  serial: derived('Attestation CA', 1, 16), unit: 'Authenticator Attestation CA', key: authority, issuer: authority,
  extensions: [extension('551d13', true, hex('30030101ff')), extension('551d0f', true, hex('03020106')), extension('551d0e', false, tlv(4, keyId(authority.point)))],
});
const leaf = (key, serial, unit, more) =>
  certificate({
    serial, unit, key, issuer: authority,
    extensions: [extension('551d13', true, hex('3000')), extension('551d0f', true, hex('03020780')), extension('551d0e', false, tlv(4, keyId(key.point))),
      extension('551d23', false, sequence(tlv(0x80, keyId(authority.point)))), ...more],
  });
const UNIT = 'Authenticator Attestation';

// ---- statements: (vector, authenticator data, hash of the client data) -> [format, attStmt]
const statements = {
  none: () => ['none', map({})],
  self: (v, data, hash) => ['packed', map({ alg: -7, sig: v.key.sign(data, hash) })],
  packed: (v, data, hash) => ['packed', map({ alg: -7, sig: v.maker.sign(data, hash), x5c: [leaf(v.maker, v.serial, UNIT, [])] })],
  tpm(v, data, hash) {
    const area = Buffer.concat([hex('0023 000b 00040000 0000 0010 0010 0003 0010 0020'), v.key.point.subarray(1, 33), hex('0020'), v.key.point.subarray(33)]);
    const info = Buffer.concat([hex('ff544347 8017 0000 0020'), sha256(data, hash), hex('0000000000000000 11111111 22222222 33 0000000000000000 0022 000b'),
      sha256(area), hex('0000')]);
    const said = (oid, value) => sequence(tlv(6, hex(oid)), text(0x0c, value));
    const names = sequence(tlv(0xa4, sequence(tlv(0x31, said('6781050201', 'id:00000000'), said('6781050203', 'id:00000000'), said('6781050202', SOURCE)))));
    const x5c = [leaf(v.maker, v.serial, '', [extension('551d25', false, hex('300706056781050803')), extension('551d11', true, names)])];
    return ['tpm', map({ alg: -7, sig: v.maker.sign(info), ver: '2.0', x5c, pubArea: area, certInfo: info })];
  },
  android(v, data, hash) {
    const described = sequence(hex('0202012c 0a0100 020100 0a0100'), tlv(4, hash), hex('0400 3000 3000'));
    return ['android-key', map({ alg: -7, sig: v.key.sign(data, hash), x5c: [leaf(v.key, v.serial, UNIT, [extension('2b06010401d679020111', false, described)])] })];
  },
  apple(v, data, hash) {
    const nonce = sequence(tlv(0xa1, tlv(4, sha256(data, hash))));
    return ['apple', map({ x5c: [leaf(v.key, v.serial, UNIT, [extension('2a864886f763640802', false, nonce)])] })];
  },
  u2f: (v, data, hash) => ['fido-u2f', map({ sig: v.maker.sign(Buffer.alloc(1), PARTY_HASH, hash, v.id, v.key.point), x5c: [leaf(v.maker, v.serial, UNIT, [])] })],
};

function clientData(type, challenge, framing, extra) {
  const data = { type, challenge: b64(challenge), origin: 'https://example.org', crossOrigin: framing !== '' };
  if (framing === 'topOrigin') data.topOrigin = 'https://example.com';
  if (extra) data.extraData = `clientDataJSON may be extended with additional fields in the future, such as this: ${b64(extra)}`;
  return Buffer.from(JSON.stringify(data));
}

function vector(info, statement, { algorithm = 'es256', framing = '', idLength = 32 } = {}) {
  let number = 0;
  const next = (length) => derived(info, number++, length);
  const v = {};
  const challenge = next(32);
  v.key = algorithm === 'rsa' ? rsa() : algorithm === 'eddsa' ? ed25519(next(32)) : p256(next(32));
  const extra = next(1)[0] & 1 ? next(16) : undefined;
  const aaguid = next(16);
  v.id = next(idLength);
  const flags = statement === 'u2f' ? 0 : next(1)[0];
  if (['packed', 'tpm', 'u2f'].includes(statement)) v.maker = p256(next(32));
  if (!['none', 'self'].includes(statement)) v.serial = next(16);
  const isEligible = flags & 8;
  const made = clientData('webauthn.create', challenge, framing, extra);
  const registered = Buffer.concat([PARTY_HASH, Buffer.from([0x41 | (flags & 4) | isEligible | (isEligible ? flags & 16 : 0)]), Buffer.alloc(4), aaguid, u16(v.id.length), v.id,
    v.key.cose]);
  const [format, attStmt] = statements[statement](v, registered, sha256(made));
  const object = cbor(map({ fmt: format, attStmt, authData: registered }));
  const challenged = next(32);
  const extraAgain = next(1)[0] & 1 ? next(16) : undefined;
  const flagsAgain = next(1)[0];
  const data = Buffer.concat([PARTY_HASH, Buffer.from([0x01 | (statement === 'u2f' ? 0 : flagsAgain & 4) | isEligible | (isEligible ? flagsAgain & 16 : 0)]), Buffer.alloc(4)]);
  const used = clientData('webauthn.get', challenged, framing, extraAgain);
  const signature = v.key.sign(data, sha256(used));
  return {
    name: info, id: v.id, isEligible: isEligible !== 0, hasPath: v.serial !== undefined,
    registration: { challenge, clientData: made, object },
    assertion: { challenge: challenged, data, clientData: used, signature },
    digest: sha256(made, object, data, used, signature).toString('hex'),
  };
}

/** Of the published ones. Its vectors with ES384, ES512 and Ed448 are left out: these algorithms are not offered. */
export const published = {
  'none.ES256': 'c6f58f8fcc599d38038260e40373108a8826618aa10d88cb9639990e70962d71',
  'packed-self.ES256': '82fa67138fd484b8a84ae0a935c9dd026158a38348b74e61718bc2fed4540d46',
  'none.ES256.crossOrigin': '490eabab3915550411034b0b5e695c4e0bc1df40f7be53ebe70f555b09aeccd1',
  'none.ES256.topOrigin': '980ce56f3500f35a6e4082b22c3e8ae0d577a7a431d9049f9154f513eeb1e2aa',
  'none.ES256.long-credential-id': '2d6fd540ae13661054b27563f28281be13c563f51572c0461ff2ca9d487580b9',
  'packed.ES256': '4f09df9815fc434e8477fbd6cc92d0ea1e12c8f73707a88696cd58d7e31a687e',
  'packed.RS256': '41d2b44e50be0d9b95be2362cec7499050d59d0d5651a148142e5945412f38aa',
  'packed.EdDSA': 'e57ce59b3d598274e6fddf2ffc96f9dc7c07bb7ee2d653d2f889eda6e1011a06',
  'tpm.ES256': '84cc15f59f05d40480ef13cd91d0bb9577ba1508483335efd717a8764b34076e',
  'android-key.ES256': '7e0b999ed85324233d0844e05b33143c9fa964f3d02960a9290313e65e07cc5b',
  'apple.ES256': '30987347cfd02bdd1151a8c4fd2a6caa51eceb603717c4101a962b211c303db8',
  'fido-u2f.ES256': '3d0a2be0e2e198a6f5f375f41dad23333d692af103216a7709ec6741415b389f',
};

export const vectors = [
  vector('none.ES256', 'none'),
  vector('packed-self.ES256', 'self'),
  vector('none.ES256.crossOrigin', 'none', { framing: 'crossOrigin' }),
  vector('none.ES256.topOrigin', 'none', { framing: 'topOrigin' }),
  vector('none.ES256.long-credential-id', 'none', { idLength: 1023 }),
  vector('packed.ES256', 'packed'),
  vector('packed.RS256', 'packed', { algorithm: 'rsa' }),
  vector('packed.EdDSA', 'packed', { algorithm: 'eddsa' }),
  vector('tpm.ES256', 'tpm'),
  vector('android-key.ES256', 'android'),
  vector('apple.ES256', 'apple'),
  vector('fido-u2f.ES256', 'u2f'),
];
