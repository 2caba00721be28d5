/* Every path below /app/ and its page. The statistics, with the chart library, are read only when opened. */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Problem } from '../api/client'
import { ProblemNotice, Skeleton } from '../ui/parts'
import type { Params, Route } from '../ui/router'
import { useSession } from '../ui/session'
import { Apply } from './apply/apply'
import { Approvals } from './approvals/approvals'
import { ClientPage, Clients } from './clients/clients'
import { EditClient, NewClient } from './clients/new_client'
import { Counter } from './counter/counter'
import { DemoMessages } from './demo_messages/demo_messages'
import { DeskDossier } from './desk_dossier/desk_dossier'
import { Document } from './document/document'
import { Dossier } from './dossier/dossier'
import { Dossiers } from './dossiers/dossiers'
import { EnrolChild } from './enrol_child/enrol_child'
import { EnrolmentDesk } from './enrolment/enrolment'
import { Home } from './home/home'
import { LockRequests } from './lock_requests/lock_requests'
import { LocksPage } from './locks/locks'
import { Mandates } from './mandates/mandates'
import { Me } from './me/me'
import { Misuse } from './misuse/misuse'
import { Notarised } from './notarised/notarised'
import { Organisations } from './organisation/organisation'
import { Pay, PayAtDesk } from './payment/payment'
import { Posts } from './posts/posts'
import { Queue } from './queue/queue'
import { Reads } from './reads/reads'
import { RecoveryDesk } from './recovery_desk/recovery_desk'
import { Refunds } from './refunds/refunds'
import { Savings } from './savings/savings'
import { SecurityPage } from './security/security'
import { StaffOnly } from './staff_only/staff_only'
import { Wallet } from './wallet/wallet'

type Loaded = typeof import('./reports/reports')
function ReportsLater() {
  const [loaded, set] = useState<Loaded | Problem>()
  useEffect(() => {
    import('./reports/reports').then(set, () => set(new Problem({ status: 0, code: 'offline' })))
  }, [])
  if (!loaded) return <Skeleton lines={8} />
  if (loaded instanceof Problem) return <ProblemNotice problem={loaded} retry={() => location.reload()} />
  return <loaded.Reports />
}

/** A page of the desk or the statistics: whoever acts as a citizen is told so, and where to change it. */
const official = (OfficialPage: ComponentType<Params>) => (params: Params) => {
  const { session } = useSession()
  return session.acting_post ? <OfficialPage {...params} /> : <StaffOnly />
}

export const routes: Route[] = [
  { pattern: '/app/', page: Home },
  { pattern: '/app/approvals', page: Approvals },
  { pattern: '/app/wallet', page: Wallet },
  { pattern: '/app/wallet/:id', page: Document },
  { pattern: '/app/apply', page: Apply },
  { pattern: '/app/dossiers', page: Dossiers },
  { pattern: '/app/dossiers/:code', page: Dossier },
  { pattern: '/app/dossiers/:code/pay', page: Pay },
  { pattern: '/app/reads', page: Reads },
  { pattern: '/app/me', page: Me },
  { pattern: '/app/security', page: SecurityPage },
  { pattern: '/app/locks', page: LocksPage },
  { pattern: '/app/posts', page: Posts },
  { pattern: '/app/mandates', page: Mandates },
  { pattern: '/app/enrol-child', page: EnrolChild },
  { pattern: '/app/organisations', page: Organisations },
  { pattern: '/app/desk', page: official(Queue) },
  { pattern: '/app/desk/dossiers/:code', page: official(DeskDossier) },
  { pattern: '/app/desk/dossiers/:code/pay', page: official(PayAtDesk) },
  { pattern: '/app/desk/counter', page: official(Counter) },
  { pattern: '/app/desk/enrolment', page: official(EnrolmentDesk) },
  { pattern: '/app/desk/recovery', page: official(RecoveryDesk) },
  { pattern: '/app/desk/lock-requests', page: official(LockRequests) },
  { pattern: '/app/desk/notarised', page: official(Notarised) },
  { pattern: '/app/clients', page: official(Clients) },
  { pattern: '/app/clients/new', page: official(NewClient) },
  { pattern: '/app/clients/:id', page: official(ClientPage) },
  { pattern: '/app/clients/:id/edit', page: official(EditClient) },
  { pattern: '/app/misuse', page: official(Misuse) },
  { pattern: '/app/reports', page: official(ReportsLater) },
  { pattern: '/app/reports/savings', page: official(Savings) },
  { pattern: '/app/reports/refunds', page: official(Refunds) },
  { pattern: '/app/demo-messages', page: DemoMessages },
]
