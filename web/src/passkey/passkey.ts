// Passkeys in the browser: options from the server in, the authenticator's answer out, both as JSON of WebAuthn Level 3
// (PublicKeyCredentialCreationOptionsJSON, RegistrationResponseJSON and their like). Used by the app's security page and,
// through passkey_page.ts, by the server's sign-in pages.

/** Why there is no answer: the person said no or waited too long; this authenticator is registered already; the browser
 *  or the address cannot do it; something else. */
export type PasskeyFailure = 'cancelled' | 'exists' | 'unsupported' | 'failed'

export class PasskeyError extends Error {
  constructor(readonly failure: PasskeyFailure) {
    super(failure)
  }
}

interface CredentialJson {
  id: string
  type: 'public-key'
  transports?: AuthenticatorTransport[]
}

export interface CreationJson
  extends Omit<PublicKeyCredentialCreationOptions, 'challenge' | 'user' | 'excludeCredentials'> {
  challenge: string
  user: { id: string; name: string; displayName: string }
  excludeCredentials?: CredentialJson[]
}

export interface RequestJson extends Omit<PublicKeyCredentialRequestOptions, 'challenge' | 'allowCredentials'> {
  challenge: string
  allowCredentials?: CredentialJson[]
}

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

export function toBase64Url(bytes: ArrayBuffer | Uint8Array): string {
  let binary = ''
  for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

const withBytes = (credentials: CredentialJson[] | undefined): PublicKeyCredentialDescriptor[] =>
  (credentials ?? []).map((credential) => ({ ...credential, id: fromBase64Url(credential.id) }))

export const passkeysAreSupported = (): boolean =>
  typeof window !== 'undefined' && typeof window.PublicKeyCredential === 'function' && 'credentials' in navigator

/** Whether the browser offers passkeys among what it fills into the number field. */
export async function passkeysAreFilledIn(): Promise<boolean> {
  return passkeysAreSupported() && (await PublicKeyCredential.isConditionalMediationAvailable?.()) === true
}

function failureOf(error: unknown): PasskeyFailure {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError' || name === 'AbortError') return 'cancelled'
  if (name === 'InvalidStateError') return 'exists'
  if (name === 'NotSupportedError' || name === 'SecurityError') return 'unsupported'
  return 'failed'
}

async function ask(request: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  if (!passkeysAreSupported()) throw new PasskeyError('unsupported')
  try {
    const credential = await request()
    if (credential instanceof PublicKeyCredential) return credential
  } catch (error) {
    throw new PasskeyError(failureOf(error))
  }
  throw new PasskeyError('failed')
}

const common = (credential: PublicKeyCredential) => ({
  id: credential.id,
  rawId: toBase64Url(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: credential.getClientExtensionResults(),
})

/** Makes a passkey; RegistrationResponseJSON as text. */
export async function createPasskey(options: CreationJson): Promise<string> {
  const publicKey: PublicKeyCredentialCreationOptions = {
    ...options,
    challenge: fromBase64Url(options.challenge),
    user: { ...options.user, id: fromBase64Url(options.user.id) },
    excludeCredentials: withBytes(options.excludeCredentials),
  }
  const credential = await ask(() => navigator.credentials.create({ publicKey }))
  const response = credential.response as AuthenticatorAttestationResponse
  return JSON.stringify({
    ...common(credential),
    response: {
      clientDataJSON: toBase64Url(response.clientDataJSON),
      attestationObject: toBase64Url(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  })
}

/** Proves with a passkey; AuthenticationResponseJSON as text. With `filledIn` the browser offers it in the number field
 *  and waits for as long as the page stands, until `signal` ends it. */
export async function usePasskey(
  options: RequestJson,
  more: { filledIn?: boolean; signal?: AbortSignal } = {},
): Promise<string> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    ...options,
    challenge: fromBase64Url(options.challenge),
    allowCredentials: withBytes(options.allowCredentials),
  }
  const credential = await ask(() =>
    navigator.credentials.get({
      publicKey,
      ...(more.signal ? { signal: more.signal } : {}),
      mediation: more.filledIn ? 'conditional' : 'optional',
    }),
  )
  const response = credential.response as AuthenticatorAssertionResponse
  return JSON.stringify({
    ...common(credential),
    response: {
      clientDataJSON: toBase64Url(response.clientDataJSON),
      authenticatorData: toBase64Url(response.authenticatorData),
      signature: toBase64Url(response.signature),
      userHandle: response.userHandle ? toBase64Url(response.userHandle) : null,
    },
  })
}
