/* Requests of counters and banks that wait for whoever is signed in. They come while a page stands open, so it looks again when it is looked at again. */
import { useEffect } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { type Resource, useResource } from '../../api/resource'

export type Approval = Schemas['Approval']
type Approvals = { items: Approval[] }

/**
 * every_s: also by the clock, for at most the ten minutes a request lives: a page that asked for ever would keep a
 * session alive that nobody uses.
 */
export function useApprovals(every_s = 0): Resource<Approvals> {
  const approvals = useResource((signal) => api.get('/api/approvals', { signal }), [])
  const { put } = approvals
  useEffect(() => {
    const until = Date.now() + 600_000
    const look = () => {
      if (document.visibilityState !== 'visible') return
      api.get('/api/approvals').then(put, () => undefined) // what was read before stays in sight
    }
    const tick = () => {
      if (Date.now() < until) look()
    }
    const timer = every_s > 0 ? setInterval(tick, every_s * 1000) : undefined
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [put, every_s])
  return approvals
}
