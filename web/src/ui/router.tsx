/* Paths below /app/: a table of patterns, links that do not reload, focus and title after each move. */
import type { ComponentChildren, ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

export type Params = Record<string, string>
export type Route = { pattern: string; page: ComponentType<Params> }

/** `/app/dossiers/:code` against a path; undefined when it is another. */
export function matchPath(pattern: string, path: string): Params | undefined {
  const want = pattern.split('/').filter(Boolean)
  const have = path.split('/').filter(Boolean)
  if (want.length !== have.length) return undefined
  const params: Params = {}
  for (const [i, part] of want.entries()) {
    const given = have[i] as string
    if (part.startsWith(':')) {
      try {
        params[part.slice(1)] = decodeURIComponent(given)
      } catch {
        return undefined
      }
    } else if (part !== given) return undefined
  }
  return params
}

const listeners = new Set<() => void>()
export function go(href: string, replace = false) {
  history[replace ? 'replaceState' : 'pushState'](null, '', href)
  for (const tell of listeners) tell()
}

export function usePath(): string {
  const [path, setPath] = useState(location.pathname)
  useEffect(() => {
    const tell = () => setPath(location.pathname)
    listeners.add(tell)
    addEventListener('popstate', tell)
    return () => {
      listeners.delete(tell)
      removeEventListener('popstate', tell)
    }
  }, [])
  return path
}

export type LinkProps = { href: string; children: ComponentChildren; class?: string; [attribute: string]: unknown }
export function Link({ href, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(href)
  }
  return (
    <a href={href} onClick={follow} {...rest}>
      {children}
    </a>
  )
}
