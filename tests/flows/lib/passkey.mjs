// A passkey and an authenticator app made of Node's own cryptography, for stories over HTTP.
import { execFileSync } from 'node:child_process';
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const text = (string) => Buffer.concat([Buffer.from([0x60 + string.length]), Buffer.from(string)]);
const head = (major, length) =>
  length < 24 ? Buffer.from([major << 5 | length])
    : length < 256 ? Buffer.from([major << 5 | 24, length])
      : Buffer.from([major << 5 | 25, length >> 8, length & 255]);
const bytes = (buffer) => Buffer.concat([head(2, buffer.length), buffer]);

/** flags: UP 1, UV 4, BE 8, BS 16 [WebAuthn 6.1]. */
export class Passkey {
  /** model: an AAGUID; then the passkey says of itself which it is (attestation packed), vouched for by `maker`, else by its own key alone. */
  constructor(origin, { flags = 1 | 4 | 8 | 16, id = randomBytes(32), model, maker } = {}) {
    this.model = model;
    this.maker = maker;
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

  /** [WebAuthn 8.2]: {alg, sig} by its own key, {alg, sig, x5c} by its maker's. */
  #packed(signed) {
    const signature = sign('sha256', signed, this.maker ? this.maker.key : this.keys.privateKey);
    const chain = this.maker ? [text('x5c'), Buffer.from([0x81]), bytes(this.maker.certificate)] : [];
    return [text('packed'), text('attStmt'), Buffer.from([this.maker ? 0xa3 : 0xa2]), text('alg'), Buffer.from([0x26]), text('sig'), bytes(signature), ...chain];
  }

  /** RegistrationResponseJSON as text. */
  create(options) {
    this.handle = options.user.id;
    const { x, y } = this.keys.publicKey.export({ format: 'jwk' });
    const key = Buffer.concat([Buffer.from('a5010203262001215820', 'hex'), Buffer.from(x, 'base64url'), Buffer.from('225820', 'hex'), Buffer.from(y, 'base64url')]);
    const aaguid = this.model ? Buffer.from(this.model.replaceAll('-', ''), 'hex') : Buffer.alloc(16);
    const data = Buffer.concat([this.#head(this.flags | 64), aaguid, Buffer.from([this.id.length >> 8, this.id.length & 255]), this.id, key]);
    const client = this.#clientData('create', options.challenge);
    const said = this.model && options.attestation === 'direct' ? this.#packed(Buffer.concat([data, sha256(client)])) : [text('none'), text('attStmt'), Buffer.from([0xa0])];
    const object = Buffer.concat([Buffer.from([0xa3]), text('fmt'), ...said, text('authData'), bytes(data)]);
    const id = this.id.toString('base64url');
    return JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response: {
      clientDataJSON: client.toString('base64url'),
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

/** A maker of security keys: a root of its own, and a certificate for one model [WebAuthn 8.2.1]. */
export function maker(model) {
  const folder = mkdtempSync(path.join(tmpdir(), 'danh-maker-'));
  const at = (name) => path.join(folder, name);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const der = (file) => openssl('x509', '-in', file, '-outform', 'DER');
  try {
    writeFileSync(at('index.txt'), '');
    writeFileSync(at('serial'), '07\n');
    writeFileSync(at('ca.ini'), `[ca]\ndefault_ca=d\n[d]\ndatabase=${at('index.txt')}\nserial=${at('serial')}\nnew_certs_dir=${folder}\ndefault_md=sha256\npolicy=p\n` +
      '[p]\ncountryName=supplied\norganizationName=supplied\norganizationalUnitName=optional\ncommonName=supplied\n');
    writeFileSync(at('root.ext'), 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n');
    writeFileSync(at('leaf.ext'), `basicConstraints=critical,CA:FALSE\n1.3.6.1.4.1.45724.1.1.4=DER:0410${model.replaceAll('-', '')}\n`);
    const subjects = { root: '/C=VN/O=Hoa Sen/CN=Hoa Sen Root', leaf: '/C=VN/O=Hoa Sen/OU=Authenticator Attestation/CN=Hoa Sen Key' };
    for (const [name, subject] of Object.entries(subjects)) {
      openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at(`${name}.key`));
      openssl('req', '-new', '-key', at(`${name}.key`), '-subj', subject, '-out', at(`${name}.csr`));
      openssl('ca', '-batch', '-notext', '-config', at('ca.ini'), '-startdate', '20200101000000Z', '-enddate', '20500101000000Z', '-keyfile', at('root.key'),
        ...(name === 'root' ? ['-selfsign'] : ['-cert', at('root.pem')]), '-in', at(`${name}.csr`), '-extfile', at(`${name}.ext`), '-out', at(`${name}.pem`));
    }
    return { root: der(at('root.pem')), certificate: der(at('leaf.pem')), key: readFileSync(at('leaf.key'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
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
