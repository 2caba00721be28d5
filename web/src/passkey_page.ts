// /assets/passkey.js: the only script of the server's pages, asked for by <script type="module" src="/assets/passkey.js"></script>.
// A page that offers passkeys holds a form:
//
//   <form method="post" action="/sign-in/passkey" data-passkey="use" data-begin="/sign-in/passkey/begin" data-filled-in hidden>
//     <input type="hidden" name="next" value="..."> and whatever else the server wants to know
//     <input type="hidden" name="ceremony"><input type="hidden" name="answer">
//     <button type="submit">...</button>
//     <p role="alert" data-passkey-problem hidden data-cancelled="..." data-exists="..." data-unsupported="..." data-failed="..."></p>
//   </form>
//
// data-passkey     "use" proves with a passkey, "create" makes one
// hidden           stays where passkeys are not supported or there is no script: the page works without
// data-begin       POST with the form's fields; answers {"ceremony": text, "options": creation or request options in JSON},
//                  or problem+json whose title is shown
// data-ceremony, data-options   the same, come with the page: they serve once, while they are young; what is wanted after that is asked for
// data-filled-in   the browser offers passkeys in the page's number field too (autocomplete="username webauthn")
// Then the form is posted like any other, with ceremony and answer (the response in JSON). Sentences come with the page,
// in its language; nothing is inline, so the content security policy stays as it is.
import {
  type CreationJson,
  createPasskey,
  PasskeyError,
  type PasskeyFailure,
  passkeysAreFilledIn,
  passkeysAreSupported,
  type RequestJson,
  usePasskey,
} from './passkey/passkey'

interface Ceremony {
  ceremony: string
  options: CreationJson | RequestJson
}

class Refused extends Error {}

/** A ceremony lasts five minutes; what waits in the number field is asked for anew before that. */
const RENEW_MS = 4 * 60 * 1000
const REFUSED_SENTENCE_MAX = 300

/** What came with the page. */
function brought(form: HTMLFormElement): Ceremony | undefined {
  const { ceremony, options } = form.dataset
  delete form.dataset.ceremony
  delete form.dataset.options
  const isYoung = Date.now() - performance.timeOrigin < RENEW_MS
  return ceremony && options && isYoung ? { ceremony, options: JSON.parse(options) as RequestJson } : undefined
}

async function begin(form: HTMLFormElement): Promise<Ceremony> {
  const came = brought(form)
  if (came) return came
  const fields = new URLSearchParams()
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') fields.append(name, value)
  const answer = await fetch(form.dataset.begin ?? '', {
    method: 'POST',
    body: fields,
    headers: { Accept: 'application/json' },
    credentials: 'same-origin',
  })
  const body: unknown = await answer.json()
  if (answer.ok) return body as Ceremony
  const title = (body as { title?: unknown }).title
  throw new Refused(typeof title === 'string' ? title.slice(0, REFUSED_SENTENCE_MAX) : '')
}

/** The first answer leaves the page. A second one on its heels, of the button and of the number field, would look like two authenticators with one key. */
let isLeaving = false
window.addEventListener('pageshow', () => {
  isLeaving = false
})

function send(form: HTMLFormElement, ceremony: string, answer: string): void {
  if (isLeaving) return
  isLeaving = true
  const put = (name: string, value: string) => {
    const field = form.elements.namedItem(name)
    if (field instanceof HTMLInputElement) field.value = value
  }
  put('ceremony', ceremony)
  put('answer', answer)
  form.submit()
}

function say(form: HTMLFormElement, sentence: string): void {
  const place = form.querySelector<HTMLElement>('[data-passkey-problem]')
  if (!place) return
  place.textContent = sentence
  place.hidden = sentence === ''
}

function sentenceOf(form: HTMLFormElement, error: unknown): string {
  const said = form.querySelector<HTMLElement>('[data-passkey-problem]')?.dataset ?? {}
  if (error instanceof Refused && error.message !== '') return error.message
  const failure: PasskeyFailure = error instanceof PasskeyError ? error.failure : 'failed'
  return said[failure] ?? said.failed ?? ''
}

/** The one that waits in the number field; a press of the button ends it, since a browser does one at a time. */
let waiting: AbortController | undefined

async function press(form: HTMLFormElement): Promise<void> {
  if (isLeaving) return
  const button = form.querySelector<HTMLButtonElement>('button[type=submit]')
  waiting?.abort()
  say(form, '')
  if (button) button.disabled = true
  try {
    const { ceremony, options } = await begin(form)
    const answer =
      form.dataset.passkey === 'create'
        ? await createPasskey(options as CreationJson)
        : await usePasskey(options as RequestJson)
    send(form, ceremony, answer)
  } catch (error) {
    if (isLeaving) return
    say(form, sentenceOf(form, error))
    if (button) button.disabled = false
  }
}

async function fillIn(form: HTMLFormElement): Promise<void> {
  const controller = new AbortController()
  waiting = controller
  const renewal = window.setTimeout(() => {
    controller.abort()
    if (waiting === controller) void fillIn(form)
  }, RENEW_MS)
  controller.signal.addEventListener('abort', () => window.clearTimeout(renewal))
  try {
    const { ceremony, options } = await begin(form)
    const answer = await usePasskey(options as RequestJson, { filledIn: true, signal: controller.signal })
    send(form, ceremony, answer)
  } catch {
    // the button is still there: nobody who wants to type a password hears of it
  }
}

function start(): void {
  if (!passkeysAreSupported()) return
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) {
    form.hidden = false
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void press(form)
    })
    if ('filledIn' in form.dataset) {
      void passkeysAreFilledIn().then((can) => (can ? fillIn(form) : undefined))
    }
  }
}

start()
