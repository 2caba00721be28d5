/* Starts the app: language, session, the page for the path. */
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import './app.css'
import { api, Problem } from './api/client'
import { KeptWallet } from './kept/kept_wallet'
import { prepareKept } from './kept/store'
import { DemoMessages } from './pages/demo_messages/demo_messages'
import { NotFound } from './pages/not_found/not_found'
import { routes } from './pages/routes'
import { ProblemNotice, Skeleton } from './ui/parts'
import { matchPath, usePath } from './ui/router'
import { ownerOf, type Session, SessionContext } from './ui/session'
import { Shell } from './ui/shell'
import { languageWanted, t, textStart } from './ui/text'

function signIn() {
  const next = location.pathname + location.search
  location.assign(`/sign-in?next=${encodeURIComponent(next)}`)
}

function PageHere() {
  const path = usePath()
  useEffect(() => {
    scrollTo(0, 0)
    document.body.dataset.moved = 'yes'
  }, [path])
  for (const route of routes) {
    const params = matchPath(route.pattern, path)
    if (params) return <route.page key={path} {...params} />
  }
  return <NotFound />
}

/** No network, no server, no database, or no place for us now. */
const isAway = (problem: Problem) => problem.code === 'offline' || problem.status >= 500

function App() {
  const [session, put] = useState<Session>()
  const [problem, setProblem] = useState<Problem>()
  const [, redraw] = useState(0)
  const open = matchPath('/app/demo-messages', usePath()) !== undefined
  useEffect(() => {
    api.get('/api/session').then(put, (failure: unknown) => {
      const refused = failure instanceof Problem ? failure : new Problem({ status: 0, code: 'unexpected' })
      if (refused.status !== 401) setProblem(refused)
    })
  }, [open])
  useEffect(() => {
    const again = () => void api.get('/api/session').then(put, () => undefined)
    addEventListener('danh-mandate-ended', again)
    return () => removeEventListener('danh-mandate-ended', again)
  }, [])
  const owner = session && ownerOf(session)
  useEffect(() => {
    if (owner) void prepareKept(owner).catch(() => undefined) // a browser that allows none goes without
  }, [owner])
  const languageChanged = () => redraw((n) => n + 1)
  if (open && !session)
    return (
      <Shell session={null} languageChanged={languageChanged}>
        <DemoMessages />
      </Shell>
    )
  if (!session)
    return (
      <Shell session={null} languageChanged={languageChanged}>
        {problem && isAway(problem) ? (
          <KeptWallet problem={problem} />
        ) : problem ? (
          <ProblemNotice problem={problem} retry={() => location.reload()} />
        ) : (
          <Skeleton lines={6} />
        )}
      </Shell>
    )
  return (
    <SessionContext.Provider value={{ session, put }}>
      <Shell session={session} languageChanged={languageChanged}>
        <PageHere key={session.acting_for?.ref ?? 'self'} />
      </Shell>
    </SessionContext.Provider>
  )
}

addEventListener('danh-signed-out', () => {
  if (!matchPath('/app/demo-messages', location.pathname)) signIn()
})

await textStart(languageWanted())
const place = document.getElementById('app')
if (place) render(<App />, place)
else throw new Error(t('problem.other'))
