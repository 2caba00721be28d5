/* One read as a component sees it: loading, failed or there, and how to ask again. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { Problem } from './client'

export type Resource<T> = {
  state: 'loading' | 'failed' | 'ready'
  data?: T
  problem?: Problem
  reload: () => void
  /** Puts in what a write answered, so that no second read is needed. */
  put: (data: T) => void
}

export function useResource<T>(read: (signal: AbortSignal) => Promise<T>, deps: unknown[]): Resource<T> {
  const [view, set] = useState<{ state: Resource<T>['state']; data?: T; problem?: Problem }>({ state: 'loading' })
  const [round, setRound] = useState(0)
  const latest = useRef(read)
  latest.current = read
  useEffect(() => {
    const abort = new AbortController()
    set((old) => (old.data === undefined ? { state: 'loading' } : { ...old, state: 'loading' }))
    latest.current(abort.signal).then(
      (data) => !abort.signal.aborted && set({ state: 'ready', data }),
      (failure: unknown) => {
        if (abort.signal.aborted) return
        const problem = failure instanceof Problem ? failure : new Problem({ status: 0, code: 'unexpected' })
        set({ state: 'failed', problem })
      },
    )
    return () => abort.abort()
  }, [...deps, round])
  const reload = useCallback(() => setRound((n) => n + 1), [])
  const put = useCallback((data: T) => set({ state: 'ready', data }), [])
  return { ...view, reload, put }
}

/** One write as a form sees it. */
export function useAction<A extends unknown[], T>(act: (...given: A) => Promise<T>) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const run = async (...given: A): Promise<T | undefined> => {
    if (busy) return undefined
    setBusy(true)
    setProblem(undefined)
    try {
      return await act(...given)
    } catch (failure) {
      setProblem(failure instanceof Problem ? failure : new Problem({ status: 0, code: 'unexpected' }))
      return undefined
    } finally {
      setBusy(false)
    }
  }
  return { run, busy, problem, clear: () => setProblem(undefined) }
}
