/* Under a list that comes in pages: the button for the rest, and how much is shown. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Pages } from '../api/pages'
import { number } from './format'
import { ProblemNotice } from './parts'
import { t } from './text'

/** The count is told to screen readers; the focus stays on the button, and goes to the count when there is no button any more. */
export function ShowMore<T extends { items: unknown[]; next: string | null }>({ of }: { of: Pages<T> }) {
  const [pressed, setPressed] = useState(false)
  const status = useRef<HTMLParagraphElement>(null)
  const hasMore = of.data?.next != null
  useEffect(() => {
    if (pressed && !hasMore) status.current?.focus({ preventScroll: true })
  }, [pressed, hasMore])
  if (!of.data || (!hasMore && !pressed)) return null
  const press = () => {
    setPressed(true)
    void of.more()
  }
  return (
    <div class="stack-sm">
      <ProblemNotice problem={of.moreProblem} />
      {hasMore && (
        <p>
          <button
            type="button"
            class="ds-button"
            data-variant="secondary"
            aria-disabled={of.busy}
            aria-busy={of.busy}
            onClick={press}
          >
            {t('list.more')}
          </button>
        </p>
      )}
      <p ref={status} class="quiet" role="status" tabIndex={-1}>
        {pressed && t(hasMore ? 'list.shown' : 'list.all', { count: number(of.data.items.length) })}
      </p>
    </div>
  )
}
