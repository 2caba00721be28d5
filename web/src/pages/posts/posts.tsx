/* Chooses what one acts as: oneself, or a post held today. */
import { useState } from 'preact/hooks'
import { api } from '../../api/client'
import { useAction } from '../../api/resource'
import { RadioCards, Submit } from '../../ui/field'
import { say } from '../../ui/format'
import { Page, ProblemNotice } from '../../ui/parts'
import { go } from '../../ui/router'
import { useSession } from '../../ui/session'
import { placesOf } from '../../ui/shell'
import { t } from '../../ui/text'

export function Posts() {
  const { session, put } = useSession()
  const [chosen, choose] = useState(session.acting_post ?? '')
  const change = useAction(async () => {
    const next = await api.put('/api/session/post', { body: { post_id: chosen === '' ? null : chosen } })
    put(next)
    go(placesOf(next)[0]?.href ?? '/app/')
  })
  const submit = (event: Event) => {
    event.preventDefault()
    void change.run()
  }
  return (
    <Page title={t('posts.title')} lead={t('posts.lead')}>
      <form class="panel stack" onSubmit={submit}>
        <ProblemNotice problem={change.problem} />
        <RadioCards
          label={t('posts.legend')}
          value={chosen}
          set={choose}
          options={[
            { value: '', label: t('posts.citizen'), help: session.person.name },
            ...session.posts.map((post) => ({
              value: post.post_id,
              label: say(post.role.name),
              help: say(post.agency.name),
            })),
          ]}
        />
        <Submit busy={change.busy}>{t('posts.submit')}</Submit>
      </form>
    </Page>
  )
}
