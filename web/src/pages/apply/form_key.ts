/* One key per form instance: a reload or a double click submits the same form, a new form gets a new key. */
const place = 'danh.form.lltp'

export function formKey(store: Storage = sessionStorage): string {
  const kept = store.getItem(place)
  if (kept && /^[A-Za-z0-9_-]{16,64}$/.test(kept)) return kept
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  store.setItem(place, key)
  return key
}

export function formKeyDone(store: Storage = sessionStorage) {
  store.removeItem(place)
}
