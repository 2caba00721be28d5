/* Requests of counters and banks; the same keys as vi_approvals.ts. */
export const enApprovals = {
  approvals: {
    title: 'Requests that wait for you',
    lead: 'A counter or a bank asks you to confirm who you are. Requests run out by themselves after a few minutes.',
    card_text: 'Answer a counter or a bank that asks for you.',
    count: '{{count}} requests wait',
    count_one: '1 request waits',
    count_other: '{{count}} requests wait',
    of: 'Request of {{client}}',
    check: 'The counter or bank must show this very line:',
    warning: 'Approve only what you asked for yourself just now. If somebody phoned you to approve it, refuse.',
    who: 'Who asks',
    why: 'What for',
    you: 'You are signed in as',
    until: 'Runs out at',
    required: 'What will be sent',
    optional: 'What you may add, by ticking it',
    nothing: 'not on record',
    nothing_else: 'Nothing else is sent.',
    offline: 'This service may read the same again while you are away, until you take your consent back.',
    remembered:
      'Your consent is remembered for {{count}} days. You can take it back at any time, under “Who knows what about me”.',
    remembered_one:
      'Your consent is remembered for 1 day. You can take it back at any time, under “Who knows what about me”.',
    remembered_other:
      'Your consent is remembered for {{count}} days. You can take it back at any time, under “Who knows what about me”.',
    approve: 'I approve',
    refuse: 'I refuse',
    prove: 'Prove yourself to approve',
    prove_text: 'This service needs one more proof of who you are before you approve. You may refuse at once.',
    approved: '{{client}}: approved',
    approved_text: 'The counter or bank has your answer. You can turn back to it.',
    refused: '{{client}}: refused',
    refused_text:
      'Nothing was sent. If you did not ask for this, somebody is trying to use your identity: change your password and tell the commune police.',
    none: 'Nothing waits for you',
    none_text: 'When a counter or a bank asks, it shows here within seconds.',
    again: 'Look again',
    device: 'Type a device’s code',
  },
}
