// A passkey and an authenticator app made of Node's own cryptography, for stories over HTTP.
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const text = (string) => Buffer.concat([Buffer.from([0x60 + string.length]), Buffer.from(string)]);
const head = (major, length) =>
  length < 24 ? Buffer.from([major << 5 | length])
    : length < 256 ? Buffer.from([major << 5 | 24, length])
      : Buffer.from([major << 5 | 25, length >> 8, length & 255]);
const bytes = (buffer) => Buffer.concat([head(2, buffer.length), buffer]);

/** flags: UP 1, UV 4, BE 8, BS 16 [WebAuthn 6.1]. */
export class Passkey {
  constructor(origin, { flags = 1 | 4 | 8 | 16, id = randomBytes(32) } = {}) {
    this.origin = origin;
    this.party = new URL(origin).hostname;
    this.flags = flags;
    this.id = id;
    this.counter = 0;
    this.keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  }

  #clientData(type, challenge) {
    return Buffer.from(JSON.stringify({ type: `webauthn.${type}`, challenge, origin: this.origin, crossOrigin: false }));
  }

  #head(flags) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    return Buffer.concat([sha256(this.party), Buffer.from([flags]), counter]);
  }

  /** RegistrationResponseJSON as text. */
  create(options) {
    this.handle = options.user.id;
    const { x, y } = this.keys.publicKey.export({ format: 'jwk' });
    const key = Buffer.concat([Buffer.from('a5010203262001215820', 'hex'), Buffer.from(x, 'base64url'), Buffer.from('225820', 'hex'), Buffer.from(y, 'base64url')]);
    const data = Buffer.concat([this.#head(this.flags | 64), Buffer.alloc(16), Buffer.from([this.id.length >> 8, this.id.length & 255]), this.id, key]);
    const object = Buffer.concat([Buffer.from([0xa3]), text('fmt'), text('none'), text('attStmt'), Buffer.from([0xa0]), text('authData'), bytes(data)]);
    const id = this.id.toString('base64url');
    return JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response: {
      clientDataJSON: this.#clientData('create', options.challenge).toString('base64url'),
      attestationObject: object.toString('base64url'), transports: ['internal'] } });
  }

  /** AuthenticationResponseJSON as text. */
  get(options, { flags = this.flags } = {}) {
    const client = this.#clientData('get', options.challenge);
    const data = this.#head(flags);
    const signature = sign('sha256', Buffer.concat([data, sha256(client)]), this.keys.privateKey);
    const id = this.id.toString('base64url');
    return JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response: {
      clientDataJSON: client.toString('base64url'), authenticatorData: data.toString('base64url'),
      signature: signature.toString('base64url'), userHandle: this.handle ?? null } });
  }
}

/** The code of an authenticator app [RFC6238], for an instant in ms. */
export function totp(base32, atMs) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...base32].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30000)));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}
