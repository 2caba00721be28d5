/* Who is signed in, for every page below. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Schemas } from '../api/client'

export type Session = Schemas['Session']
export const SessionContext = createContext<{ session: Session; put: (session: Session) => void } | null>(null)

export function useSession() {
  const context = useContext(SessionContext)
  if (!context) throw new Error('a page outside the session')
  return context
}

/** Whose documents are kept on this device: enough to tell people apart, and no number. */
export const ownerOf = (session: Session) => `${session.person.name} ${session.person.pin_masked}`

export const mayAct = (session: Session, ...acts: string[]) => acts.some((act) => session.acts.includes(act))

export function actingPost(session: Session) {
  return session.posts.find((post) => post.post_id === session.acting_post)
}
