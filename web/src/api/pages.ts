/* A list that comes in pages: the rows read so far, and how to read more. */
import { useRef } from 'preact/hooks'
import type { Problem } from './client'
import { type Resource, useAction, useResource } from './resource'

export type Pages<T> = Resource<T> & {
  /** Reads the next page and appends it. */
  more: () => Promise<void>
  busy: boolean
  moreProblem: Problem | undefined
}

type Page<I> = { items: I[]; next: string | null }

/** `read` gets the address of a page: nothing for the first one. Everything but the rows is what the newest page says. */
export function usePages<I, T extends Page<I>>(
  read: (query: { after?: string }, signal: AbortSignal) => Promise<T & Page<I>>,
  deps: unknown[],
): Pages<T & Page<I>> {
  const first = useResource((signal) => read({}, signal), deps)
  const shown = useRef(first.data)
  shown.current = first.data
  const action = useAction((after: string) => read({ after }, new AbortController().signal))
  const more = async () => {
    const before = shown.current
    if (!before?.next) return
    const page = await action.run(before.next)
    // another list may have taken its place meanwhile
    if (page && shown.current === before) first.put({ ...page, items: [...before.items, ...page.items] })
  }
  return { ...first, more, busy: action.busy, moreProblem: action.problem }
}
