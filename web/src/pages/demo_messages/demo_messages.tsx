/* What a demonstration would have sent by SMS: activation codes above all. Absent in production. */
import { api } from '../../api/client'
import { useResource } from '../../api/resource'
import { instant } from '../../ui/format'
import { Empty, Loaded, Notice, Page } from '../../ui/parts'
import { t } from '../../ui/text'

export function DemoMessages() {
  const messages = useResource((signal) => api.get('/api/demo/messages', { signal }), [])
  return (
    <Page title={t('messages.title')}>
      <Notice color="info">
        <p>{t('messages.lead')}</p>
      </Notice>
      <Loaded of={messages}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="message" title={t('messages.empty')} />
          ) : (
            <ul class="list-plain">
              {items.map((message, i) => (
                <li key={`${message.at}-${i}`} class="panel stack-sm">
                  <p class="quiet">
                    {message.to && (
                      <>
                        {t('messages.to')} <b class="code">{message.to}</b> ·{' '}
                      </>
                    )}
                    {instant(message.at)}
                  </p>
                  <p>{message.text}</p>
                  {message.code && (
                    <p>
                      <a class="ds-button" data-variant="secondary" href="/activate">
                        {t('messages.activate')} <span class="code">{message.code}</span>
                      </a>
                    </p>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}
